import type { LivingAgreement } from '../../agreements';
import {
  carriedAcross,
  closePeriod,
  type EarlierPeriod,
  type Fault,
  type Life,
  periodNameOfMonth,
  periodOfMonth,
  periodsOfLife,
  RatingRefused,
  type Settled,
  standingApart,
  termsOfMonth,
  type UsageSum,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { KeptReadings, MonthOfRecord } from '../../usage';
import { closeFactsOf } from '../facts/facts.repository';
import { CountedMonths, countsThroughLife, type RatedUsage } from '../facts/counted-months';
import { monthOfRecord } from '../facts/month-of-record';
import { sumsCounted, sumsOfBases } from '../statements/proof/proved-line.repository';
import { basesOf, basisOf, currentBookings, type Statement } from '../statements/statements.repository';

/** So many sums are closed for a period that is foreseen, or has begun: more would take too long for a question. */
export const sumsMax = 20_000;
/** So many of all closed periods are counted for a counter of the term. */
const countedMax = 1_000_000;

export interface ForeseenMonth {
  /** The first of the reporting period. */
  readonly month: string;
  /** What the period is called. */
  readonly period: string;
  readonly settled: Pick<Settled, 'royalties' | 'recouped' | 'closing' | 'payable'>;
}

export interface Forecast {
  /** The closed period, by its first month, whose usage is taken for every one to come; null where there is none, or it is too large to be closed again and again. */
  readonly basedOn: string | null;
  readonly months: readonly ForeseenMonth[];
  /** Why the next period could not be worked out. */
  readonly missing: readonly Fault[];
}

/**
 * What the periods to come would bring if each were used as the last closed one was: by the close's own rules, so that advances, guarantees, fees and reserves move as they
 * will. Tax and exchange are left aside: their rates are not known yet; and so are other agreements of a pool.
 */
export async function foresee(
  tx: Tx,
  readings: KeptReadings,
  agreement: LivingAgreement,
  { latest, count }: { readonly latest: Statement | undefined; readonly count: number },
): Promise<Forecast> {
  const nothing = { basedOn: null, months: [], missing: [] };
  if (latest === undefined) return nothing;
  const basedOn = latest.month.slice(0, 7);
  const bookings = await currentBookings(tx, agreement.id);
  const booking = bookings.find(({ period }) => period === latest.month);
  if (booking === undefined || (await sumsCounted(tx, agreement, basedOn, basisOf(booking))) > sumsMax) return nothing;
  const bases = basesOf(bookings);
  if (countsThroughLife(agreement.life) && (await sumsOfBases(tx, agreement, bases)) > countedMax) return nothing;
  const record = await monthOfRecord(tx, readings, agreement, basedOn, basisOf(booking));
  const { exercised = [] } = await closeFactsOf(tx, agreement, basedOn);
  const ahead = periodsOfLife(agreement.life)
    .filter((month) => month > basedOn)
    .slice(0, count);
  const before = { month: basedOn, carried: latest.carried_out };
  const counted = new CountedMonths(tx, readings, agreement);
  const countedBefore = (month: string) => counted.before(month, bases);
  return { basedOn, ...(await closeAll(agreement, { ahead, record, before, exercised, countedBefore })) };
}

interface Ahead {
  readonly ahead: readonly string[];
  readonly record: MonthOfRecord;
  readonly before: { readonly month: string; readonly carried: Settled['carried'] };
  readonly exercised: readonly string[];
  /** What counters of the term read in the closed periods. */
  readonly countedBefore: (month: string) => Promise<Pick<RatedUsage, 'earlier'>>;
}

async function closeAll(
  { life }: LivingAgreement,
  { ahead, record, before, exercised, countedBefore }: Ahead,
): Promise<Pick<Forecast, 'months' | 'missing'>> {
  const months: ForeseenMonth[] = [];
  const foreseen: EarlierPeriod[] = [];
  let [last, carried] = [before.month, before.carried];
  for (const month of ahead) {
    const terms = termsOfMonth(life, month);
    const { earlier } = await countedBefore(month);
    const { context } = record;
    const own = { terms, period: periodOfMonth(life, month), usage: usedIn(life, month, record), context };
    try {
      const { settled } = closePeriod({
        ...own,
        ...(earlier === undefined ? {} : { earlier: [...earlier, ...foreseen] }),
        ...{
          carried: carriedAcross(carried, termsOfMonth(life, last), terms),
          facts: { exercised, ...standingApart(terms) },
        },
      });
      months.push({ month, period: periodNameOfMonth(life, month), settled });
      foreseen.push(own);
      [last, carried] = [month, settled.carried];
    } catch (error) {
      if (!(error instanceof RatingRefused)) throw error;
      return { months, missing: error.faults };
    }
  }
  return { months, missing: [] };
}

/** Days of use are those of the period that it was; a period to come is reported once it is over. */
const usedIn = (life: Life, month: string, { usage }: MonthOfRecord): UsageSum[] =>
  usage.map(({ usedOn: _, reportedOn, ...sum }) =>
    reportedOn === undefined ? sum : { ...sum, reportedOn: periodOfMonth(life, month).until },
  );
