import type { LivingAgreement } from '../../agreements';
import {
  type AskedDetails,
  detailsAsked,
  periodOfMonth,
  sourceOfRecord,
  type Terms,
  termsOfMonth,
  useAndModelOf,
} from '../../kernel';
import type { Parameter } from '../../platform/database/tx';

/** What a period's terms ask of events beside their units: of uses and models by their codes. */
export interface EventDetails {
  /** Where the agreement's clocks hang. */
  readonly zone: string;
  readonly currency: string;
  readonly usage: DatedUses;
  readonly report: DatedUses;
  /** Codes of which it is asked what was sold. */
  readonly sold: readonly number[];
}

/** Uses that are paid otherwise from some days on: their sums are kept apart there. */
export interface DatedUses {
  readonly codes: readonly number[];
  readonly days: readonly string[];
  /** The first day of the part before them. */
  readonly first: string;
}

/** Undefined where units are enough for all that events tell, as mostly. */
export function eventDetailsOf(
  { life, timeZone }: Pick<LivingAgreement, 'life' | 'timeZone'>,
  month: string,
): EventDetails | undefined {
  const terms = termsOfMonth(life, month);
  const period = periodOfMonth(life, month);
  const asked = [...detailsAsked(terms, period)].filter(([code]) => isMetered(terms, code));
  if (asked.length === 0) return undefined;
  const uses = (of: (details: AskedDetails) => readonly string[], first: string): DatedUses => ({
    codes: asked.flatMap(([code, details]) => (of(details).length > 0 ? [code] : [])),
    days: [...new Set(asked.flatMap(([, details]) => of(details)))].sort(),
    first,
  });
  return {
    zone: timeZone,
    currency: terms.currency,
    usage: uses(({ usageDays }) => usageDays, period.from),
    report: uses(({ reportDays }) => reportDays, terms.term.from),
    sold: asked.flatMap(([code, { sales }]) => (sales ? [code] : [])),
  };
}

/** Whether events are money for the use on some service. */
const isMetered = (terms: Terms, code: number): boolean =>
  terms.services.some(({ id }) => sourceOfRecord(terms, id, useAndModelOf(code).use) === 'events');

/** Values for `partSql` and whatever else asks: the zone, then codes, days and first day of use, and of reporting. */
export const detailValues = (details: EventDetails | undefined): Parameter[] => {
  const { zone = 'UTC', usage = nothing, report = nothing } = details ?? {};
  return [zone, usage.codes, usage.days, usage.first, report.codes, report.days, report.first];
};

const nothing: DatedUses = { codes: [], days: [], first: '1970-01-01' };

/** The day on which the part begins that an instant is in, in SQL; `$n` and the six after it are `detailValues`. Null for a use that is paid alike all the time. */
export function partSql(of: 'usage' | 'report', n: number): string {
  const [instant, from] = of === 'usage' ? ['happened_at', n + 1] : ['received_at', n + 4];
  return `CASE WHEN use_model = ANY ($${from}::int[]) THEN
    coalesce((SELECT max(day) FROM unnest($${from + 1}::date[]) AS day WHERE day <= (${instant} AT TIME ZONE $${n}::text)::date), $${from + 2}::date) END`;
}
