import type { InvoiceDocument, PartyDetails } from '../../src/documents';
import { taxOf } from '../../src/settlement/invoices/papers/make-up';

export const german: PartyDetails = {
  legalName: 'Stille Hafen Tonträger GmbH & Co. KG',
  street: 'Kaistraße 1',
  city: 'Hamburg',
  postalCode: '20457',
  region: null,
  country: 'DE',
  vatId: 'DE123456789',
  taxNumber: null,
  registrationNumber: 'HRA 12345',
  email: 'rechnung@label.example',
};
export const german2 = {
  ...german,
  legalName: 'Radio <Nord> GmbH',
  vatId: 'DE987654321',
  registrationNumber: null,
  email: null,
};
const british: PartyDetails = {
  ...{ legalName: 'Northern Radio Ltd', street: '1 High Street', city: 'Leeds', postalCode: 'LS1 1AA' },
  ...{ region: 'West Yorkshire', country: 'GB', vatId: 'GB123456789', taxNumber: null, email: null },
  registrationNumber: '01234567',
};
const russian: PartyDetails = {
  ...{
    legalName: 'ООО «Тихая гавань»',
    street: 'ул. Тестовая, д. 1',
    city: 'Москва',
    postalCode: '101000',
    region: null,
  },
  ...{ country: 'RU', vatId: null, taxNumber: '7700000000', registrationNumber: '1027700000000', email: null },
};

/** VAT as terms have it. */
export const vat = (rate: string, treatment: 'added' | 'included' | 'reverse-charge' = 'added') =>
  taxOf({ rate, treatment, source: 'VAT law, section 13' });

/** 10,000.00 of royalties in January, to which 19 % are added. */
export const domestic: InvoiceDocument = {
  language: 'en',
  kind: 'invoice',
  id: '11111111-1111-4111-8111-111111111111',
  agreementId: '22222222-2222-4222-8222-222222222222',
  number: 'INV-2026-000001',
  issuedOn: '2026-02-05',
  issuedAt: new Date('2026-02-05T09:00:00Z'),
  currency: 'EUR',
  seller: { name: 'Stille Hafen', details: german },
  buyer: { name: 'Radio Nord', details: german2 },
  purpose: 'royalties',
  subject: '2026-01',
  period: { from: '2026-01-01', to: '2026-01-31' },
  tax: vat('0.19'),
  base: '10000.00',
  held: null,
  withheld: null,
  net: '10000.00',
  vat: '1900.00',
  gross: '11900.00',
  payable: '11900.00',
  dueOn: '2026-03-07',
  payIn: null,
  corrects: null,
};

export const untaxed = taxOf(undefined);
const registered: PartyDetails = { ...german, vatId: null };
const plain = { held: null, withheld: null, vat: '0.00' };

/** One of every kind that is written as an electronic invoice. */
export const papers: Readonly<Record<string, InvoiceDocument>> = {
  'german-label-to-german-platform': domestic,
  'german-label-to-british-platform': {
    ...domestic,
    ...{ number: 'INV-2026-000002', currency: 'GBP', buyer: { name: 'Northern Radio', details: british } },
    ...{ tax: vat('0.2', 'reverse-charge'), vat: '0.00', gross: '10000.00', payable: '10000.00' },
  },
  // 1,000.00 with the tax in it.
  'russian-label-to-russian-platform': {
    ...domestic,
    ...{ currency: 'RUB', seller: { name: 'Тихая гавань', details: russian } },
    buyer: { name: 'Радио', details: { ...russian, legalName: 'АО «Радио»', taxNumber: '7711111111' } },
    ...{
      tax: vat('0.2', 'included'),
      base: '833.33',
      net: '833.33',
      vat: '166.67',
      gross: '1000.00',
      payable: '1000.00',
    },
  },
  // 20 % of 1,000.00 are added, 150.00 withheld, and 85.00 of the rest wait for a dispute.
  'held-and-withheld': {
    ...domestic,
    ...{ tax: vat('0.2'), base: '1000.00', held: '85.00', withheld: '150.00', net: '915.00' },
    ...{ vat: '200.00', gross: '1115.00', payable: '965.00' },
  },
  'held-under-reverse-charge': {
    ...domestic,
    ...{ tax: vat('0.2', 'reverse-charge'), base: '1000.00', held: '85.00', net: '915.00' },
    ...{ vat: '0.00', gross: '915.00', payable: '915.00' },
  },
  exempt: { ...domestic, tax: vat('0'), vat: '0.00', gross: '10000.00', payable: '10000.00' },
  'not-subject-to-vat': {
    ...domestic,
    ...{
      currency: 'JPY',
      payIn: 'EUR',
      purpose: 'late-interest',
      subject: 'INV-2025-000007',
      period: null,
      tax: untaxed,
    },
    ...{ ...plain, base: '4321', net: '4321', vat: '0', gross: '4321', payable: '4321' },
  },
  'credit-note': {
    ...domestic,
    ...{ kind: 'credit-note', number: 'CRN-2026-000001', issuedOn: '2026-02-20', dueOn: null, tax: untaxed },
    ...{ ...plain, base: '50.00', net: '50.00', gross: '50.00', payable: '50.00' },
    seller: { name: 'Stille Hafen', details: registered },
    corrects: { number: 'INV-2026-000001', issuedOn: '2026-02-05' },
  },
  // 199.99 of royalties, 40.00 of VAT on them, and 30.00 that are withheld no more.
  'credit-note-with-taxes': {
    ...domestic,
    ...{ kind: 'credit-note', number: 'CRN-2026-000002', issuedOn: '2026-02-20', dueOn: null, tax: vat('0.2') },
    ...{ base: '199.99', net: '199.99', vat: '40.00', gross: '239.99', withheld: '30.00', payable: '209.99' },
    corrects: { number: 'INV-2026-000001', issuedOn: '2026-02-05' },
  },
  'withheld-under-reverse-charge': {
    ...domestic,
    ...{ tax: vat('0.2', 'reverse-charge'), vat: '0.00', gross: '10000.00', withheld: '1500.00', payable: '8500.00' },
  },
  'wholly-withheld': { ...domestic, withheld: '11900.00', payable: '0.00' },
  'exempt-and-held': {
    ...domestic,
    ...{ tax: vat('0'), held: '85.00', net: '9915.00', vat: '0.00', gross: '9915.00', payable: '9915.00' },
    seller: { name: 'Stille Hafen', details: { ...german, vatId: null, taxNumber: '12/345/67890' } },
  },
  'held-without-vat': {
    ...domestic,
    ...{ tax: untaxed, held: '85.00', net: '9915.00', vat: '0.00', gross: '9915.00', payable: '9915.00' },
  },
  'in-russian-with-the-least-that-is-known': {
    ...domestic,
    language: 'ru',
    seller: { name: 'Stille Hafen', details: { ...german, postalCode: null, email: null, registrationNumber: null } },
    buyer: { name: 'Radio Nord', details: { ...german2, postalCode: null, vatId: null } },
  },
};
