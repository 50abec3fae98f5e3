import { compare, isShare, rational } from '../money';

/** From which figures on usage is worth an alert. Shares and the factor are exact text, plays whole numbers. */
export interface AlertThresholds {
  /** A day with this many times the plays of an average day before it, */
  readonly burstFactor: string;
  /** and at least this many. */
  readonly burstPlays: number;
  /** A month in which one territory has at least this share of a recording's plays on a service, */
  readonly territoryShare: string;
  /** of at least this many. */
  readonly territoryPlays: number;
  /** A day on which at least this share of the plays whose length is told are short, */
  readonly shortShare: string;
  /** and at least this many. */
  readonly shortPlays: number;
}

/** What holds for a party that has set nothing. */
export const DEFAULT_THRESHOLDS: AlertThresholds = {
  burstFactor: '10',
  burstPlays: 1_000,
  territoryShare: '0.95',
  territoryPlays: 1_000,
  shortShare: '0.5',
  shortPlays: 1_000,
};

/** No number of plays that is asked for may be smaller: fewer say nothing. */
export const ALERT_PLAYS_MIN = 100;

/** Plays shorter than this are short: above what most services take for a play at all (30 seconds), and little above it. */
export const SHORT_PLAY_SECONDS = 35;

/** The thresholds of several, member by member the lower: nobody's alert can be switched off by another. */
export function lowestThresholds([first = DEFAULT_THRESHOLDS, ...others]: readonly AlertThresholds[]): AlertThresholds {
  const lower = (a: string, b: string): string => (compare(rational(b), rational(a)) < 0 ? b : a);
  return others.reduce(
    (least, one) => ({
      burstFactor: lower(least.burstFactor, one.burstFactor),
      burstPlays: Math.min(least.burstPlays, one.burstPlays),
      territoryShare: lower(least.territoryShare, one.territoryShare),
      territoryPlays: Math.min(least.territoryPlays, one.territoryPlays),
      shortShare: lower(least.shortShare, one.shortShare),
      shortPlays: Math.min(least.shortPlays, one.shortPlays),
    }),
    first,
  );
}

/** A share of everything is always reached, and one of more than everything never: neither is a threshold. */
export const isThresholdShare = (text: string): boolean => isShare(text) && rational(text).n > 0n;
