import {
  type CalendarDate,
  earliestRateDay,
  type Fault,
  type KnownRate,
  ratePairs,
  type RateQuestion,
  type RateSource,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { PublishedRate } from './readers/rates-file';

/** One file, or one attempt to fetch it that failed. */
export interface RatesImport {
  readonly id: string;
  readonly source: RateSource;
  readonly address: string | null;
  readonly file_sha256: string | null;
  readonly bytes: bigint | null;
  readonly rates_read: number;
  readonly rates_added: number;
  readonly rates_corrected: number;
  readonly problem: RatesProblem | null;
  readonly imported_by: string;
  readonly imported_at: Date;
}

/** Why nothing was taken. */
export interface RatesProblem {
  readonly code: string;
  readonly detail: string;
  readonly faults: readonly Fault[];
}

export type NewImport = Omit<RatesImport, 'id' | 'rates_read' | 'rates_added' | 'rates_corrected'>;

export const insertImport = (
  tx: Tx,
  id: string,
  made: NewImport,
  { read, added, corrected }: { readonly read: number; readonly added: number; readonly corrected: number },
): Promise<RatesImport> =>
  tx.one<RatesImport>(
    `INSERT INTO exchange_rate_imports (id, source, address, file_sha256, bytes, rates_read, rates_added, rates_corrected, problem, imported_by, imported_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING *`,
    [
      ...[id, made.source, made.address, made.file_sha256, made.bytes, read, added, corrected],
      ...[made.problem === null ? null : JSON.stringify(made.problem), made.imported_by, made.imported_at],
    ],
  );

export const listImports = (tx: Tx, limit: number, after: readonly string[] | undefined): Promise<RatesImport[]> =>
  tx.rows<RatesImport>(
    `SELECT * FROM exchange_rate_imports WHERE $2::timestamptz IS NULL OR (imported_at, id) < ($2, $3::uuid)
      ORDER BY imported_at DESC, id DESC LIMIT $1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null],
  );

/** Whether a source is to be fetched again: nothing good came since `good`, and nothing was tried since `tried`. */
export async function isFetchDue(
  tx: Tx,
  source: RateSource,
  { good, tried }: { readonly good: Date; readonly tried: Date },
): Promise<boolean> {
  const { due } = await tx.one<{ due: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM exchange_rate_imports WHERE source = $1 AND address IS NOT NULL
                           AND (imported_at > $2 AND problem IS NULL OR imported_at > $3)) AS due`,
    [source, good, tried],
  );
  return due;
}

/** One file of a source at a time: two would both find the same rate missing. False where another one has it. */
export async function takeSource(tx: Tx, source: RateSource): Promise<boolean> {
  const { taken } = await tx.one<{ taken: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS taken',
    [`exchange-rates ${source}`],
  );
  return taken;
}

/** Rates of a file that nobody has, or that are known to be otherwise: `number` is the one before. */
export interface UnknownRate extends PublishedRate {
  readonly number: number;
}

/** Which of these rates are not known as they are: one statement for all of them. */
export async function unknownRates(
  tx: Tx,
  source: RateSource,
  rates: readonly PublishedRate[],
): Promise<UnknownRate[]> {
  const found = await tx.rows<{ place: bigint; number: number }>(
    `SELECT incoming.place, coalesce(known.number, 0) AS number
       FROM unnest($2::text[], $3::text[], $4::date[], $5::text[]) WITH ORDINALITY AS incoming (base, quote, day, rate, place)
       LEFT JOIN LATERAL (SELECT number, rate FROM exchange_rates e
                           WHERE (e.source, e.base, e.quote, e.day) = ($1, incoming.base, incoming.quote, incoming.day)
                           ORDER BY number DESC LIMIT 1) AS known ON true
      WHERE known.rate IS DISTINCT FROM incoming.rate ORDER BY place`,
    [source, ...columnsOf(rates)],
  );
  return found.map(({ place, number }) => ({ ...rates[Number(place) - 1]!, number }));
}

