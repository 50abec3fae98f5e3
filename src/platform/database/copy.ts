import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import type { Tx } from './tx';

export type CopyValue = string | number | bigint | boolean | null;

/**
 * Adds many rows at once, with flat memory. PostgreSQL refuses COPY into a table with row-level security, so COPY fills a temporary
 * table and INSERT … SELECT goes through the policies. Returns how many rows were added.
 */
export async function copyInto(
  tx: Tx,
  table: string,
  columns: readonly string[],
  rows: Iterable<readonly CopyValue[]> | AsyncIterable<readonly CopyValue[]>,
): Promise<number> {
  const list = columns.join(', ');
  const incoming = `incoming_${randomBytes(6).toString('hex')}`;
  await tx.run(`CREATE TEMPORARY TABLE ${incoming} ON COMMIT DROP AS SELECT ${list} FROM ${table} WITH NO DATA`);
  await pipeline(Readable.from(copyText(rows)), tx.client.query(copyFrom(`COPY ${incoming} (${list}) FROM STDIN`)));
  const added = await tx.run(`INSERT INTO ${table} (${list}) SELECT ${list} FROM ${incoming}`);
  await tx.run(`DROP TABLE ${incoming}`);
  return added;
}

const chunkLength = 64 * 1024;

async function* copyText(
  rows: Iterable<readonly CopyValue[]> | AsyncIterable<readonly CopyValue[]>,
): AsyncGenerator<string> {
  let text = '';
  for await (const row of rows) {
    text += `${row.map(copyCell).join('\t')}\n`;
    if (text.length >= chunkLength) {
      yield text;
      text = '';
    }
  }
  if (text !== '') yield text;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function copyCell(value: CopyValue): string {
  if (value === null) return '\\N';
  return typeof value === 'string' ? value.replace(/[\\\t\n\r]/g, (character) => escapes[character]!) : String(value);
}
