import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { moneyFromText } from '../../kernel';
import * as templates from './templates';

type Book = (amounts: Readonly<Record<string, bigint>>) => templates.Leg[];

/** Every business event by the name it is posted under, from the amounts that its documentation names. */
const events: Readonly<Record<string, Book>> = {
  'advance-due': ({ amount }) => templates.advanceDue(amount!),
  'advance-paid-elsewhere': ({ amount }) => templates.advancePaidElsewhere(amount!),
  'back-fee-due': ({ amount }) => templates.backFeeDue(amount!),
  'prepayment-due': ({ amount }) => templates.prepaymentDue(amount!),
  'prepayment-joined': ({ amount }) => templates.prepaymentJoined(amount!),
  'prepayment-lapsed': ({ amount }) => templates.prepaymentLapsed(amount!),
  'guarantee-topped-up': ({ amount }) => templates.guaranteeToppedUp(amount!),
  'royalties-earned': ({ recouped, payable, carriedForward, waiting = 0n, reserved = 0n }) =>
    templates.royaltiesEarned({
      recouped: recouped!,
      payable: payable!,
      carriedForward: carriedForward!,
      waiting,
      reserved,
    }),
  'pool-lent': ({ amount }) => templates.poolLent(amount!),
  'pool-received': ({ amount }) => templates.poolReceived(amount!),
  'vat-charged': ({ added, tax }) => templates.vatCharged({ added: added!, tax: tax! }),
  'tax-withheld': ({ deducted, tax }) => templates.taxWithheld({ deducted: deducted!, tax: tax! }),
  'exchanged-from': ({ amount }) => templates.exchangedFrom(amount!),
  'exchanged-into': ({ amount }) => templates.exchangedInto(amount!),
  'exchange-difference': ({ amount }) => templates.exchangeDifference(amount!),
  'dispute-held': ({ amount }) => templates.disputeHeld(amount!),
  'dispute-released': ({ amount }) => templates.disputeReleased(amount!),
  'dispute-reduced': ({ amount, vat = 0n, withheld = 0n }) =>
    templates.disputeReduced({ amount: amount!, vat, withheld }),
  'payable-shared': ({ first, second }) =>
    withoutPayee(
      templates.payableShared([
        { payee: 1, minor: first! },
        { payee: 2, minor: second! },
      ]),
    ),
  'payee-payout-sent': ({ gross, commission }) =>
    withoutPayee(templates.payeePayoutSent({ gross: gross!, commission: commission!, payee: 1 })),
  'payout-reversed': ({ gross, commission }) =>
    templates.payoutRefused({ gross: gross!, commission: commission!, payee: null }),
  'payee-payout-reversed': ({ gross, commission }) =>
    withoutPayee(templates.payoutRefused({ gross: gross!, commission: commission!, payee: 1 })),
  'payout-unconfirmed': ({ gross, commission }) =>
    templates.payoutUnconfirmed({ gross: gross!, commission: commission! }),
  'late-interest-due': ({ amount }) => templates.lateInterestDue(amount!),
  'receipt-allocated': ({ amount }) => templates.receiptAllocated(amount!),
  'payout-sent': ({ gross, commission }) => templates.payoutSent({ gross: gross!, commission: commission! }),
  'payout-confirmed': ({ gross, commission }) => templates.payoutConfirmed({ gross: gross!, commission: commission! }),
  'payout-refused': ({ gross, commission }) =>
    templates.payoutRefused({ gross: gross!, commission: commission!, payee: null }),
  'payout-returned': ({ gross, commission }) =>
    withoutPayee(templates.payoutReturned({ gross: gross!, commission: commission!, payee: 1 })),
};

/** Which payee's account it is stands in no table. */
function withoutPayee(legs: readonly templates.Leg[]): templates.Leg[] {
  return legs.map(({ payee: _, ...leg }) => leg);
}

const sum = (legs: readonly templates.Leg[]): bigint => legs.reduce((total, { minor }) => total + minor, 0n);