const columnsOf = (rates: readonly PublishedRate[]): string[][] => [
  rates.map(({ base }) => base),
  rates.map(({ quote }) => quote),
  rates.map(({ day }) => day),
  rates.map(({ rate }) => rate),
];

export const insertRates = (
  tx: Tx,
  rates: readonly UnknownRate[],
  { source, importId, at }: { readonly source: RateSource; readonly importId: string; readonly at: Date },
): Promise<number> =>
  tx.run(
    `INSERT INTO exchange_rates (source, base, quote, day, rate, number, import_id, imported_at)
     SELECT $1, base, quote, day, rate, before + 1, $7, $8
       FROM unnest($2::text[], $3::text[], $4::date[], $5::text[], $6::int[]) AS incoming (base, quote, day, rate, before)`,
    [source, ...columnsOf(rates), rates.map(({ number }) => number), importId, at],
  );

/** All that the rule chooses from: of each pair and day the row that holds. */
export function rowsFor(tx: Tx, source: RateSource, question: RateQuestion): Promise<KnownRate[]> {
  const pairs = ratePairs(source, question);
  return tx.rows<KnownRate>(
    `SELECT DISTINCT ON (base, quote, day) id, base, quote, day, rate FROM exchange_rates
      WHERE source = $1 AND (base, quote) IN (SELECT * FROM unnest($2::text[], $3::text[])) AND day BETWEEN $4 AND $5
      ORDER BY base, quote, day, number DESC`,
    [
      ...[source, pairs.map(({ base }) => base), pairs.map(({ quote }) => quote)],
      ...[earliestRateDay(source, question.day), question.day],
    ],
  );
}

/** Whether the source has published a rate of each pair for the day or a later one: nothing comes for a day before them any more, a correction aside. */
export async function isDayOver(
  tx: Tx,
  source: RateSource,
  { day, pairs }: { readonly day: CalendarDate; readonly pairs: readonly Pick<KnownRate, 'base' | 'quote'>[] },
): Promise<boolean> {
  const { over } = await tx.one<{ over: boolean }>(
    `SELECT bool_and(EXISTS (SELECT FROM exchange_rates e WHERE e.source = $1 AND e.base = p.base AND e.quote = p.quote AND e.day >= $4)) AS over
       FROM unnest($2::text[], $3::text[]) AS p (base, quote)`,
    [source, pairs.map(({ base }) => base), pairs.map(({ quote }) => quote), day],
  );
  return over;
}

export interface ListedRate extends KnownRate {
  readonly source: RateSource;
  readonly number: number;
  readonly import_id: string;
  readonly imported_at: Date;
  readonly holds: boolean;
}

export interface RatesWanted {
  readonly source: RateSource;
  readonly base: string | null;
  readonly quote: string | null;
  readonly from: CalendarDate | null;
  readonly until: CalendarDate | null;
}

/** Where a list goes on: after the day, pair and number of a row. */
export const placeOf = ({ day, base, quote, number }: ListedRate): string[] => [day, base, quote, String(number)];

/** Rates by day, those that were corrected too. `until` is the day after the last. */
export const listRates = (
  tx: Tx,
  { source, base, quote, from, until }: RatesWanted,
  { limit, after }: { readonly limit: number; readonly after: readonly string[] | undefined },
): Promise<ListedRate[]> =>
  tx.rows<ListedRate>(
    `SELECT e.*, NOT EXISTS (SELECT FROM exchange_rates n WHERE (n.source, n.base, n.quote, n.day, n.number) = (e.source, e.base, e.quote, e.day, e.number + 1)) AS holds
       FROM exchange_rates e
      WHERE source = $1 AND ($2::text IS NULL OR base = $2) AND ($3::text IS NULL OR quote = $3)
        AND ($4::date IS NULL OR day >= $4) AND ($5::date IS NULL OR day < $5)
        AND ($6::date IS NULL OR (day, base, quote, number) > ($6, $7, $8, $9::int))
      ORDER BY day, base, quote, number LIMIT $10`,
    [source, base, quote, from, until, ...(after ?? [null, null, null, null]), limit],
  );
