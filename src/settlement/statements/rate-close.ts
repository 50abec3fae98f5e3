import {
  canonicalClauseLines,
  type Carried,
  type ClauseRestatement,
  type CloseFacts,
  closePeriod,
  type Money,
  payAfterTax,
  type Period,
  type RatedPeriod,
  ratePeriod,
  type RatingInput,
  RatingRefused,
  reportingPeriodAround,
  type Restatement,
  restate,
  type Settled,
  sha256Hex,
  type Terms,
} from '../../kernel';
import type { UsageBasis } from '../../usage';
import type { RatedUsage } from '../facts/counted-months';
import type { UsableRate } from '../rates/rate-uses.repository';
import type { RatesOfClose } from '../rates/rates-for-close';

/** An earlier period that other reports or more events speak for than were booked, or that counts on from one. */
export interface Correction {
  /** The first of the period. */
  readonly month: string;
  readonly booked: RatedUsage;
  readonly live: RatedUsage;
}

/** A correction with all that its lines are made of: twice as long as its period's usage. */
export interface RatedCorrection extends Correction {
  readonly before: RatedPeriod;
  readonly rerated: RatedPeriod;
  readonly restatement: Restatement;
}

/** What a correction comes to: as short as the terms, however long its period is. */
export interface CorrectedMonth {
  readonly month: string;
  readonly live: UsageBasis;
  /** What was booked, and what it is now. */
  readonly before: Money;
  readonly rerated: Money;
  readonly restatement: ClauseRestatement;
}

export interface CloseInput {
  /** The terms in force in a period, by its first month: an amendment may have come between it and its correction. */
  readonly termsOf: (month: string) => Terms;
  /** The first of the period. */
  readonly month: string;
  readonly usage: RatedUsage;
  /** In the order of their months. */
  readonly corrected: readonly CorrectedMonth[];
  readonly carried: Carried;
  readonly facts: CloseFacts;
}

/** A reporting period, named by its first month, as the close books it. `clauseLines` is the text that the statement's hash is over. */
export interface ClosedMonth {
  readonly month: string;
  readonly usage: RatedUsage;
  readonly rated: RatedPeriod;
  readonly corrected: readonly CorrectedMonth[];
  readonly settled: Settled;
  /** Those of tax and exchange that made its payment. */
  readonly rates: readonly UsableRate[];
  readonly clauseLines: string;
  readonly sha256: string;
}

/** The reporting period that a month begins: what is rated as a whole. */
const periodFrom = ({ reportingPeriod }: Terms, month: string): Period => reportingPeriodAround(reportingPeriod, month);

/** Rates a correction, on what was booked and on what speaks for its period now. Throws RatingRefused, which names the month. */
export function rateCorrection(terms: Terms, correction: Correction): RatedCorrection {
  const { month, booked, live } = correction;
  const before = rateMonth(terms, month, booked);
  const rerated = namingMonth(month, () => rateMonth(terms, month, live));
  return { ...correction, before, rerated, restatement: restate(before, rerated) };
}

/** What it comes to, without its recordings. */
export function correctedBy({ month, live, before, rerated, restatement }: RatedCorrection): CorrectedMonth {
  const { recordings: _, ...clauses } = restatement;
  const { reportIds, eventPosition } = live;
  return {
    month,
    live: { reportIds, eventPosition },
    before: before.total,
    rerated: rerated.total,
    restatement: clauses,
  };
}

/** Works a close out from facts alone: the period, what corrections of earlier ones come to, the balances. Throws the kernel's RatingRefused. */
export function rateClose({ termsOf, month, usage, corrected, carried, facts }: CloseInput): ClosedMonth {
  const terms = termsOf(month);
  const restatements = corrected.map(({ restatement }) => restatement);
  const { rated, settled } = closePeriod({
    ...inputOf(terms, month, usage),
    restatements,
    carried,
    facts,
  });
  return { month, usage, rated, corrected, settled, rates: [], ...stated(terms, { rated, restatements, settled }) };
}

/** The period that a month begins by itself, as a close rates it. Throws the kernel's RatingRefused. */
export const rateMonth = (terms: Terms, month: string, record: RatedUsage): RatedPeriod =>
  ratePeriod(inputOf(terms, month, record));

/** A period as the kernel takes it. */
export const inputOf = (
  terms: Terms,
  month: string,
  { usage, context, earlier, heldSales }: RatedUsage,
): RatingInput => ({
  ...{ terms, period: periodFrom(terms, month), usage, context },
  ...(earlier === undefined ? {} : { earlier }),
  ...(heldSales === undefined ? {} : { heldSales }),
});

function stated(
  terms: Terms,
  figures: {
    readonly rated: RatedPeriod;
    readonly restatements: readonly ClauseRestatement[];
    readonly settled: Settled;
  },
): Pick<ClosedMonth, 'clauseLines' | 'sha256'> {
  const clauseLines = canonicalClauseLines({ terms, ...figures });
  return { clauseLines, sha256: sha256Hex(clauseLines) };
}

/**
 * The same close with the rates that its payment needs, which nobody looks for before it is known that something is payable. What is payable does not hang on them, so nothing
 * is rated again; it says what a close would that knew them from the start.
 */
export function payAtRates(closed: ClosedMonth, terms: Terms, { facts, rates }: RatesOfClose): ClosedMonth {
  const { month, rated, corrected } = closed;
  const { payable } = closed.settled;
  const payment = payAfterTax(terms, { period: periodFrom(terms, month), payable, ...facts });
  const settled = payment === undefined ? closed.settled : { ...closed.settled, payment };
  const restatements = corrected.map(({ restatement }) => restatement);
  return { ...closed, settled, rates, ...stated(terms, { rated, restatements, settled }) };
}

/** A refusal of an earlier month's correction says which month it is: it would read like a fault of the month that is closed. */
function namingMonth<T>(month: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RatingRefused)) throw error;
    throw new RatingRefused(
      error.faults.map((fault) => ({
        ...fault,
        pointer: `/corrections/${month}${fault.pointer}`,
        message: `${fault.message} (correction of ${month})`,
      })),
    );
  }
}
