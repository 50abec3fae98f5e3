import { DomainError } from '../platform/errors/domain-error';
import type { FileReading, ReadRow } from './catalogue-file';
import { rowCharactersMax } from './csv-rows';
import { allColumns, type Cells, type Column, nameSeparator, readRow, rowFault } from './catalogue-row';
import { mappedColumns } from './mapping';

/**
 * Reads a catalogue of JSON Lines, an object a line, holding one line at a time. Rows count from 1. Without a mapping the keys are named as our columns, and
 * what the first object has of them is what the file tells. Refuses with import-unreadable at a line that is far too long, and where nothing is there.
 */
export async function* readJsonLinesFile(
  source: AsyncIterable<Uint8Array>,
  { mapping, checkDigits }: FileReading = {},
): AsyncGenerator<ReadRow> {
  let places = mapping && mappedColumns(mapping);
  const rules = { ...(checkDigits && { checkDigits }), ...(mapping && { artistsSeparator: mapping.artistsSeparator }) };
  let row = 0;
  for await (const line of linesOf(source)) {
    row += 1;
    if (line.trim() === '') continue;
    const object = objectOf(line);
    if (object === undefined) {
      yield { row, faults: [rowFault(row, '', 'json-malformed', line, 'the line is no JSON object')] };
      continue;
    }
    places ??= allColumns.filter((column) => Object.hasOwn(object, column)).map((column) => [column, column]);
    yield { row, ...readObject(row, object, places, rules) };
  }
  if (row === 0) throw new DomainError('import-unreadable', 'the file is empty');
}

function readObject(
  row: number,
  object: object,
  places: readonly (readonly [Column, string])[],
  rules: Parameters<typeof readRow>[2],
): ReturnType<typeof readRow> {
  const cells: Partial<Record<Column, string>> = {};
  const unfit = places.flatMap(([column, name]) => {
    const cell = cellOf(valueAt(object, name), column);
    if (cell === undefined) return [rowFault(row, column, 'json-not-scalar', '', 'one value belongs here')];
    cells[column] = cell;
    return [];
  });
  const reading = readRow(row, cells as Cells, rules);
  if (unfit.length === 0) return reading;
  return { faults: [...unfit, ...('faults' in reading ? reading.faults : [])] };
}

/** A key of the object itself, or by a JSON pointer one that lies deeper. */
function valueAt(object: object, name: string): unknown {
  const keys = name.startsWith('/') ? name.slice(1).split('/').map(unescaped) : [name];
  let value: unknown = object;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

const unescaped = (key: string): string => key.replaceAll('~1', '/').replaceAll('~0', '~');

/** A value as a cell; artists may be a list of names. Undefined for what is no single value. */
function cellOf(value: unknown, column: Column): string | undefined {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number') return String(value);
  const isNames = column === 'artists' && Array.isArray(value) && value.every((name) => typeof name === 'string');
  return isNames ? value.join(nameSeparator) : undefined;
}

function objectOf(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const LINE_FEED = 0x0a;
const lineBytesMax = rowCharactersMax * 4;

/** The lines of a text in UTF-8, without their ends and the mark at its beginning. */
export async function* linesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  let number = 0;
  const textOf = (bytes: Uint8Array): string => {
    number += 1;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').replace(/\r$/, '');
    return number === 1 ? text.replace(/^\ufeff/, '') : text;
  };
  for await (const chunk of source) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      yield textOf(bytes.subarray(start, end));
      start = end + 1;
    }
    rest = Buffer.from(bytes.subarray(start));
    if (rest.length > lineBytesMax) {
      throw new DomainError('import-unreadable', undefined, [
        { pointer: `/rows/${number + 1}`, code: 'row-too-long', message: `a line has at most ${lineBytesMax} bytes` },
      ]);
    }
  }
  if (rest.length > 0) yield textOf(rest);
}
