import { ApiProperty } from '@nestjs/swagger';
import { DomainError } from '../errors/domain-error';
import { IntegerParameter, TextField } from './fields';

/** Query of every list: how many, and after what. */
export class PageQuery {
  @IntegerParameter({ min: 1, max: 1000, optional: true, description: 'rows on the page' })
  readonly limit: number = 100;

  @TextField({ max: 4000, optional: true, description: 'the `next` of the page before' })
  readonly cursor?: string;
}

/** A page: the rows, and the cursor that continues after them (null at the end). */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

/** The keys of the last row as an opaque text. */
export const toCursor = (keys: readonly string[]): string => Buffer.from(JSON.stringify(keys)).toString('base64url');

/** Reads a cursor of `count` keys that each match `grammar`; anything else is a fault of the request (at `pointer`), never of the query. */
export function fromCursor(
  cursor: string | undefined,
  grammar: readonly RegExp[],
  pointer = '/cursor',
): string[] | undefined {
  if (cursor === undefined) return undefined;
  try {
    const keys: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (
      Array.isArray(keys) &&
      keys.length === grammar.length &&
      keys.every((key, at) => typeof key === 'string' && grammar[at]!.test(key) && exists(key))
    ) {
      return keys as string[];
    }
  } catch {
    // Not base64url of JSON: the same fault.
  }
  throw cursorFault(pointer);
}

export const cursorFault = (pointer: string): DomainError =>
  new DomainError('request-invalid', undefined, [
    { pointer, code: 'field-cursor', message: `${pointer.slice(1)} is not one of ours` },
  ]);

/** 30 February has the shape of a day and is none; PostgreSQL would refuse it as our fault. */
function exists(key: string): boolean {
  if (!instantKey.test(key)) return true;
  const instant = new Date(key);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(key.slice(0, 19));
}

/** Turns limit + 1 fetched rows into a page. */
export function pageOf<Row, View>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => View,
  keys: (row: Row) => readonly string[],
): Page<View> {
  const shown = rows.slice(0, limit);
  return { rows: shown.map(view), next: rows.length > limit ? toCursor(keys(shown.at(-1)!)) : null };
}

export const numberKey = /^\d{1,9}$/;

/** The number that a page of numbered things continues after; 0 at the beginning. */
export const afterNumber = (cursor: string | undefined): number =>
  parseInt(fromCursor(cursor, [numberKey])?.[0] ?? '0', 10);

export const uuidKey = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const instantKey = /^[12]\d{3}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$/;

/** The instant and id of the row that a page of dated things continues after; undefined at the beginning. */
export const afterInstant = (cursor: string | undefined): string[] | undefined =>
  fromCursor(cursor, [instantKey, uuidKey]);

/** The OpenAPI schema of a page of `Row`. */
export function pageSchema(row: new () => object): new () => object {
  class PageView {
    @ApiProperty({ type: row, isArray: true })
    readonly rows!: object[];

    @ApiProperty({ type: String, nullable: true, description: 'cursor of the next page; null at the end' })
    readonly next!: string | null;
  }
  Object.defineProperty(PageView, 'name', { value: `PageOf${row.name}` });
  return PageView;
}
