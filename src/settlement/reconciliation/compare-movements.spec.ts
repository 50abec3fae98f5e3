import type { Movement, MovementSubject } from '../payments';
import { type BookedMovement, compareMovements } from './compare-movements';

const span = { from: new Date('2026-02-01T00:00:00Z'), until: new Date('2026-03-01T00:00:00Z') };
const invoice: MovementSubject = { kind: 'invoice', id: 'in_1' };
const payout: MovementSubject = { kind: 'payout', id: 'p' };
const on = (day: string): Date => new Date(`2026-${day}T12:00:00Z`);

const moved = (amountMinor: bigint, more: Partial<Movement> = {}): Movement => ({
  ...{ id: 'txn_1', type: 'charge', at: on('02-10'), amountMinor, feeMinor: 0n, currency: 'USD', subject: invoice },
  ...more,
});
const booked = (minor: bigint, more: Partial<BookedMovement> = {}): BookedMovement => ({
  ...{ subject: invoice, amount: { minor, currency: 'USD' }, at: on('02-10') },
  ...more,
});
const told = (movements: readonly Movement[], own: readonly BookedMovement[]): string[] =>
  compareMovements({ movements, booked: own }, span).differences.map(
    ({ kind, subject, booked: ours, moved: theirs }) =>
      `${kind} ${subject?.id}: ${ours?.minor} booked, ${theirs.map(({ minor, currency }) => `${minor} ${currency}`).join(', ')} moved`,
  );

describe('what moved at the provider, beside the books', () => {
  it('agrees where both say the same, in one movement or in several', () => {
    const halves = [moved(60n), moved(40n, { id: 'txn_2' })];
    expect(compareMovements({ movements: halves, booked: [booked(100n)] }, span)).toEqual({
      ...{ agreeing: 1, differences: [], outside: [] },
    });
    const out = { subject: payout, amount: { minor: -95n, currency: 'USD' } };
    expect(told([moved(-95n, { subject: payout, type: 'transfer' })], [booked(0n, out)])).toEqual([]);
  });

  it.each([
    ['only the provider', [moved(100n)], [], 'not-booked in_1: undefined booked, 100 USD moved'],
    ['only the books', [], [booked(100n)], 'not-moved in_1: 100 booked,  moved'],
    ['a cent less', [moved(99n)], [booked(100n)], 'amount in_1: 100 booked, 99 USD moved'],
    ['twice', [moved(100n), moved(100n)], [booked(100n)], 'amount in_1: 100 booked, 200 USD moved'],
    ['taken back in part', [moved(100n), moved(-1n)], [booked(100n)], 'amount in_1: 100 booked, 99 USD moved'],
    [
      'in another currency',
      [moved(100n, { currency: 'EUR' })],
      [booked(100n)],
      'currency in_1: 100 booked, 100 EUR moved',
    ],
    [
      'in two currencies',
      [moved(100n), moved(1n, { currency: 'EUR' })],
      [booked(100n)],
      'currency in_1: 100 booked, 100 USD, 1 EUR moved',
    ],
    ['without postings', [moved(100n)], [booked(0n)], 'amount in_1: 0 booked, 100 USD moved'],
    [
      'of nothing of ours',
      [moved(-5n, { type: 'refund', subject: undefined })],
      [],
      'not-booked undefined: undefined booked, -5 USD moved',
    ],
    [
      'from our own bank',
      [moved(5n, { type: 'payout', subject: undefined })],
      [],
      'not-booked undefined: undefined booked, 5 USD moved',
    ],
  ])('differs: %s', (_, movements, own, expected) => {
    expect(told(movements, own)).toEqual([expected]);
  });

  it('finds the counterpart of what lies at an edge, and tells nothing that neither side has inside', () => {
    const late = booked(100n, { at: on('03-01') });
    expect(told([moved(100n, { at: on('02-28') })], [late])).toEqual([]);
    expect(told([moved(100n, { at: on('03-01') })], [])).toEqual([]);
    expect(told([], [late])).toEqual([]);
    expect(told([moved(99n, { at: on('02-28') })], [late])).toHaveLength(1);
  });

  it('adds up what the books do not keep: fees, and what goes to our own bank', () => {
    const movements = [
      moved(100n, { feeMinor: 3n }),
      moved(-50n, { id: 'a', type: 'payout', subject: undefined }),
      moved(-20n, { id: 'b', type: 'payout', subject: undefined }),
      moved(-2n, { id: 'c', type: 'stripe_fee', subject: undefined, at: on('03-05') }),
    ];
    expect(compareMovements({ movements, booked: [booked(100n)] }, span)).toEqual({
      agreeing: 1,
      differences: [],
      outside: [
        { type: 'fee', count: 1, amount: { minor: -3n, currency: 'USD' } },
        { type: 'payout', count: 2, amount: { minor: -70n, currency: 'USD' } },
      ],
    });
  });
});
