import {
  canonicalClauseLines,
  type Carried,
  type CloseFacts,
  closePeriod,
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

export interface CloseInput {
  /** The terms in force in a period, by its first month: an amendment may have come between it and its correction. */
  readonly termsOf: (month: string) => Terms;
  /** The first of the period. */
  readonly month: string;
  readonly usage: RatedUsage;
  readonly corrections: readonly Correction[];
  readonly carried: Carried;
  readonly facts: CloseFacts;
}

export interface CorrectedMonth extends Correction {
  readonly before: RatedPeriod;
  readonly rerated: RatedPeriod;
  readonly restatement: Restatement;
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

/** Works a close out from facts alone: the period, the corrections of earlier ones, the balances. Throws the kernel's RatingRefused. */
export function rateClose({ termsOf, month, usage, corrections, carried, facts }: CloseInput): ClosedMonth {
  const rate = (of: string, record: RatedUsage): RatedPeriod => rateMonth(termsOf(of), of, record);
  const corrected = corrections.map((correction): CorrectedMonth => {
    const before = rate(correction.month, correction.booked);
    const rerated = namingMonth(correction.month, () => rate(correction.month, correction.live));
    return { ...correction, before, rerated, restatement: restate(before, rerated) };
  });
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
  figures: { readonly rated: RatedPeriod; readonly restatements: readonly Restatement[]; readonly settled: Settled },
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
