import fc from 'fast-check';
import { referenceTerms } from '../../../kernel/testing/reference-terms';
import { holdableOf, type PayablePart, partBetween, type StatedAt } from './open-part';

type Treatments = { withholding: 'deducted' | 'grossed-up'; vat: 'added' | 'included' | 'reverse-charge' };

const taxed = (
  { withholding, vat }: Treatments,
  { tax, vat: vatRate, rate }: Record<'tax' | 'vat' | 'rate', string>,
  held = 0n,
): StatedAt => ({
  terms: { ...referenceTerms(), taxes: { withholding, vat } },
  period: { from: '2026-01-01', until: '2026-02-01' } as StatedAt['period'],
  taxes: { withholding: { rate: tax, source: 'Treaty' }, vat: { rate: vatRate, source: 'Standard rate' } },
  exchanged: { into: 'RUB', rate: { rate, source: 'cbr', on: '2026-01-31' } },
  heldForUsage: held,
});

const treatments = fc.record<Treatments>({
  withholding: fc.constantFrom('deducted', 'grossed-up'),
  vat: fc.constantFrom('added', 'included', 'reverse-charge'),
});
const rates = fc.record({
  tax: fc.constantFrom('0', '0.05', '0.15', '0.3'),
  vat: fc.constantFrom('0', '0.07', '0.2'),
  rate: fc.constantFrom('80.5', '0.0123457', '77/3', '1'),
});

const sum = (parts: readonly PayablePart[]): Record<string, bigint> => {
  const all: Record<string, bigint> = {};
  for (const part of parts) {
    for (const [name, minor] of Object.entries(part) as [string, bigint][]) all[name] = (all[name] ?? 0n) + minor;
  }
  return all;
};

describe('what is disputed of an invoice', () => {
  // 199.99 of 1,000.00: 15 % of 800.01 are 120.0015, 20 % are 160.002, and a dollar is 81 roubles.
  it('takes its part of net, VAT and withheld tax with it, at the statement’s rate', () => {
    const stated = taxed({ withholding: 'deducted', vat: 'added' }, { tax: '0.15', vat: '0.2', rate: '81' });
    expect(partBetween(stated, { from: 80_001n, until: 100_000n })).toEqual({
      ...{ received: 16_999n, vat: 4_000n, supplied: 19_999n, declared: 0n, gross: 19_999n, withheld: 3_000n },
      ...{ paid: 1_376_919n, paidVat: 324_000n, paidWithheld: 243_000n },
    });
  });

  it('and what is left are the whole, in every figure, however often it is cut', () => {
    const cuts = fc.array(fc.bigInt(0n, 3_000_000n), { maxLength: 6 });
    fc.assert(
      fc.property(treatments, rates, fc.bigInt(1n, 3_000_000n), cuts, (as, at, payable, places) => {
        const stated = taxed(as, at);
        const edges = [0n, ...places.map((place) => place % payable), payable].sort((a, b) => (a < b ? -1 : 1));
        const parts = edges.slice(1).map((until, place) => partBetween(stated, { from: edges[place]!, until }));
        expect(sum(parts)).toEqual(sum([partBetween(stated, { from: 0n, until: payable })]));
        // Of nothing disputed less than nothing waits.
        expect(
          parts.every(({ received, vat, paid, paidVat }) => [received, vat, paid, paidVat].every((one) => one >= 0n)),
        ).toBe(true);
      }),
    );
  });

  it('is never more than the invoice asks for, which has no part of what is held for usage', () => {
    const amount = fc.bigInt(0n, 1_000_000n);
    fc.assert(
      fc.property(treatments, rates, amount, amount, amount, (as, at, left, disputed, share) => {
        const { received } = partBetween(taxed(as, at), { from: 0n, until: left });
        const heldForUsage = received === 0n ? 0n : share % (received + 1n);
        const stated = taxed(as, at, heldForUsage);
        const held = holdableOf(stated, { left, disputed, cameIn: 0n });
        const open = (of: bigint): bigint => partBetween(taxed(as, at), { from: 0n, until: left - of }).received;
        expect(held >= 0n && held <= disputed && held <= left && open(held) >= heldForUsage).toBe(true);
        if (held < disputed && held < left) expect(open(held + 1n) < heldForUsage).toBe(true);
      }),
    );
  });

  it('what was paid of the invoice already stays on it, and no more than that', () => {
    fc.assert(
      fc.property(
        treatments,
        rates,
        fc.bigInt(0n, 1_000_000n),
        fc.bigInt(0n, 1_000_000_000n),
        (as, at, left, share) => {
          const stated = taxed(as, at);
          const asks = (until: bigint): bigint => {
            const { paid, paidVat } = partBetween(stated, { from: 0n, until });
            return paid + paidVat;
          };
          const cameIn = share % (asks(left) + 1n);
          const held = holdableOf(stated, { left, disputed: left, cameIn });
          expect(asks(left - held) >= cameIn).toBe(true);
          if (held < left) expect(asks(left - held - 1n) < cameIn).toBe(true);
        },
      ),
    );
  });
});
