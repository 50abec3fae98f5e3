import { parse } from 'csv-parse/sync';
import {
  isDecimalText,
  isMonth,
  moneyFromText,
  readTerms,
  type BookedClauses,
  type Carried,
  type Fault,
  type PeriodContext,
  type Terms,
  type UsageSum,
} from '../kernel';

/** A fault of one of the files given to `accordo rate`; the place is a JSON pointer or 'line 17'. */
export interface FileFault {
  readonly file: string;
  readonly place: string;
  readonly code: string;
  readonly message: string;
}

/** The files cannot be rated. Carries every fault found, in the order of the files. */
export class RateFaults extends Error {
  constructor(readonly faults: readonly FileFault[]) {
    super(faults.map(faultText).join('\n'));
    this.name = 'RateFaults';
  }
}

/** A file by the name that faults are told with. */
export interface TextFile {
  readonly name: string;
  readonly text: string;
}

/** Usage sums, and where in its file the sum of each index stands. */
export interface UsageFile {
  readonly name: string;
  readonly sums: readonly UsageSum[];
  readonly placeOf: (index: number) => string;
}

export interface RestatedContext {
  readonly period: string;
  readonly context: PeriodContext;
  readonly usage: string | readonly unknown[];
  readonly booked: BookedClauses;
}

export interface RateContext {
  readonly period: string;
  readonly context: PeriodContext;
  readonly restates: readonly RestatedContext[];
}

const COLUMNS = ['isrc', 'service', 'territory', 'use', 'model', 'quantity', 'returns'] as const;
const COUNT = /^\d{1,18}$/;
const MINOR = /^-?\d{1,30}$/;

export function faultText({ file, place, code, message }: FileFault): string {
  return `${file}${place === '' ? '' : ` ${place}`}: ${code}: ${message}`;
}

export function readTermsFile(file: TextFile): Terms {
  const reading = readTerms(readJson(file));
  if ('terms' in reading) return reading.terms;
  throw new RateFaults(inFile(file.name, reading.faults));
}

/** Faults of a JSON document as faults of its file. */
export function inFile(file: string, faults: readonly Fault[]): FileFault[] {
  return faults.map(({ pointer, code, message }) => ({ file, place: pointer, code, message }));
}

