import fc from 'fast-check';
import { exactText, moneyRoundingIn } from '../money';
import { priceClaims, type BackFee, type PricedClaim } from './claim-price';

const rounding = moneyRoundingIn('RUB', { mode: 'half-up' });
const open = (track: string, plays?: bigint): PricedClaim => ({
  track,
  status: 'open',
  ...(plays !== undefined && { plays }),
});
const price = (claims: PricedClaim[], backFee: BackFee) => priceClaims(claims, { backFee, rounding });
const minors = ({ lines }: ReturnType<typeof priceClaims>) => lines.map(({ minor }) => minor);

describe('the price of claims', () => {
  it('per track: eleven at 50,000 are 550,000', () => {
    const claims = Array.from({ length: 11 }, (_, at) => open(`T${at}`));
    expect(price(claims, { kind: 'per-track', amount: '50000' })).toMatchObject({
      backFee: 55000000n,
      forwardFee: 0n,
      total: 55000000n,
      left: [],
    });
  });

  it('only open claims are priced and closed', () => {
    const claims = [open('T1'), { track: 'T2', status: 'disputed' }, { track: 'T3', status: 'withdrawn' }, open('T4')];
    const priced = price(claims, { kind: 'per-track', amount: '0.005' });
    expect(priced).toMatchObject({ backFee: 2n, closed: ['T1', 'T4'], left: ['T2', 'T3'] });
  });

  it('a lump sum that cannot be divided gives its last kopecks to those listed first', () => {
    const priced = price([open('T1'), open('T2'), open('T3')], { kind: 'lump-sum', amount: '100.01' });
    expect(minors(priced)).toEqual([3334n, 3334n, 3333n]);
    expect(priced.lines.map(({ exact }) => exactText(exact))).toEqual(Array(3).fill('10001/300'));
  });

  it('a lump sum for no open claim is not owed', () => {
    const nothing = price([{ track: 'T1', status: 'disputed' }], { kind: 'lump-sum', amount: '100' });
    expect(nothing).toMatchObject({ lines: [], total: 0n, left: ['T1'] });
  });

  it('a multiple of the licence counts plays, each line rounded', () => {
    const fee: BackFee = { kind: 'multiple-of-licence', multiple: '2', ratePerPlay: '0.0175' };
    const priced = price([open('T1', 100_001n), open('T2', 7n), open('T3', 0n)], fee);
    expect([minors(priced), priced.total]).toEqual([[350004n, 25n, 0n], 350029n]);
    expect(() => price([open('T1')], fee)).toThrow(RangeError);
  });

  it('a forward fee is rounded as a whole', () => {
    const priced = priceClaims([], {
      backFee: { kind: 'per-track', amount: '1' },
      forwardFee: { amount: '0.333', tracks: 500n },
      rounding,
    });
    expect(priced).toMatchObject({ backFee: 0n, forwardFee: 16650n, total: 16650n });
  });

  it('every claim is closed or left, and the lines of a lump sum sum to it', () => {
    const claims = fc.array(fc.constantFrom('open', 'disputed', 'withdrawn', 'settled'), { maxLength: 20 });
    fc.assert(
      fc.property(claims, fc.bigInt(0n, 10n ** 9n), (statuses, cents) => {
        const given = statuses.map((status, at) => ({ track: `T${at}`, status }));
        const amount = `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
        const priced = price(given, { kind: 'lump-sum', amount });
        expect([...priced.closed, ...priced.left].sort()).toEqual(given.map(({ track }) => track).sort());
        expect(minors(priced).reduce((sum, minor) => sum + minor, 0n)).toBe(priced.closed.length > 0 ? cents : 0n);
      }),
    );
  });
});
