import { type Period } from '../calendar';
import { type Fault } from '../faults';
import { type Terms } from '../terms';

/** Usage of one recording in one context over the period. Units are plays or sales; net units are quantity less returns. */
export interface UsageSum {
  readonly isrc: string;
  readonly service: string;
  readonly territory: string;
  readonly use: string;
  readonly model: string;
  readonly quantity: bigint;
  readonly returns: bigint;
}

/** Figures of one service that no usage line carries. Revenue is a decimal in the currency of the terms. */
export interface ServiceContext {
  readonly service: string;
  /** Plays of all music on the service, everyone's, in the period. */
  readonly allPlays: bigint;
  readonly netMusicAdvertisingRevenue: string;
}

export interface PeriodContext {
  readonly services: readonly ServiceContext[];
}

export interface RatingInput {
  readonly terms: Terms;
  /** One whole calendar month that the term touches. */
  readonly period: Period;
  /** The period's cumulative sums in any order; several rows of one recording and context are added up. */
  readonly usage: Iterable<UsageSum>;
  readonly context: PeriodContext;
}

/**
 * The input contradicts itself or the terms, so that no amount would be right. Pointers lead into the input:
 * /usage/17, /context/services/0/allPlays.
 */
export class RatingRefused extends Error {
  constructor(readonly faults: readonly Fault[]) {
    super(faults.map(({ pointer, message }) => `${pointer} ${message}`).join('; '));
    this.name = 'RatingRefused';
  }
}
