import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { type Fault, Faults } from '../../kernel';
import { DomainError } from '../../platform/errors/domain-error';
import { limits, type UsageRow } from './basis';
import { optionalColumns, readUsageRow, type UsageCells, usageColumns } from './usage-row';

const rowCharactersMax = 2_000;

interface Row {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

/**
 * Reads a usage file. Refuses with simulation-file-invalid: all faults at once, at most a thousand, each with its line; the header must name
 * the columns once, `returns` and `sales` may be left out, and there are at most 100,000 rows of at most 36 months.
 */
export async function readUsageFile(source: NodeJS.ReadableStream): Promise<UsageRow[]> {
  const parser = parse({
    bom: true,
    info: true,
    trim: true,
    skip_empty_lines: true,
    max_record_size: rowCharactersMax,
  });
  // The iteration below sees every error, whichever end it comes from.
  pipeline(source, parser, () => undefined);
  const faults = new Faults();
  const rows: UsageRow[] = [];
  let places: ReadonlyMap<string, number> | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<Row>) {
      if (places === undefined) {
        places = placesOf(record);
        continue;
      }
      if (rows.length === limits.fileRows) throw refusal([tooMany(info.lines)]);
      const pointer = `/lines/${info.lines}`;
      rows.push(
        readUsageRow(cellsOf(record, places), (column, message) =>
          faults.add(`${pointer}/${column}`, 'usage-cell', message),
        ),
      );
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
    throw refusal([
      ...faults.list,
      { pointer: `/lines/${line}`, code: 'usage-csv', message: error.message.slice(0, 300) },
    ]);
  }
  if (faults.found) throw refusal(faults.list);
  if (rows.length === 0) throw refusal([{ pointer: '/lines', code: 'usage-csv', message: 'there is no row of usage' }]);
  if (monthsOf(rows).length > limits.months) {
    const message = `there are more than ${limits.months} months`;
    throw refusal([{ pointer: '/lines', code: 'usage-months', message }]);
  }
  return rows;
}

/** The months of the rows, in order. */
export const monthsOf = (rows: readonly UsageRow[]): string[] => [...new Set(rows.map(({ month }) => month))].sort();

function placesOf(header: readonly string[]): ReadonlyMap<string, number> {
  const names = header.map((name) => name.toLowerCase());
  const faults = usageColumns.flatMap((column): Fault[] => {
    const found = names.filter((name) => name === column).length;
    if (found === 1 || (optionalColumns.has(column) && found === 0)) return [];
    return [{ pointer: '/lines/1', code: 'usage-header', message: `the header must name ${column} once` }];
  });
  if (faults.length > 0) throw refusal(faults);
  return new Map(names.map((name, place) => [name, place]));
}

const cellsOf = (record: readonly string[], places: ReadonlyMap<string, number>): UsageCells =>
  Object.fromEntries(usageColumns.map((column) => [column, record[places.get(column) ?? -1]])) as UsageCells;

const tooMany = (line: number): Fault => ({
  pointer: `/lines/${line}`,
  code: 'usage-rows',
  message: `there are more than ${limits.fileRows} rows`,
});

const refusal = (faults: readonly Fault[]): DomainError =>
  new DomainError('simulation-file-invalid', undefined, faults);
