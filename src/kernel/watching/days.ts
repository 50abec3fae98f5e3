import { compare, exactText, multiply, ratio, rational, ZERO } from '../money';
import { type AlertThresholds } from './thresholds';

/** What events tell of a recording on a service on one day. */
export interface PlayedDay {
  readonly plays: bigint;
  /** Those whose length is told, and the short ones among them. */
  readonly timed: bigint;
  readonly short: bigint;
}

/** What came before a day: so many plays in so many days. */
export interface DaysBefore {
  readonly plays: bigint;
  readonly days: number;
}

/** A day is compared with as many days before it, and with none less than the least: a first week is no burst. */
export const DAYS_BEFORE = { most: 28, least: 7 } as const;

/** Figures of an alert by name, as exact text. */
export type AlertFigures = Readonly<Record<string, string>>;

export interface Raised {
  readonly figures: AlertFigures;
  readonly threshold: AlertFigures;
}

/** A day with far more plays than an average day before it. A recording that was never played before has no average, and so no burst. */
export function burstOf(
  { plays }: PlayedDay,
  before: DaysBefore,
  { burstFactor, burstPlays }: AlertThresholds,
): Raised | undefined {
  if (plays < BigInt(burstPlays) || before.days < DAYS_BEFORE.least || before.plays <= 0n) return undefined;
  const average = ratio(before.plays, BigInt(before.days));
  if (compare(rational(plays), multiply(rational(burstFactor), average)) < 0) return undefined;
  return {
    figures: {
      plays: String(plays),
      playsBefore: String(before.plays),
      daysBefore: String(before.days),
      average: exactText(average),
    },
    threshold: { factor: burstFactor, plays: String(burstPlays) },
  };
}

/** A day on which many plays end soon. Plays whose length nobody tells are neither long nor short. */
export function shortPlaysOf(
  { timed, short }: PlayedDay,
  { shortShare, shortPlays }: AlertThresholds,
): Raised | undefined {
  if (short < BigInt(shortPlays)) return undefined;
  const share = timed > 0n ? ratio(short, timed) : ZERO;
  if (compare(share, rational(shortShare)) < 0) return undefined;
  return {
    figures: { short: String(short), timed: String(timed), share: exactText(share) },
    threshold: { share: shortShare, plays: String(shortPlays) },
  };
}
