import { type Period } from '../calendar';
import { type Fault } from '../faults';
import { type Terms } from '../terms';
import { type CountedPeriod } from './counted-period';

/**
 * Usage of one recording in one context over the period. Units are plays or sales; net units are quantity less returns.
 * The optional members are for terms that ask for them.
 */
export interface UsageSum {
  readonly isrc: string;
  readonly service: string;
  readonly territory: string;
  readonly use: string;
  readonly model: string;
  readonly quantity: bigint;
  readonly returns: bigint;
  /** What it was sold for, net of returns: a decimal in the currency of the terms. */
  readonly sales?: string;
  /** The share of the recording that the label controls on the day of use: "0.6", "1/3". Absent: all of it. */
  readonly controlledShare?: string;
  /** The day of use and the day of the report: a rate may change within the period. */
  readonly usedOn?: string;
  readonly reportedOn?: string;
  /** Id of a single sale; ids sort in the order in which the sales happened. */
  readonly sale?: string;
}

/** Figures of one service that no usage line carries. Amounts are decimals in the currency of the terms. */
export interface ServiceContext {
  readonly service: string;
  /** Plays of all music on the service, everyone's, in the period. */
  readonly allPlays?: bigint;
  readonly netMusicAdvertisingRevenue?: string;
  /** Figures that the terms define for each service, by id. */
  readonly figures?: Readonly<Record<string, string>>;
}

export interface PeriodContext {
  readonly services: readonly ServiceContext[];
  /** Figures that the terms define for the agreement, by id: amounts, shares, and flags as "true" or "false". */
  readonly figures?: Readonly<Record<string, string>>;
}

/** A period's usage and figures. */
export interface PeriodUsage {
  /** The period's cumulative sums in any order; several rows of one recording and context are added up. */
  readonly usage: Iterable<UsageSum>;
  readonly context: PeriodContext;
}

/** A period before the one that is rated. */
export interface EarlierPeriod extends PeriodUsage {
  /** Which one, where the terms grant other uses in other periods. */
  readonly period?: Period;
  /** The terms that then held; absent: those of the rating. */
  readonly terms?: Terms;
}

export interface RatingInput extends PeriodUsage {
  readonly terms: Terms;
  /** One whole reporting period that the term touches. */
  readonly period: Period;
  /** All earlier periods of the term, in any order, as usage or counted: only terms with a counter of the term ask for them. */
  readonly earlier?: readonly (EarlierPeriod | CountedPeriod)[];
  /** By royalty clause: sales that a reserve holds back in the period (below zero) or gives back to it, as a decimal. */
  readonly heldSales?: Readonly<Record<string, string>>;
}

/**
 * The input contradicts itself or the terms, so that no amount would be right. Pointers lead into the input:
 * /usage/17, /context/services/0/allPlays, /earlier/0/usage/17.
 */
export class RatingRefused extends Error {
  constructor(readonly faults: readonly Fault[]) {
    super(faults.map(({ pointer, message }) => `${pointer} ${message}`).join('; '));
    this.name = 'RatingRefused';
  }
}

/** Does the work; when it is refused, all pointers are told as lying under this one. */
export function refusedUnder<Result>(pointer: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RatingRefused)) throw error;
    throw new RatingRefused(error.faults.map((fault) => ({ ...fault, pointer: `${pointer}${fault.pointer}` })));
  }
}
