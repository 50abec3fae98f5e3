import {
  COMMERCIAL_MODELS,
  currencyExponent,
  MODELS_PER_USE,
  type ReportingPeriod,
  territoryCodes,
  USE_TYPES,
} from '../../../kernel';
import type { Tx } from '../../../platform/database/tx';
import { csvRow } from '../../../platform/http/csv';
import type { StatementLineView } from '../line-view';
import { periodNameOf, type Statement } from '../statements.repository';

export const csvColumns = [
  'line',
  'period',
  'clause',
  'isrc',
  'serviceId',
  'territory',
  'useType',
  'commercialModel',
  'quantity',
  'returns',
  'exact',
  'amount',
  'currency',
  'controlledShare',
  'sales',
  'usedOn',
  'reportedOn',
] as const satisfies readonly (keyof StatementLineView)[];

const csvHeader = csvRow(csvColumns);

/** Lines that one statement of SQL makes text of: some megabyte. */
const batch = 10_000;

/** Runs `work` in a short transaction of its own. */
export type Reading = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

/** Batches that PostgreSQL makes at the same time, while those before them are on their way. */
const atOnce = 3;

/**
 * All lines of a statement as CSV. They never change, so each batch may have a transaction of its own: a slow reader holds none open.
 * PostgreSQL makes the text, which is several times faster than to read a million rows and write them here. No cell is free text, so none is quoted: ids of clauses are letters, digits and
 * hyphens, all the rest is codes and figures.
 */
export async function* csvOfLines(read: Reading, statement: Statement): AsyncGenerator<string> {
  yield csvHeader;
  const ahead: Promise<string | null>[] = [];
  // Lines are numbered from 1 on without gaps, so where a batch begins is known before the one before it is there.
  let after = 0;
  const ask = (): void => {
    const from = after;
    after += batch;
    const next = read((tx) => seen(tx, statement, () => batchAfter(tx, statement, from)));
    // A failure is told when its turn comes.
    next.catch(() => undefined);
    ahead.push(next);
  };
  for (let asked = 0; asked < atOnce; asked += 1) ask();
  for (let text = await ahead.shift()!; text !== null; text = await ahead.shift()!) {
    ask();
    yield text;
  }
}

/**
 * Whoever sees a statement sees its lines. That is asked once in each transaction, of the statement: to ask it of every line, as the policy of lines does, takes longer
 * than to read them.
 */
async function seen<T>(tx: Tx, { id }: Statement, work: () => Promise<T>): Promise<T> {
  await tx.one('SELECT FROM statements WHERE id = $1', [id]);
  return tx.asSystem(work);
}

/** What the period of a line is called. */
const period: Readonly<Record<ReportingPeriod, string>> = {
  month: `left(period::text, 7)`,
  quarter: `to_char(period, 'YYYY-"Q"Q')`,
  'half-year': `to_char(period, 'YYYY-"H"') || (extract(month FROM period)::int + 5) / 6`,
  year: `left(period::text, 4)`,
};

/** Names have a fixed length, so one is found by its place in an array; texts are walked through. */
const recording = `isrc, service_id, ($5::name[])[territory], ($6::name[])[use_model / ${MODELS_PER_USE}], ($7::name[])[use_model % ${MODELS_PER_USE}]`;

/** A currency's smallest unit times the number of them has just the currency's digits. */
const money = `quantity, returns, exact, amount_minor * $8::numeric, $9::text`;

/** Empty where the terms do not ask. */
const details = `coalesce(trim_scale(sales)::text, ''), coalesce(used_on::text, ''), coalesce(reported_on::text, '')`;

/** A line's cells, none of them null. Each `||` would make a text of its own, and a quarter of the time; nearly all lines are of the statement's own period, $10. */
function cellsOfLine(named: string): string {
  const first = `line, CASE period WHEN $2::date THEN $10::text ELSE ${named} END, clause`;
  const share = `coalesce(trim_scale(controlled_share)::text, '1')`;
  return `CASE WHEN isrc IS NULL THEN concat_ws(',', ${first}, ',,,,', ${money}, '', ${details})
               ELSE concat_ws(',', ${first}, ${recording}, ${money}, ${share}, ${details}) END`;
}

/** Null where there are no more lines. */
async function batchAfter(tx: Tx, statement: Statement, after: number): Promise<string | null> {
  const { agreement_id, month, reporting_period, draft, currency } = statement;
  const { text } = await tx.one<{ text: string | null }>(
    `SELECT string_agg(cells, E'\\r\\n') || E'\\r\\n' AS text
       FROM (SELECT ${cellsOfLine(period[reporting_period])} AS cells FROM statement_lines
              WHERE agreement_id = $1 AND month = $2 AND draft = $3 AND line > $4::int AND line <= $4::int + ${batch} ORDER BY line) AS lines`,
    [
      ...[agreement_id, month, draft, after],
      ...[territoryCodes(), USE_TYPES, COMMERCIAL_MODELS],
      ...[smallestUnit(currency), currency, periodNameOf(statement)],
    ],
  );
  return text;
}

/** '0.01' of USD, '1' of JPY. */
function smallestUnit(currency: string): string {
  const places = currencyExponent(currency);
  return places === 0 ? '1' : `0.${'1'.padStart(places, '0')}`;
}
