import type { Client } from 'pg';
import { layouts } from '../../src/ddex';
import { monthPeriod } from '../../src/kernel';
import { isrcOf } from '../../src/sample/names';
import { millisecondsOf } from '../support/figures';
import { type Sums, tracksFor, type UsageCase, usageContexts, usageMonth } from './plan';
import { tableColumns, tableModel, tableTerritories, tableUses } from './table';

const reportColumns = layouts.SR08.map(({ name }, at) => ({ name: name as string, column: `c${at + 1}` }));
const ofReport = (name: string): string => reportColumns.find((cell) => cell.name === name)!.column;

const columnsOf = (usageCase: UsageCase): readonly string[] =>
  usageCase === 'srb' ? reportColumns.map(({ column }) => column) : tableColumns;

/** Tables of a PostgreSQL user who does the same with COPY and SQL: what is licensed is there before, as with us. */
export async function prepareYardstick(client: Client, usageCase: UsageCase, lines: number): Promise<void> {
  const { from, until } = monthPeriod(usageMonth);
  await client.query('CREATE TABLE licensed (isrc text PRIMARY KEY)');
  await client.query('INSERT INTO licensed SELECT unnest($1::text[])', [
    Array.from({ length: tracksFor(usageCase, lines) }, (_, at) => isrcOf(at + 1)),
  ]);
  await client.query('CREATE TABLE contexts (id text PRIMARY KEY, day_from text, day_until text)');
  await client.query('INSERT INTO contexts SELECT unnest($1::text[]), $2, $3', [
    usageCase === 'srb' ? usageContexts.map(({ id }) => id) : placesOfTable(),
    from,
    until,
  ]);
  await client.query('ANALYZE licensed, contexts');
}

const placesOfTable = (): string[] =>
  tableTerritories.flatMap((territory) => tableUses.map((use) => `${territory} ${use} ${tableModel}`));

/** What the server does with a table afterwards, of its own accord, would fall into the run that comes next. */
const leftAlone = 'autovacuum_enabled = false';

/** The rows as they are, as text, into an unlogged table: the floor that every user of PostgreSQL pays. The server reads the file itself. */
export async function copyAlone(client: Client, usageCase: UsageCase, rowsFile: string): Promise<number> {
  await client.query('DROP TABLE IF EXISTS lines');
  await client.query(
    `CREATE UNLOGGED TABLE lines (${columnsOf(usageCase)
      .map((column) => `${column} text`)
      .join(', ')}) WITH (${leftAlone})`,
  );
  const options = usageCase === 'srb' ? '' : ' WITH (FORMAT text, HEADER true)';
  return millisecondsOf(() => client.query(`COPY lines FROM ${client.escapeLiteral(rowsFile)}${options}`));
}

/** After the COPY: one statement that checks, matches and adds up. It lists no rejected line, holds none and finds no duplicate, so it does less than we. */
export async function rateBySql(client: Client, usageCase: UsageCase): Promise<{ milliseconds: number; sums: Sums }> {
  await client.query('DROP TABLE IF EXISTS sums');
  await client.query(
    `CREATE TABLE sums (isrc text, context text, quantity numeric, returns numeric, PRIMARY KEY (isrc, context)) WITH (${leftAlone})`,
  );
  const milliseconds = await millisecondsOf(() => client.query(usageCase === 'srb' ? ofReports : ofTables));
  const { rows } = await client.query<Sums>(
    'SELECT count(*)::text AS sums, sum(quantity)::text AS quantity, sum(returns)::text AS returns FROM sums',
  );
  return { milliseconds, sums: rows[0]! };
}

interface Names {
  readonly isrc: string;
  readonly context: string;
  readonly day: string;
  readonly counts: readonly string[];
  /** Beside what is well-formed. */
  readonly holds: string;
}

function statement({ isrc, context, day, counts, holds }: Names): string {
  const wellFormed = [
    `${isrc} ~ '^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$'`,
    `${day} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' AND ${day} >= x.day_from AND ${day} < x.day_until`,
    ...counts.map((each) => `${each} ~ '^[0-9]{1,18}$'`),
  ].join(' AND ');
  return `INSERT INTO sums
    SELECT ${isrc}, x.id, sum(${counts[0]}::bigint), sum(${counts[1]}::bigint)
      FROM lines JOIN licensed l ON l.isrc = lines.${isrc} JOIN contexts x ON x.id = ${context}
     WHERE CASE WHEN ${wellFormed.replaceAll(/\bisrc\b/g, 'lines.isrc')} THEN ${holds} ELSE false END
     GROUP BY 1, 2`.replace(`SELECT ${isrc},`, `SELECT lines.${isrc},`);
}

const counts = ['TotalUsages', 'Returns', 'NetUsage'].map(ofReport);
const ofReports = statement({
  isrc: ofReport('ResourceISRC'),
  context: ofReport('SummaryRecordId'),
  day: ofReport('SalesTransactionDate'),
  counts,
  holds: `${counts[2]}::bigint = ${counts[0]}::bigint - ${counts[1]}::bigint`,
});
const ofTables = statement({
  isrc: 'isrc',
  context: `territory || ' ' || use || ' ' || model`,
  day: 'day',
  counts: ['units', 'returns'],
  holds: 'returns::bigint <= units::bigint',
});
