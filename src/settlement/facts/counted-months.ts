import type { LivingAgreement } from '../../agreements';
import {
  type CountedPeriod,
  countPeriod,
  countsThroughTerm,
  heldSalesBetween,
  type Life,
  periodOfMonth,
  refusedUnder,
  reservesSales,
  type Terms,
  termsHash,
  termsOfMonth,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { KeptReadings, MonthOfRecord, UsageBasis } from '../../usage';
import { statementOfMonth } from '../statements/statements.repository';
import { monthOfRecord } from './month-of-record';

/** A period with all that it is rated with: where a counter of the term runs on, what it read in the periods before. */
export interface RatedUsage extends MonthOfRecord {
  readonly earlier?: readonly CountedPeriod[];
  /** Of a closed period: what reserves on sales held back then. */
  readonly heldSales?: Readonly<Record<string, string>>;
}

/** By the first month of a period ("2026-01"): what is counted of it. */
export type Bases = ReadonlyMap<string, UsageBasis>;

/** Whether a counter of the term runs under any version that was signed: a correction then moves every later period. */
export const countsThroughLife = ({ versions }: Pick<Life, 'versions'>): boolean =>
  versions.some(({ terms }) => countsThroughTerm(terms));

/** What reserves on sales held back of a closed period; nothing where there are none, or it is open. */
export async function heldSalesOf(
  tx: Tx,
  { id, life }: LivingAgreement,
  month: string,
): Promise<Pick<RatedUsage, 'heldSales'>> {
  const terms = termsOfMonth(life, month);
  const closed = reservesSales(terms) ? await statementOfMonth(tx, id, month) : undefined;
  if (closed === undefined) return {};
  const { carried_in: before, carried_out: after } = closed;
  return { heldSales: heldSalesBetween(terms, { before, after }) };
}

/**
 * Periods as they are rated, each by its first month. What a counter of the term read in earlier ones is counted from their usage, one period in memory at a time, and kept as a
 * handful of figures: a period is counted once under the same terms and on the same reports and events.
 */
export class CountedMonths {
  private readonly known = new Map<string, CountedPeriod>();

  constructor(
    private readonly tx: Tx,
    private readonly readings: KeptReadings,
    private readonly agreement: LivingAgreement,
  ) {}

  /** A period on one basis, with all earlier ones of `bases`. Refuses as monthOfRecord; throws RatingRefused where an earlier one could not be rated. */
  async rated(month: string, basis: UsageBasis, bases: Bases): Promise<RatedUsage> {
    const record = await monthOfRecord(this.tx, this.readings, this.agreement, month, basis);
    return { ...record, ...(await this.before(month, bases)), ...(await heldSalesOf(this.tx, this.agreement, month)) };
  }

  async before(month: string, bases: Bases): Promise<Pick<RatedUsage, 'earlier'>> {
    const terms = termsOfMonth(this.agreement.life, month);
    if (!countsThroughTerm(terms)) return {};
    const hash = termsHash(terms);
    const earlier: CountedPeriod[] = [];
    for (const [of, basis] of bases) if (of < month) earlier.push(await this.counted(of, basis, { terms, hash }));
    return { earlier };
  }

  private async counted(
    of: string,
    basis: UsageBasis,
    { terms, hash }: { readonly terms: Terms; readonly hash: string },
  ): Promise<CountedPeriod> {
    const { life } = this.agreement;
    const key = `${of} ${[...basis.reportIds].sort().join()} ${basis.eventPosition} ${hash}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const { usage, context } = await monthOfRecord(this.tx, this.readings, this.agreement, of, basis);
    const then = { period: periodOfMonth(life, of), terms: termsOfMonth(life, of) };
    const counted = refusedUnder(`/earlier/${of}`, () => countPeriod(terms, { usage, context, ...then }));
    this.known.set(key, counted);
    return counted;
  }
}
