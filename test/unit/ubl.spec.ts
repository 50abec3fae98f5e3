import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InvoiceDocument, PartyDetails } from '../../src/documents';
import { DomainError } from '../../src/platform/errors/domain-error';
import { ublOf } from '../../src/settlement/invoices/papers/ubl';
import { brokenInvoices } from '../support/broken-invoices';
import { brokenRules } from '../support/en16931';
import { domestic, german, german2, papers, untaxed, vat } from '../support/invoice-papers';
import { root } from '../support/repository';

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

/** What finds nothing wrong would find nothing. */
describe('the check itself', () => {
  it.each(brokenInvoices)('finds %s', async (rule, document, broken) => {
    const xml = ublOf(document!);
    expect(broken(xml)).not.toBe(xml);
    expect(await brokenRules(broken(xml))).toContain(rule);
  });
});
