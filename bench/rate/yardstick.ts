import type { Client } from 'pg';
import { numberedGrants, type RatePlan } from './plan';
import { millisecondsOf } from '../support/figures';
import { LineHash, type Outcome } from './outcome';
import { closeStatement, clauseStatement, mergeStatement, spreadStatement } from './yardstick-sql';

/**
 * The tables of a PostgreSQL user who rates in SQL: the sums, what is licensed, and the figures of the month. Text sorts by its
 * bytes, as ours does. The server reads the file of sums itself.
 */
export async function prepareYardstick(client: Client, { terms, context }: RatePlan, sumsFile: string): Promise<void> {
  await client.query('DROP TABLE IF EXISTS sums, licensed, granted, figures');
  const columns = ['service', 'territory', 'use', 'model'].map((name) => `${name} text COLLATE "C"`).join(', ');
  await client.query(
    `CREATE UNLOGGED TABLE sums (isrc text COLLATE "C", ${columns}, quantity numeric, returns numeric)`,
  );
  await client.query(`COPY sums FROM ${client.escapeLiteral(sumsFile)}`);
  await client.query('CREATE TABLE licensed (isrc text COLLATE "C" PRIMARY KEY)');
  await client.query('INSERT INTO licensed SELECT unnest($1::text[])', [terms.repertoire.isrcs]);
  await client.query(`CREATE TABLE granted (clause int, ${columns})`);
  for (const { clause, services, uses, models, territories } of numberedGrants(terms)) {
    await client.query(
      `INSERT INTO granted SELECT $1, s, t, u, m
         FROM unnest($2::text[]) s, unnest($3::text[]) t, unnest($4::text[]) u, unnest($5::text[]) m`,
      [clause, services, territories, uses, models],
    );
  }
  await client.query('CREATE TABLE figures (all_plays numeric, revenue numeric, subscribers numeric)');
  for (const { allPlays, figures } of context.services) {
    const values = [String(allPlays), figures?.['premium-revenue'], figures?.['subscribers']];
    await client.query('INSERT INTO figures VALUES ($1, $2, $3)', values);
  }
  await client.query('ANALYZE sums, licensed, granted, figures');
}

/** The same arithmetic in numeric: milliseconds of the four statements alone, and what came out. */
export async function rateInSql(client: Client): Promise<{ milliseconds: number; outcome: Outcome }> {
  await client.query('DROP TABLE IF EXISTS merged, clauses, rated, closed');
  // Sorts and hashes of a million rows stay in memory, as ours do.
  await client.query("SET work_mem = '1GB'");
  const milliseconds = await millisecondsOf(async () => {
    for (const statement of [mergeStatement, clauseStatement, spreadStatement, closeStatement]) {
      await client.query(statement);
    }
  });
  return { milliseconds, outcome: await outcomeOf(client) };
}

async function outcomeOf(client: Client): Promise<Outcome> {
  const { rows: closed } = await client.query<Omit<Outcome, 'clauses' | 'recordings' | 'lines'>>(
    `SELECT trim_scale(exact)::text AS exact, royalties::text, top_up::text AS "topUp", recouped::text, payable::text FROM closed`,
  );
  const { rows: clauses } = await client.query<{ amount: string }>(
    'SELECT (cents / 100)::numeric(20, 2)::text AS amount FROM clauses ORDER BY clause',
  );
  const lines = new LineHash();
  let recordings = 0;
  await client.query(`BEGIN; DECLARE lines CURSOR FOR SELECT ARRAY[CASE clause WHEN 1 THEN 'streaming' ELSE 'downloads' END,
    isrc, service, territory, use, model, units::text, cents::text] AS cells
    FROM rated ORDER BY clause, isrc, service, territory, use, model`);
  for (;;) {
    const { rows } = await client.query<{ cells: string[] }>('FETCH 10000 FROM lines');
    if (rows.length === 0) break;
    recordings += rows.length;
    for (const { cells } of rows) lines.add(cells);
  }
  await client.query('COMMIT');
  return { ...closed[0]!, clauses: clauses.map(({ amount }) => amount), recordings, lines: lines.hex() };
}
