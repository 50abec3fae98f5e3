import fc from 'fast-check';
import { payAfterTax, receivedOf, reportingPeriodNamed } from '../../kernel';
import { referenceTerms } from '../../kernel/testing/reference-terms';
import { type Account, royaltiesEarned, taxWithheld, vatCharged } from '../ledger/templates';
import { exchangedPart } from '../rates/exchange-due';
import { taxesCharged } from './taxes-charged';

const minor = fc.bigInt({ min: 1n, max: 10n ** 14n });
/** A share of one in hundredths of a per cent. */
const share = fc.integer({ min: 0, max: 9_999 }).map((parts) => `0.${String(parts).padStart(4, '0')}`);
const withholding = fc.constantFrom('deducted', 'grossed-up');
const vat = fc.constantFrom('added', 'included', 'reverse-charge');

describe('the books of a close with taxes', () => {
  it('say what is collected: what the label gets and its VAT, and nothing is lost between them', () => {
    fc.assert(
      fc.property(minor, fc.record({ withholding, vat }), share, share, (payable, taxes, withheldRate, vatRate) => {
        const terms = referenceTerms({ taxes });
        const facts = {
          withholding: { rate: withheldRate, source: 'treaty' },
          vat: { rate: vatRate, source: 'law' },
        };
        const payment = payAfterTax(terms, { period: reportingPeriodNamed('2026-01'), payable, taxes: facts })!;
        const { vat: charged, withheld } = taxesCharged(payment);
        const balances = new Map<Account, bigint>();
        for (const { account, minor: of } of [
          ...royaltiesEarned({ recouped: 0n, payable, carriedForward: 0n }),
          ...vatCharged(charged),
          ...taxWithheld(withheld),
        ]) {
          balances.set(account, (balances.get(account) ?? 0n) + of);
        }
        const on = (account: Account): bigint => balances.get(account) ?? 0n;
        const collected = receivedOf({ payable, payment }) + charged.tax;
        expect(on('platform-receivable')).toBe(collected);
        expect(on('label-payable')).toBe(-collected);
        expect(collected + withheld.deducted).toBe(payable + charged.added);
        // Each state hears of its tax once, from both sides.
        expect([on('platform-vat'), on('label-tax-credit')]).toEqual([charged.tax, withheld.tax]);
        expect([on('label-vat'), on('platform-tax-withheld')]).toEqual([-charged.tax, -withheld.tax]);
        // A rate of almost one may take all of it; nobody ever pays for being owed.
        expect(collected >= 0n).toBe(true);
      }),
    );
  });
});

describe('the examples of docs/exchange-and-tax.md', () => {
  // Of 1,000.00 payable, at 20 % and 15 %: what is invoiced, and what of it is the label's own.
  it.each([
    ['added', 'deducted', 105_000n, 85_000n],
    ['included', 'deducted', 87_500n, 70_833n],
    ['reverse-charge', 'deducted', 85_000n, 85_000n],
    ['reverse-charge', 'grossed-up', 100_000n, 100_000n],
  ])('VAT %s, withholding %s', (treatment, borne, invoiced, own) => {
    const taxes = { withholding: { rate: '0.15', source: 'treaty' }, vat: { rate: '0.2', source: 'law' } };
    const terms = referenceTerms({ taxes: { vat: treatment, withholding: borne } });
    const payment = payAfterTax(terms, { period: reportingPeriodNamed('2026-01'), payable: 100_000n, taxes })!;
    const received = receivedOf({ payable: 100_000n, payment });
    expect([received + taxesCharged(payment).vat.tax, received]).toEqual([invoiced, own]);
  });
});

describe('what is exchanged in parts', () => {
  it('comes to what the whole comes to, and no part to less than nothing', () => {
    const rate = fc.tuple(fc.integer({ min: 1, max: 10 ** 9 }), fc.integer({ min: 1, max: 10 ** 6 }));
    const currencies = fc.constantFrom('RUB', 'JPY', 'KWD');
    fc.assert(
      fc.property(fc.array(minor, { minLength: 1, maxLength: 6 }), rate, currencies, (parts, [n, d], into) => {
        const used = { rate: `${n}/${d}`, source: 'manual', on: '2026-01-31' };
        const before: { from: bigint; to: bigint }[] = [];
        for (const from of parts) {
          before.push({ from, to: exchangedPart({ minor: from, currency: 'USD' }, { into, rate: used, before }) });
        }
        const whole = parts.reduce((sum, part) => sum + part, 0n);
        const once = exchangedPart({ minor: whole, currency: 'USD' }, { into, rate: used, before: [] });
        expect(before.reduce((sum, { to }) => sum + to, 0n)).toBe(once);
        expect(before.every(({ to }) => to >= 0n)).toBe(true);
      }),
    );
  });

  it('three times 0.33 at a half: rounded one by one they would come to a kopeck too much', () => {
    const rate = { rate: '1/2', source: 'manual', on: '2026-01-31' };
    const part = (before: { from: bigint; to: bigint }[]) =>
      exchangedPart({ minor: 33n, currency: 'USD' }, { into: 'RUB', rate, before });
    // 16.5 → 17; 33 − 17 = 16; 49.5 → 50, 50 − 33 = 17. Each by itself: 17 three times, 51.
    expect(part([])).toBe(17n);
    expect(part([{ from: 33n, to: 17n }])).toBe(16n);
    expect(part([{ from: 66n, to: 33n }])).toBe(17n);
  });
});
