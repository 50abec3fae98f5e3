import type { LivingAgreement } from '../../agreements';
import {
  closePeriod,
  exactOfRecordings,
  type Fault,
  type RatedPeriod,
  RatingRefused,
  type RecordingUnits,
  reservesSales,
  spreadOverRecordings,
  standingApart,
  termsOfMonth,
  type UsageSum,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { everyPosition, type KeptReadings, liveBasis } from '../../usage';
import { CountedMonths, type RatedUsage } from '../facts/counted-months';
import { carriedInto } from './carried-into';
import { basesBeforeNow } from './drafts/live-bases';
import { sumsOfBases } from './proof/proved-line.repository';
import { inputOf, rateMonth } from './rate-close';

/** What a recording has been used and has earned in one context so far; without amounts where the month cannot be rated yet. */
export interface LiveLine extends Pick<
  UsageSum,
  | 'isrc'
  | 'service'
  | 'territory'
  | 'use'
  | 'model'
  | 'quantity'
  | 'returns'
  | 'controlledShare'
  | 'usedOn'
  | 'reportedOn'
> {
  /** Unrounded. */
  readonly exact: string | null;
  readonly minor: bigint | null;
}

export interface LiveMonth {
  readonly lines: readonly LiveLine[];
  readonly rated: RatedPeriod | undefined;
  /** Why it cannot be rated: a figure that is still to be reported. */
  readonly missing: readonly Fault[];
}

/** The period that a month lies in, as it would be rated if it ended now: by the close's own rating, on what counts so far. Lines in order of recording and context. */
export async function liveMonth(
  tx: Tx,
  readings: KeptReadings,
  agreement: LivingAgreement,
  month: string,
): Promise<LiveMonth> {
  const basis = await liveBasis(tx, agreement, month, everyPosition);
  const months = new CountedMonths(tx, readings, agreement);
  const bases = await basesBeforeNow(tx, agreement, month);
  const own = await months.rated(month, basis, new Map());
  const { usage } = own;
  const sums = new Map(usage.map((sum) => [keyOf(sum), sum]));
  const keys = [...sums.keys()].sort();
  if ((await sumsOfBases(tx, agreement, bases)) > countedMax) return { ...unrated(sums, keys), missing: [tooMuch] };
  try {
    const record = { ...own, ...(await months.before(month, bases)) };
    const rated = await rateSoFar(tx, agreement, month, record);
    const earned = earnedBy(rated);
    return { lines: keys.map((key) => ({ ...sums.get(key)!, ...(earned.get(key) ?? nothing) })), rated, missing: [] };
  } catch (error) {
    if (!(error instanceof RatingRefused)) throw error;
    return { ...unrated(sums, keys), missing: error.faults };
  }
}

/** So many sums of earlier periods are counted for a question; a close counts them all. */
const countedMax = 1_000_000;
const tooMuch: Fault = {
  ...{ pointer: '/earlier', code: 'earlier-too-large' },
  message: 'earlier periods have too much usage for a counter of the term to be counted now: the close counts it',
};

const unrated = (sums: ReadonlyMap<string, UsageSum>, keys: readonly string[]): Pick<LiveMonth, 'lines' | 'rated'> => ({
  lines: keys.map((key) => ({ ...sums.get(key)!, exact: null, minor: null })),
  rated: undefined,
});

/** What a reserve on sales would hold back is no base of royalties yet; of a closed period it is known. Throws the kernel's RatingRefused. */
export async function rateSoFar(
  tx: Tx,
  agreement: LivingAgreement,
  month: string,
  record: RatedUsage,
): Promise<RatedPeriod> {
  const terms = termsOfMonth(agreement.life, month);
  if (!reservesSales(terms) || record.heldSales !== undefined) return rateMonth(terms, month, record);
  const carried = await carriedInto(tx, agreement, month);
  return closePeriod({ ...inputOf(terms, month, record), carried, facts: standingApart(terms) }).rated;
}

const nothing = { exact: '0', minor: 0n };

function earnedBy(rated: RatedPeriod): Map<string, { exact: string; minor: bigint }> {
  const exact = exactOfRecordings(rated);
  const parts = spreadOverRecordings(rated);
  return new Map(
    rated.recordings.map((recording, at) => [keyOf(recording), { exact: exact(recording), minor: parts[at] ?? 0n }]),
  );
}

/** Each recording and context is of one clause; each share of it is a line. */
const keyOf = ({
  isrc,
  service,
  territory,
  use,
  model,
  controlledShare,
  usedOn,
  reportedOn,
}: Omit<UsageSum | RecordingUnits, 'quantity' | 'units'>): string =>
  [
    isrc,
    service,
    territory,
    use,
    model,
    ...[controlledShare, usedOn, reportedOn].filter((each) => each !== undefined),
  ].join(' ');

export const lineKey = keyOf;
