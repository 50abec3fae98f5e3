import type { Client } from 'pg';
import { layouts } from '../../src/ddex';
import { monthPeriod } from '../../src/kernel';
import { isrcOf } from '../../src/sample/names';
import { millisecondsOf } from '../support/figures';
import { type Sums, tracksFor, usageContexts, usageMonth } from './plan';

const cells = layouts.SR08.map(({ name }, at) => ({ name: name as string, column: `c${at + 1}` }));
const column = (name: string): string => cells.find((cell) => cell.name === name)!.column;

/** Tables of a PostgreSQL user who does the same with COPY and SQL: what is licensed is there before, as with us. */
export async function prepareYardstick(client: Client, lines: number): Promise<void> {
  const { from, until } = monthPeriod(usageMonth);
  await client.query('CREATE TABLE licensed (isrc text PRIMARY KEY)');
  await client.query('INSERT INTO licensed SELECT unnest($1::text[])', [
    Array.from({ length: tracksFor(lines) }, (_, at) => isrcOf(at + 1)),
  ]);
  await client.query('CREATE TABLE contexts (id text PRIMARY KEY, day_from text, day_until text)');
  await client.query('INSERT INTO contexts SELECT unnest($1::text[]), $2, $3', [
    usageContexts.map(({ id }) => id),
    from,
    until,
  ]);
  await client.query('ANALYZE licensed, contexts');
}

/** The rows as they are, as text, into an unlogged table: the floor that every user of PostgreSQL pays. The server reads the file itself. */
export async function copyAlone(client: Client, rowsFile: string): Promise<number> {
  await client.query('DROP TABLE IF EXISTS lines');
  await client.query(`CREATE UNLOGGED TABLE lines (${cells.map((cell) => `${cell.column} text`).join(', ')})`);
  return millisecondsOf(() => client.query(`COPY lines FROM ${client.escapeLiteral(rowsFile)}`));
}

/** After the COPY: one statement that checks, matches and adds up. It lists no rejected line and finds no duplicate, so it does less than we. */
export async function rateBySql(client: Client): Promise<{ milliseconds: number; sums: Sums }> {
  await client.query('DROP TABLE IF EXISTS sums');
  await client.query(
    'CREATE TABLE sums (isrc text, context text, quantity numeric, returns numeric, PRIMARY KEY (isrc, context))',
  );
  const milliseconds = await millisecondsOf(() => client.query(statement));
  const { rows } = await client.query<Sums>(
    'SELECT count(*)::text AS sums, sum(quantity)::text AS quantity, sum(returns)::text AS returns FROM sums',
  );
  return { milliseconds, sums: rows[0]! };
}

const [isrc, context, day] = [column('ResourceISRC'), column('SummaryRecordId'), column('SalesTransactionDate')];
const [total, returns, net] = [column('TotalUsages'), column('Returns'), column('NetUsage')];
const wellFormed = [
  `${isrc} ~ '^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$'`,
  `${day} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' AND ${day} >= x.day_from AND ${day} < x.day_until`,
  ...[total, returns, net].map((each) => `${each} ~ '^[0-9]{1,18}$'`),
].join(' AND ');

const statement = `INSERT INTO sums
  SELECT ${isrc}, ${context}, sum(${total}::bigint), sum(${returns}::bigint)
    FROM lines JOIN licensed l ON l.isrc = ${isrc} JOIN contexts x ON x.id = ${context}
   WHERE CASE WHEN ${wellFormed} THEN ${net}::bigint = ${total}::bigint - ${returns}::bigint ELSE false END
   GROUP BY 1, 2`;
