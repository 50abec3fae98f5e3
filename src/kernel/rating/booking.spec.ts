import fc from 'fast-check';
import { monthPeriod, periodOf } from '../calendar';
import { bookVersions } from './booking';

const closing = (month: string, closedOn: string) => ({ ...monthPeriod(month), closedOn });
const closings = [closing('2025-05', '2025-06-12'), closing('2025-06', '2025-07-12'), closing('2025-07', '2025-08-12')];
const may = monthPeriod('2025-05');
const version = (recordedOn: string, final: bigint) => ({ recordedOn, final });
const book = (...versions: ReturnType<typeof version>[]) => bookVersions(versions, { period: may, closings });

describe('booking the versions of a period', () => {
  it('issues the last one before the closing day; those before it were drafts', () => {
    const { versions, issuedStatement } = book(version('2025-06-03', 5n), version('2025-06-11', 7n));
    expect(versions).toEqual([
      { recordedOn: '2025-06-03', final: 5n, kind: 'draft' },
      { recordedOn: '2025-06-11', final: 7n, kind: 'original', bookedIn: may },
    ]);
    expect(issuedStatement).toBe(7n);
  });

  it('a version of the closing day comes too late, and goes to the next period to close', () => {
    const { versions, issuedStatement, balance } = book(version('2025-06-11', 1000n), version('2025-06-12', 900n));
    expect(versions[1]).toEqual({
      recordedOn: '2025-06-12',
      final: 900n,
      kind: 'restatement',
      delta: -100n,
      bookedIn: monthPeriod('2025-06'),
      deltaStyle: [{ forPeriod: may, kind: 'difference', minor: -100n }],
      ledgerStyle: [
        { forPeriod: may, kind: 'reversal', minor: -1000n },
        { forPeriod: may, kind: 'replacement', minor: 900n },
      ],
    });
    expect([issuedStatement, balance]).toEqual([1000n, 900n]);
  });

  it('is booked after the closings that are past on the day it is recorded', () => {
    const { versions } = book(version('2025-06-01', 1n), version('2025-07-12', 2n), version('2025-09-01', 3n));
    expect(versions.map((booked) => 'bookedIn' in booked && booked.bookedIn)).toEqual([
      may,
      monthPeriod('2025-07'),
      undefined,
    ]);
  });

  it('writes no rows where nothing changes', () => {
    const { versions } = book(version('2025-06-01', 4n), version('2025-06-20', 4n));
    expect(versions[1]).toMatchObject({ kind: 'restatement', delta: 0n, deltaStyle: [], ledgerStyle: [] });
  });

  it('has issued nothing when the first version is late: the whole of it is the difference', () => {
    const { versions, issuedStatement } = book(version('2025-06-20', 4n));
    expect(issuedStatement).toBeNull();
    expect(versions[0]).toMatchObject({
      kind: 'restatement',
      delta: 4n,
      ledgerStyle: [{ kind: 'replacement', minor: 4n }],
    });
  });

  it('goes by the day of recording, and answers in the order asked', () => {
    const { versions, balance } = book(version('2025-06-20', 9n), version('2025-06-01', 4n));
    expect(versions.map(({ kind }) => kind)).toEqual(['restatement', 'original']);
    expect(balance).toBe(9n);
  });

  it('of no versions is nothing, and without a closing day nothing can be said', () => {
    expect(book()).toEqual({ versions: [], issuedStatement: null, balance: 0n });
    expect(() => bookVersions([], { period: periodOf('2024-05-01', '2024-06-01'), closings })).toThrow(RangeError);
  });

  it('what was issued and all corrections sum to the last version, in both styles', () => {
    const days = fc.constantFrom('2025-06-01', '2025-06-11', '2025-06-12', '2025-07-01', '2025-07-12', '2025-08-30');
    const versions = fc.array(fc.record({ recordedOn: days, final: fc.bigInt(-1000n, 1000n) }), { maxLength: 8 });
    fc.assert(
      fc.property(versions, (given) => {
        const booked = book(...given);
        for (const style of ['deltaStyle', 'ledgerStyle'] as const) {
          const rows = booked.versions.flatMap((one) => (one.kind === 'restatement' ? one[style] : []));
          const sum = rows.reduce((whole, { minor }) => whole + minor, booked.issuedStatement ?? 0n);
          expect(sum).toBe(booked.balance);
        }
      }),
    );
  });
});