describe('ledger templates', () => {
  it.each(Object.keys(events))('%s balances for any amounts, and no leg is empty', (name) => {
    const amount = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
    const amounts = fc.record({
      amount,
      recouped: amount,
      payable: amount,
      carriedForward: amount,
      waiting: amount,
      reserved: amount,
      added: amount,
      deducted: amount,
      tax: amount,
      vat: amount,
      withheld: amount,
      first: amount,
      second: amount,
      gross: amount,
      commission: amount,
    });
    fc.assert(
      fc.property(amounts, (given) => {
        const legs = events[name]!(given);
        expect(sum(legs)).toBe(0n);
        expect(legs.every(({ minor }) => minor !== 0n)).toBe(true);
      }),
    );
  });

  it('a deal that is paid and paid out leaves only the commission, as cash', () => {
    const legs = [
      ...templates.backFeeDue(1_000_000n),
      ...templates.receiptAllocated(1_000_000n),
      ...templates.payoutSent({ gross: 1_000_000n, commission: 50_000n }),
      ...templates.payoutConfirmed({ gross: 1_000_000n, commission: 50_000n }),
    ];
    const balances = new Map<string, bigint>();
    for (const { account, minor } of legs) balances.set(account, (balances.get(account) ?? 0n) + minor);
    expect([...balances].filter(([, minor]) => minor !== 0n)).toEqual([
      ['cash', 50_000n],
      ['marketplace-commission', -50_000n],
    ]);
  });

  it.each([
    ['before it has arrived', []],
    ['after it has arrived', [templates.payoutConfirmed, templates.payoutUnconfirmed]],
  ])('a payout that is taken back %s leaves nothing behind', (_, between) => {
    const paid = { gross: 1_000_000n, commission: 50_000n };
    const legs = [templates.payoutSent, ...between, templates.payoutRefused].flatMap((template) =>
      template({ ...paid, payee: null }),
    );
    for (const account of templates.accounts) expect(sum(legs.filter((leg) => leg.account === account))).toBe(0n);
  });

  it('a payee’s claim is met from its own account', () => {
    const paid = templates.payeePayoutSent({ gross: 6_000n, commission: 300n, payee: 2 });
    expect(paid[0]).toEqual({ account: 'payee-payable', minor: 6_000n, payee: 2 });
    expect(paid.slice(1)).toEqual(templates.payoutSent({ gross: 6_000n, commission: 300n }).slice(1));
  });

  it('a dispute that ends leaves everything as if there had been none', () => {
    const balances = (legs: readonly templates.Leg[]): [string, bigint][] => {
      const all = new Map<string, bigint>();
      for (const { account, minor: of } of legs) all.set(account, (all.get(account) ?? 0n) + of);
      return [...all].filter(([, of]) => of !== 0n);
    };
    const earned = templates.royaltiesEarned({ recouped: 0n, payable: 100_000n, carriedForward: 0n });
    const held = [...earned, ...templates.disputeHeld(30_000n)];
    expect(balances(held)).toContainEqual(['platform-receivable', 70_000n]);
    expect(balances([...held, ...templates.disputeReleased(30_000n)])).toEqual(balances(earned));
  });
});

describe('docs/ledger.md', () => {
  const page = readFileSync(join(__dirname, '../../../docs/ledger.md'), 'utf8');
  const examples = [...page.matchAll(/^### `([a-z-]+)`: (.+)\n([\s\S]*?)(?=^##|$(?![\s\S]))/gm)];

  it('has an example of every event', () => {
    expect([...new Set(examples.map(([, name]) => name))].sort()).toEqual(Object.keys(events).sort());
  });

  it('names every account once', () => {
    const named = [...page.split('## Events')[0]!.matchAll(/^\| `([a-z-]+)` *\|/gm)].map(([, account]) => account);
    expect(named.sort()).toEqual([...templates.accounts].sort());
  });

  it.each(examples.map(([, name, title, text]) => ({ name: name!, title: title!, text: text! })))(
    '$name: $title',
    ({ name, text }) => {
      const given = Object.fromEntries(
        [...text.matchAll(/(\w+) (-?[\d,]+\.\d\d)(?=[;.\n])/g)].map(([, word, amount]) => [word!, minor(amount!)]),
      );
      const rows = [...text.matchAll(/^\| `([a-z-]+)` *\| *([\d,.]*) *\| *([\d,.]*) *\|$/gm)];
      const expected = rows.map(([, account, debit, credit]) => ({
        account,
        minor: debit === '' ? -minor(credit!) : minor(debit!),
      }));
      expect(events[name]!(given)).toEqual(expected);
    },
  );
});

const minor = (text: string): bigint => moneyFromText(text.replaceAll(',', ''), 'USD').minor;