/** Usage as CSV with the header isrc,service,territory,use,model,quantity,returns, or as a JSON list of such objects. */
export function readUsageFile(file: TextFile): UsageFile {
  if (/^\s*\[/.test(file.text)) return readUsageRows(file.name, readJson(file));
  const lines: number[] = [];
  let rows: { record: Record<string, string>; info: { lines: number } }[];
  try {
    rows = parse(file.text, { columns: true, bom: true, info: true, trim: true, skip_empty_lines: true });
  } catch (error) {
    throw single(file.name, '', 'usage-csv', error instanceof Error ? error.message : 'cannot be read');
  }
  for (const { info } of rows) lines.push(info.lines);
  return readRows(
    file.name,
    rows.map(({ record }) => record),
    (index) => `line ${lines[index] ?? '?'}`,
  );
}

/** Usage as a parsed JSON list. */
export function readUsageRows(name: string, rows: unknown, pointer = ''): UsageFile {
  if (!Array.isArray(rows)) throw single(name, pointer, 'usage-type', 'must be a list of usage sums');
  return readRows(name, rows, (index) => `${pointer}/${index}`);
}

function readRows(name: string, rows: readonly unknown[], placeOf: (index: number) => string): UsageFile {
  const faults: FileFault[] = [];
  const sums = rows.map((row, index): UsageSum => {
    const cell = (column: (typeof COLUMNS)[number]): string => {
      const value = fieldOf(row, column);
      return column === 'returns' && (value === undefined || value === '')
        ? '0'
        : typeof value === 'string'
          ? value
          : '';
    };
    const refuse = (column: string, message: string): void => {
      if (faults.length < 1000)
        faults.push({ file: name, place: placeOf(index), code: 'usage-cell', message: `${column} ${message}` });
    };
    const count = (column: 'quantity' | 'returns'): bigint => {
      if (COUNT.test(cell(column))) return BigInt(cell(column));
      refuse(column, 'must be a whole number that is not negative, as text');
      return 0n;
    };
    for (const column of COLUMNS.slice(0, 5)) if (cell(column) === '') refuse(column, 'is required');
    const [isrc, service, territory, use, model] = [
      cell('isrc'),
      cell('service'),
      cell('territory'),
      cell('use'),
      cell('model'),
    ];
    return { isrc, service, territory, use, model, quantity: count('quantity'), returns: count('returns') };
  });
  if (faults.length > 0) throw new RateFaults(faults);
  return { name, sums, placeOf };
}

/** The figures of the period, and of periods that are restated with it. The shape is described in README.md. */
export function readContextFile(file: TextFile, terms: Terms): RateContext {
  const json = readJson(file);
  const restates = fieldOf(json, 'restates') ?? [];
  if (!Array.isArray(restates)) throw single(file.name, '/restates', 'context-type', 'must be a list');
  return {
    ...readPeriodContext(json, { file: file.name, pointer: '' }),
    restates: restates.map((entry: unknown, index): RestatedContext => {
      const place = { file: file.name, pointer: `/restates/${index}` };
      const usage = fieldOf(entry, 'usage');
      if (typeof usage !== 'string' && !Array.isArray(usage)) {
        throw single(
          file.name,
          `${place.pointer}/usage`,
          'context-type',
          'must be the name of a usage file, or a list',
        );
      }
      return {
        ...readPeriodContext(entry, place),
        usage,
        booked: readBooked(fieldOf(entry, 'booked'), { ...place, terms }),
      };
    }),
  };
}

/** Carried balances: minor units as text. */
export function readCarriedFile(file: TextFile): Carried {
  const json = readJson(file);
  const minor = (name: string, absent?: string): string => {
    const value = fieldOf(json, name) ?? absent;
    if (typeof value === 'string' && MINOR.test(value)) return value;
    throw single(file.name, `/${name}`, 'carried-minor-units', 'must be minor units as text, such as "1200000"');
  };
  return {
    royaltiesToDate: minor('royaltiesToDate'),
    recoupedToDate: minor('recoupedToDate'),
    advancesToDate: minor('advancesToDate'),
    carriedForward: minor('carriedForward', '0'),
  };
}

interface Place {
  readonly file: string;
  readonly pointer: string;
}

function readPeriodContext(json: unknown, { file, pointer }: Place): { period: string; context: PeriodContext } {
  const period = fieldOf(json, 'period');
  if (typeof period !== 'string' || !isMonth(period)) {
    throw single(file, `${pointer}/period`, 'context-period', 'must be a month, such as "2026-01"');
  }
  const services = fieldOf(json, 'services') ?? [];
  if (!Array.isArray(services)) throw single(file, `${pointer}/services`, 'context-type', 'must be a list');
  const text = (entry: unknown, index: number, name: string, valid: (value: string) => boolean): string => {
    const value = fieldOf(entry, name);
    if (typeof value === 'string' && valid(value)) return value;
    throw single(file, `${pointer}/services/${index}/${name}`, 'context-figure', 'is absent or malformed');
  };
  return {
    period,
    context: {
      services: services.map((entry: unknown, index) => ({
        service: text(entry, index, 'service', (value) => value !== ''),
        allPlays: BigInt(text(entry, index, 'allPlays', (value) => COUNT.test(value))),
        netMusicAdvertisingRevenue: text(entry, index, 'netMusicAdvertisingRevenue', isDecimalText),
      })),
    },
  };
}

function readBooked(json: unknown, { file, pointer, terms }: Place & { terms: Terms }): BookedClauses {
  const [total, clauses] = [fieldOf(json, 'total'), fieldOf(json, 'clauses')];
  try {
    if (typeof total !== 'string' || !Array.isArray(clauses)) throw new TypeError();
    return {
      total: moneyFromText(total, terms.currency),
      clauses: clauses.map((line: unknown) => {
        const [clause, exact] = [fieldOf(line, 'clause'), fieldOf(line, 'exact')];
        if (typeof clause !== 'string' || typeof exact !== 'string' || !/^-?\d+([./]\d+)?$/.test(exact))
          throw new TypeError();
        return { clause, exact };
      }),
    };
  } catch {
    throw single(
      file,
      `${pointer}/booked`,
      'context-booked',
      'must have the total and the clauses of the statement that is corrected',
    );
  }
}

function readJson(file: TextFile): unknown {
  try {
    return JSON.parse(file.text);
  } catch (error) {
    throw single(file.name, '', 'json-malformed', error instanceof Error ? error.message : 'is no JSON');
  }
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}

function single(file: string, place: string, code: string, message: string): RateFaults {
  return new RateFaults([{ file, place, code, message }]);
}
