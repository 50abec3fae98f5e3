import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { calendarDateOf, countPeriod, monthPeriod } from '../../../kernel';
import { contextOf, ISRCS, plays, termsPaying } from '../../../kernel/testing/reference-terms';
import type { UsageBasis } from '../../../usage';
import type { Bases, RatedUsage } from '../../facts/counted-months';
import { linesOfCorrection } from '../statement-lines';
import { Corrections } from './corrections';

/** A cent for each of the first thousand plays of the term, two for each further one. */
const terms = termsPaying({
  kind: 'tiered',
  method: 'graduated',
  counter: 'term',
  tiers: [
    { upTo: '1000', rate: '0.01', flat: '0' },
    { upTo: null, rate: '0.02', flat: '0' },
  ],
});
const life = {
  versions: [{ number: 1, effectiveFrom: calendarDateOf('2026-01-01'), concludedAt: new Date(0), terms }],
  facts: [],
};
const months = Array.from({ length: 12 }, (_, at) => `2026-${String(at + 1).padStart(2, '0')}`);
const basis = (report: string): UsageBasis => ({ reportIds: [report], eventPosition: null });
/** A report tells how many plays by its own name. */
const usageOf = ({ reportIds }: UsageBasis) => ({
  usage: [plays(ISRCS[0], BigInt(reportIds[0]!))],
  context: contextOf(0n, '0'),
});

/** Months as the database gives them, and which of them are still in memory. */
class Months {
  private readonly given: WeakRef<object>[] = [];

  rated(month: string, on: UsageBasis, bases: Bases): Promise<RatedUsage> {
    const before = [...bases].filter(([other]) => other < month);
    const earlier = before.map(([of, one]) => countPeriod(terms, { ...usageOf(one), period: monthPeriod(of), terms }));
    const record = { ...usageOf(on), ...on, earlier };
    this.given.push(new WeakRef(record.usage));
    return Promise.resolve(record);
  }

  /** How many were given, and how many of these are left. */
  async left(): Promise<[given: number, left: number]> {
    await setImmediate();
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    return [this.given.length, this.given.filter((one) => one.deref() !== undefined).length];
  }
}

const booking = (month: string) => ({ period: `${month}-01`, sequence: 1, statement_month: `${month}-01` });
const bookings = months.map((month) => ({
  ...{ ...booking(month), report_ids: ['100'], event_position: null },
  ...{ total_minor: 0n, delta_minor: 0n },
}));

describe('corrections of the months before a close', () => {
  it('are of every month that counts on from an early one, of which one is in memory at a time', async () => {
    const source = new Months();
    // January had 600 plays more, so the first thousand ran out in April, not in October.
    const bases = new Map(months.map((month, at) => [month, basis(at === 0 ? '700' : '100')]));
    const corrections = new Corrections(source, { agreement: { life }, bookings, bases });
    const all = await corrections.all();
    expect(all.map(({ restatement }) => restatement.delta.minor)).toEqual([
      ...[600n, 0n, 0n, 0n],
      ...[100n, 100n, 100n, 100n, 100n, 100n, 0n, 0n],
    ]);
    // Each was read as booked and as it is now; the last one is still there.
    expect(await source.left()).toEqual([24, 2]);
    for (const { month, restatement } of all) {
      const lines = [...linesOfCorrection(await corrections.of(month))];
      expect(lines.reduce((sum, { minor }) => sum + minor, 0n)).toBe(restatement.delta.minor);
    }
    expect(await source.left()).toEqual([48, 2]);
  });

  it('where one month alone is corrected, it is read once', async () => {
    const source = new Months();
    const bases = new Map(months.map((month, at) => [month, basis(at === 11 ? '90' : '100')]));
    const corrections = new Corrections(source, { agreement: { life }, bookings, bases });
    expect((await corrections.all()).map(({ month }) => month)).toEqual(['2026-12']);
    expect([...linesOfCorrection(await corrections.of('2026-12'))]).toMatchObject([{ quantity: -10n, minor: -20n }]);
    expect((await source.left())[0]).toBe(2);
  });
});
