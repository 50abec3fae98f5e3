import type { InvoiceDocument } from '../../src/documents';
import { ublOf } from '../../src/settlement/invoices/papers/ubl';
import { brokenInvoices } from '../support/broken-invoices';
import { brokenRules } from '../support/en16931';
import { foundByOthers } from '../support/en16931-by-others';
import { domestic, papers } from '../support/invoice-papers';

describe('an electronic invoice, by the rules of others', () => {
  it.each(Object.keys(papers))('has nothing wrong: %s', async (name) => {
    expect(await foundByOthers(ublOf(papers[name]!))).toEqual([]);
  });

  const abroad = papers['german-label-to-british-platform']!;
  const registered = { ...abroad.buyer, details: { ...abroad.buyer.details!, vatId: null } };

  // Where they see it otherwise, and we stay: docs/invoices.md says why.
  it.each<[string, InvoiceDocument, RegExp]>([
    [
      'a buyer under reverse charge that only its registration names',
      { ...abroad, buyer: registered },
      /^\[BR-AE-2\] /,
    ],
    [
      'VAT that is a cent off its rate',
      { ...domestic, vat: '1900.01', gross: '11900.01', payable: '11900.01' },
      /^\[BR-CO-17\] /,
    ],
  ])('is taken by our rules and not by theirs: %s', async (_, document, rule) => {
    const xml = ublOf(document);
    expect(await brokenRules(xml)).toEqual([]);
    expect(await foundByOthers(xml)).toEqual([expect.stringMatching(rule)]);
  });

  it('is refused by them, too, where we refuse it, but for what they do not look at', async () => {
    // It tells on the console what it cannot read.
    const spies = (['log', 'error'] as const).map((way) => jest.spyOn(console, way).mockImplementation());
    const taken: string[] = [];
    for (const [rule, document, broken] of brokenInvoices)
      if ((await foundByOthers(broken(ublOf(document!)))).length === 0) taken.push(rule);
    for (const spy of spies) spy.mockRestore();
    expect(taken).toEqual([
      // An empty name, the type against the root's name, an amount's currency, and a code that only we do not use.
      ...['BR-07', 'BR-CL-01', 'BR-CL-03', 'BR-CL-16'],
      // A cent, where they let ten pass; and the namespace of the root, which we do not hand them.
      ...['BR-S-08', 'BR-AE-08', 'BR-E-08', 'UBL-NAMESPACE'],
    ]);
  });
});
