import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InvoiceDocument, PartyDetails } from '../../src/documents';
import { DomainError } from '../../src/platform/errors/domain-error';
import { taxOf } from '../../src/settlement/invoices/papers/make-up';
import { ublOf } from '../../src/settlement/invoices/papers/ubl';
import { brokenRules } from '../support/en16931';
import { root } from '../support/repository';

const german: PartyDetails = {
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
const german2 = {
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

const vat = (rate: string, treatment: 'added' | 'included' | 'reverse-charge' = 'added') =>
  taxOf({ rate, treatment, source: 'VAT law, section 13' });

/** 10,000.00 of royalties in January, to which 19 % are added. */
const domestic: InvoiceDocument = {
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

const untaxed = taxOf(undefined);
const registered: PartyDetails = { ...german, vatId: null };
const plain = { held: null, withheld: null, vat: '0.00' };

const papers: Readonly<Record<string, InvoiceDocument>> = {
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
};

const golden = Object.keys(papers).filter((name) => /label-to|credit-note|held-and/.test(name));

describe('an electronic invoice', () => {
  it.each(Object.keys(papers))('keeps every rule of EN 16931, and is the same bytes each time: %s', async (name) => {
    const xml = ublOf(papers[name]!);
    expect(await brokenRules(xml)).toEqual([]);
    expect(ublOf({ ...papers[name]! })).toBe(xml);
  });

  it.each(golden)('is as it was written down: %s', (name) => {
    const file = join(root, 'test/golden/ubl', `${name}.xml`);
    if (process.env.ACCORDO_WRITE_GOLDEN !== undefined) writeFileSync(file, ublOf(papers[name]!));
    expect(ublOf(papers[name]!)).toBe(readFileSync(file, 'utf8'));
  });

  it('writes any text of a party as text, and nothing that XML cannot carry', async () => {
    const legalName = `]]> </cbc:Name> & "'\u0001\uffff\ud800 \u{1f3b5}`;
    const xml = ublOf({ ...domestic, buyer: { name: legalName, details: { ...german2, legalName } } });
    expect(await brokenRules(xml)).toEqual([]);
    expect(xml).toContain(`]]&gt; &lt;/cbc:Name&gt; &amp; &quot;'\ufffd\ufffd\ufffd \u{1f3b5}`);
  });
});

describe('what is missing is named at once', () => {
  const missing = (document: Partial<InvoiceDocument>): string[] => {
    try {
      ublOf({ ...domestic, ...document });
    } catch (error) {
      if (error instanceof DomainError && error.code === 'invoice-details-missing')
        return error.faults.map(({ pointer }) => pointer);
      throw error;
    }
    return [];
  };
  const nobody = { name: 'Nobody', details: null };
  const seller = (changes: Partial<PartyDetails>) => ({ name: 'L', details: { ...german, ...changes } });

  it.each<[string, Partial<InvoiceDocument>, string[]]>([
    ['nothing', {}, []],
    [
      'everything',
      { seller: nobody, buyer: nobody, tax: null, payable: '1.000', currency: 'KWD' },
      ['/seller', '/buyer', '/tax', '/currency'],
    ],
    ['a tax number, under VAT', { seller: seller({ vatId: null }) }, ['/seller/vatId']],
    [
      'a registration beside a tax number',
      { seller: seller({ vatId: null, taxNumber: '1', registrationNumber: null }) },
      ['/seller/registrationNumber'],
    ],
    [
      'a registration, without VAT',
      { tax: untaxed, seller: seller({ registrationNumber: null }) },
      ['/seller/registrationNumber'],
    ],
    [
      'the buyer’s number, under reverse charge',
      { tax: vat('0.2', 'reverse-charge'), buyer: { name: 'P', details: { ...german2, vatId: null, taxNumber: '1' } } },
      ['/buyer/vatId'],
    ],
    ['VAT at its rate, to less than a unit', { vat: '1901.00', gross: '11901.00' }, ['/tax']],
    [
      'how much of an old credit is tax',
      { kind: 'credit-note', tax: null, corrects: { number: 'INV-1', issuedOn: '2026-01-01' } },
      ['/tax'],
    ],
  ])('%s', (_, document, pointers) => {
    expect(missing(document)).toEqual(pointers);
  });
});

/** Each breaks one rule in a right document: what finds nothing wrong would find nothing. */
describe('the check itself', () => {
  const cut = (element: string) => (xml: string) =>
    xml.replace(new RegExp(`\\s*<${element}[ >][\\s\\S]*?</${element}>`), '');
  const put = (from: RegExp | string, to: string) => (xml: string) => xml.replace(from, to);
  const both = (element: string, to: string) => (xml: string) =>
    xml.replace(new RegExp(`(<${element}[^>]*>)[^<]*`, 'g'), `$1${to}`);
  const { 'german-label-to-german-platform': standard, 'german-label-to-british-platform': reverse } = papers;
  const { exempt, 'not-subject-to-vat': outside, 'held-and-withheld': held, 'credit-note': credit } = papers;
  const line = 'cac:InvoiceLine';

  it.each<[string, InvoiceDocument | undefined, (xml: string) => string]>([
    ['BR-01', standard, put('en16931:2017', 'en16931:2016')],
    ['BR-02', standard, put('<cbc:ID>INV-2026-000001</cbc:ID>\n', '')],
    ['BR-03', standard, cut('cbc:IssueDate')],
    ['BR-04', standard, cut('cbc:InvoiceTypeCode')],
    ['BR-05', standard, cut('cbc:DocumentCurrencyCode')],
    ['BR-06', standard, cut('cbc:RegistrationName')],
    ['BR-07', standard, put('Radio &lt;Nord&gt; GmbH', '')],
    ['BR-08', standard, cut('cac:PostalAddress')],
    ['BR-09', standard, cut('cac:Country')],
    ['BR-10', reverse, put(/<cac:PostalAddress>\s*<cbc:StreetName>1 High[\s\S]*?<\/cac:PostalAddress>/, '')],
    ['BR-11', reverse, put('<cbc:IdentificationCode>GB', '<cbc:IdentificationCode>')],
    ['BR-12', standard, cut('cbc:LineExtensionAmount')],
    ['BR-13', standard, cut('cbc:TaxExclusiveAmount')],
    ['BR-14', standard, cut('cbc:TaxInclusiveAmount')],
    ['BR-15', standard, cut('cbc:PayableAmount')],
    ['BR-16', standard, cut(line)],
    ['BR-21', standard, put('<cbc:ID>1</cbc:ID>', '')],
    ['BR-22', standard, cut('cbc:InvoicedQuantity')],
    ['BR-23', standard, put(' unitCode="C62"', '')],
    ['BR-24', standard, put(/(<cac:InvoiceLine>[\s\S]*)<cbc:LineExtensionAmount.*/, '$1')],
    ['BR-25', standard, put(/<cbc:Name>Royalties.*/, '')],
    ['BR-26', standard, cut('cac:Price')],
    ['BR-27', held, put(/(<cbc:PriceAmount currencyID="EUR">)85/, '$1-85')],
    ['BR-29', standard, put('2026-01-31', '2025-12-31')],
    ['BR-45', standard, cut('cbc:TaxableAmount')],
    ['BR-46', standard, put(/(<cac:TaxSubtotal>[\s\S]*?)<cbc:TaxAmount.*/, '$1')],
    ['BR-47', standard, put('<cbc:ID>S</cbc:ID>', '')],
    ['BR-48', standard, cut('cbc:Percent')],
    ['BR-49', standard, cut('cbc:PaymentMeansCode')],
    ['BR-55', credit, put('<cbc:ID>INV-2026-000001</cbc:ID>', '')],
    ['BR-CO-04', standard, cut('cac:ClassifiedTaxCategory')],
    ['BR-CO-09', standard, put('DE123456789', '123456789')],
    [
      'BR-CO-10',
      standard,
      put('LineExtensionAmount currencyID="EUR">10000.00', 'LineExtensionAmount currencyID="EUR">10000.01'),
    ],
    [
      'BR-CO-13',
      standard,
      put('TaxExclusiveAmount currencyID="EUR">10000.00', 'TaxExclusiveAmount currencyID="EUR">10000.01'),
    ],
    ['BR-CO-14', standard, put('TaxAmount currencyID="EUR">1900.00', 'TaxAmount currencyID="EUR">1900.01')],
    ['BR-CO-15', standard, put('11900.00', '11900.01')],
    ['BR-CO-16', held, put('PrepaidAmount currencyID="EUR">150', 'PrepaidAmount currencyID="EUR">151')],
    ['BR-CO-17', standard, put(/19<\/cbc:Percent>/g, '18</cbc:Percent>')],
    ['BR-CO-18', standard, cut('cac:TaxSubtotal')],
    ['BR-CO-25', standard, cut('cbc:DueDate')],
    ['BR-CO-26', outside, put(/<cbc:CompanyID>HRA.*/, '')],
    ['BR-CL-01', credit, put('>381<', '>380<')],
    ['BR-CL-03', standard, put('TaxInclusiveAmount currencyID="EUR"', 'TaxInclusiveAmount currencyID="USD"')],
    ['BR-CL-04', standard, put(/EUR/g, 'EURO')],
    ['BR-CL-14', standard, put('>DE<', '>DEU<')],
    ['BR-CL-16', standard, put('>68<', '>6<')],
    ['BR-CL-17', standard, put(/<cbc:ID>S</g, '<cbc:ID>T<')],
    ['BR-CL-23', standard, put('C62', 'ONE')],
    ['BR-DEC', standard, put('11900.00', '11900.000')],
    ['BR-S-01', standard, put(/<cbc:ID>S</, '<cbc:ID>Z<')],
    ['BR-S-02', standard, cut('cac:PartyTaxScheme')],
    ['BR-S-05', standard, put(/(<cac:ClassifiedTaxCategory>[\s\S]*?)19/, '$10')],
    ['BR-S-08', standard, put('TaxableAmount currencyID="EUR">10000.00', 'TaxableAmount currencyID="EUR">10000.01')],
    ['BR-S-09', standard, put('TaxableAmount currencyID="EUR">10000.00', 'TaxableAmount currencyID="EUR">10006.00')],
    [
      'BR-S-10',
      standard,
      put(
        '<cbc:Percent>19</cbc:Percent>',
        '<cbc:Percent>19</cbc:Percent><cbc:TaxExemptionReason>No.</cbc:TaxExemptionReason>',
      ),
    ],
    ['BR-AE-01', reverse, put(/<cbc:ID>AE</, '<cbc:ID>K<')],
    ['BR-AE-02', reverse, put(/<cbc:CompanyID>(GB.*|0123.*)<\/cbc:CompanyID>/g, '<cbc:CompanyID></cbc:CompanyID>')],
    ['BR-AE-05', reverse, put(/(<cac:ClassifiedTaxCategory>[\s\S]*?<cbc:Percent>)0/, '$120')],
    ['BR-AE-08', reverse, put('TaxableAmount currencyID="GBP">10000.00', 'TaxableAmount currencyID="GBP">10000.01')],
    ['BR-AE-09', reverse, both('cbc:TaxAmount', '0.01')],
    ['BR-AE-10', reverse, cut('cbc:TaxExemptionReason')],
    ['BR-E-01', exempt, put(/<cbc:ID>E</, '<cbc:ID>K<')],
    ['BR-E-02', exempt, cut('cac:PartyTaxScheme')],
    ['BR-E-05', exempt, put(/(<cac:ClassifiedTaxCategory>[\s\S]*?<cbc:Percent>)0/, '$120')],
    ['BR-E-08', exempt, put('TaxableAmount currencyID="EUR">10000.00', 'TaxableAmount currencyID="EUR">10000.01')],
    ['BR-E-09', exempt, both('cbc:TaxAmount', '0.01')],
    ['BR-E-10', exempt, cut('cbc:TaxExemptionReason')],
    ['BR-O-01', outside, put(/(<cac:ClassifiedTaxCategory>\s*<cbc:ID>)O/, '$1K')],
    [
      'BR-O-02',
      outside,
      put(
        '<cac:PartyLegalEntity>',
        '<cac:PartyTaxScheme><cbc:CompanyID>DE1</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme><cac:PartyLegalEntity>',
      ),
    ],
    ['BR-O-05', outside, put(/(<cac:ClassifiedTaxCategory>\s*<cbc:ID>O<\/cbc:ID>)/, '$1<cbc:Percent>0</cbc:Percent>')],
    ['BR-O-08', outside, put('TaxableAmount currencyID="JPY">4321', 'TaxableAmount currencyID="JPY">4322')],
    ['BR-O-09', outside, both('cbc:TaxAmount', '1')],
    ['BR-O-10', outside, cut('cbc:TaxExemptionReason')],
    [
      'BR-O-11',
      outside,
      (xml) =>
        xml.replace(
          /<cac:TaxSubtotal>[\s\S]*<\/cac:TaxSubtotal>/,
          (one) => one + one.replace('>O</cbc:ID>', '>E</cbc:ID><cbc:Percent>0</cbc:Percent>').replace(/4321/, '0'),
        ),
    ],
    [
      'BR-O-12',
      outside,
      (xml) => xml.replace(/<cac:InvoiceLine>[\s\S]*<\/cac:InvoiceLine>/, (one) => one + one.replace('>O<', '>E<')),
    ],
    ['LINE-AMOUNT', standard, put(/(<cbc:InvoicedQuantity[^>]*>)1/, '$12')],
    ['UBL-NAMESPACE', standard, put('xsd:Invoice-2', 'xsd:Invoice-3')],
    ['UBL-USE', standard, put('<cac:PaymentMeans>', '<cac:PayeeParty/><cac:PaymentMeans>')],
    ['UBL-ORDER', standard, put(/(<cbc:IssueDate>.*)\n(.*DueDate>)/, '$2\n$1')],
    ['UBL-ONCE', standard, put(/(<cbc:IssueDate>.*)/, '$1$1')],
    ['UBL-EMPTY', standard, put('>HRA 12345<', '><')],
    ['UBL-ATTRIBUTES', standard, put('<cbc:PaymentID>', '<cbc:PaymentID schemeID="1">')],
    ['UBL-DATE', standard, put('>2026-02-05<', '>5.2.2026<')],
  ])('finds %s', async (rule, document, broken) => {
    const xml = ublOf(document!);
    expect(broken(xml)).not.toBe(xml);
    expect(await brokenRules(broken(xml))).toContain(rule);
  });
});
