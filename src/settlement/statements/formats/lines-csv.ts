import { currencyExponent, type ReportingPeriod, territoryCodes, useAndModelOf } from '../../../kernel';
import type { Tx } from '../../../platform/database/tx';
import { csvCell, csvRow } from '../../../platform/http/csv';
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

/** Lines that one statement of SQL makes text of: some half a megabyte. */
const batch = 5_000;

/** Runs `work` in a short transaction of its own. */
export type Reading = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

/** Batches that PostgreSQL makes at the same time, while those before them are on their way. */
const atOnce = 3;

/**
 * All lines of a statement as CSV. They never change, so each batch may have a transaction of its own: a slow reader holds none open.
 * PostgreSQL makes the text, which is several times faster than to read a million rows and write them here; whatever is free text, the
 * ids of clauses, goes through `csvCell`, and all the rest is codes and figures.
 */
export async function* csvOfLines(read: Reading, statement: Statement): AsyncGenerator<string> {
  const cells = await read((tx) => seen(tx, statement, () => cellsOf(tx, statement)));
  yield csvHeader;
  const ahead: Promise<string | null>[] = [];
  // Lines are numbered from 1 on without gaps, so where a batch begins is known before the one before it is there.
  let after = 0;
  const ask = (): void => {
    const from = after;
    after += batch;
    const next = read((tx) => seen(tx, statement, () => batchAfter(tx, statement, cells, from)));
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

interface Cells {
  readonly clauses: readonly (readonly [clause: string, cell: string])[];
  readonly uses: readonly (readonly [code: number, cells: string])[];
}

/** What stands for a clause's id and for the number of a use and model, for as many as the statement has. */
async function cellsOf(tx: Tx, { agreement_id, month, draft }: Statement): Promise<Cells> {
  const found = await tx.rows<{ clause: string; use_model: number | null }>(
    'SELECT DISTINCT clause, use_model FROM statement_lines WHERE agreement_id = $1 AND month = $2 AND draft = $3',
    [agreement_id, month, draft],
  );
  const clauses = [...new Set(found.map(({ clause }) => clause))];
  const codes = [...new Set(found.flatMap(({ use_model }) => use_model ?? []))];
  return {
    clauses: clauses.map((clause) => [clause, csvCell(clause)]),
    uses: codes.map((code) => {
      const { use, model } = useAndModelOf(code);
      return [code, `${csvCell(use)},${csvCell(model)}`];
    }),
  };
}

/** The amount's sign, its whole units, and the places of the currency: $9 minor units are a whole one, of $10 digits. */
const amount = `CASE WHEN amount_minor < 0 THEN '-' ELSE '' END || abs(amount_minor) / $9::bigint ||
                CASE WHEN $10 = 0 THEN '' ELSE '.' || lpad((abs(amount_minor) % $9::bigint)::text, $10, '0') END`;

/** The five cells of a recording in its context, the last two as one: empty together. */
const recording = `coalesce(isrc, ''), coalesce(service_id::text, ''), CASE WHEN isrc IS NULL THEN '' ELSE ($11::text[])[territory] END,
                   coalesce(($8::text[])[array_position($7::int[], use_model)], ',')`;

/** What the period of a line is called. */
const period: Readonly<Record<ReportingPeriod, string>> = {
  month: `left(period::text, 7)`,
  quarter: `to_char(period, 'YYYY-"Q"Q')`,
  'half-year': `to_char(period, 'YYYY-"H"') || (extract(month FROM period)::int + 5) / 6`,
  year: `left(period::text, 4)`,
};

/** Empty where the line is of no recording. */
const share = `CASE WHEN isrc IS NULL THEN '' ELSE coalesce(trim_scale(controlled_share)::text, '1') END`;

/** Empty where the terms do not ask. */
const details = `coalesce(trim_scale(sales)::text, ''), coalesce(used_on::text, ''), coalesce(reported_on::text, '')`;

/** A line's cells, none of them null. Each `||` would make a text of its own, and a quarter of the time; nearly all lines are of the statement's own period, $14. */
const cellsOfLine = (named: string): string =>
  `concat_ws(',', line, CASE period WHEN $2::date THEN $14::text ELSE ${named} END, ($6::text[])[array_position($5::text[], clause)], ${recording},
             quantity, returns, exact, ${amount}, $12::text, ${share}, ${details})`;

/** Null where there are no more lines. */
async function batchAfter(
  tx: Tx,
  statement: Statement,
  { clauses, uses }: Cells,
  after: number,
): Promise<string | null> {
  const { agreement_id, month, reporting_period, draft, currency } = statement;
  const places = currencyExponent(currency);
  const { text } = await tx.one<{ text: string | null }>(
    `SELECT string_agg(cells || E'\\r\\n', '') AS text
       FROM (SELECT ${cellsOfLine(period[reporting_period])} AS cells FROM statement_lines
              WHERE agreement_id = $1 AND month = $2 AND draft = $13 AND line > $3::int AND line <= $3::int + $4::int ORDER BY line) AS lines`,
    [
      agreement_id,
      month,
      after,
      batch,
      clauses.map(([clause]) => clause),
      clauses.map(([, cell]) => cell),
      uses.map(([code]) => code),
      uses.map(([, cells]) => cells),
      10n ** BigInt(places),
      places,
      territoryCodes(),
      currency,
      draft,
      periodNameOf(statement),
    ],
  );
  return text;
}
