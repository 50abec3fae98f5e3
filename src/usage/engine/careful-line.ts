import { isUtf8 } from 'node:buffer';
import { dayAfter } from '../../kernel/calendar';
import { presentable } from '../../kernel/faults';
import { isIsrc, normaliseIsrc } from '../../kernel/identifiers';
import { useModelNumber } from '../../kernel/uses';
import { dayInForm } from './day-reader';
import type { DelimitedFault, DelimitedFaultCode, DelimitedLayout } from './delimited-layout';
import { placeCode } from './match-plan';
import { packedIsrc } from './packed-isrc';
import { PlaceReader } from './place-reader';
import { setSold, setUntold, soldUnits } from './sold-amount';
import type { SoundLine } from './tally';

export const lineBytesMax = 64 * 1024;
const int8Max = 2n ** 63n - 1n;

type Fault = Omit<DelimitedFault, 'line'>;

interface CarefulReading {
  readonly faults: readonly Fault[];
  /** Not negative. */
  readonly quantity: bigint;
  readonly returns: bigint;
  /** The counts are to be taken away; only where the layout is signed. */
  readonly isTaken: boolean;
}

/** Reads one line by all rules, slowly: every fault of it is named, and what may be written otherwise is understood. */
export class CarefulLine {
  private readonly places: PlaceReader;
  private readonly days: ReadonlyMap<string, number>;
  private readonly dayForm: RegExp;
  private readonly countForm: RegExp;
  private readonly amountForm: RegExp;
  protected faults: Fault[] = [];

  constructor(private readonly layout: DelimitedLayout) {
    this.places = new PlaceReader(layout);
    const { from, days, dates, decimal } = layout;
    const [group, point] = decimal === '.' ? [',', '\\.'] : ['\\.', ','];
    this.countForm = new RegExp(`^(-?)(\\d+|\\d{1,3}(?:[${group} \u00a0]\\d{3})+)(?:${point}(?:00?|0{4,}))?$`);
    this.amountForm = new RegExp(`^(-?)(\\d{1,18}|\\d{1,3}(?:[${group} \u00a0]\\d{3}){1,5})(?:${point}(\\d{1,30}))?$`);
    this.days = new Map(Array.from({ length: days }, (_, at) => [dayInForm(dayAfter(from, at), dates), at]));
    this.dayForm = new RegExp(`^${dates.replace(/[YMD]/g, '\\d').replaceAll('.', '\\.')}$`);
  }

  /** Fills ISRC, place and day of `line` where nothing is at fault. */
  read(bytes: Buffer, line: SoundLine): CarefulReading {
    this.faults = [];
    const cells = this.cellsOf(bytes);
    if (cells === undefined) return { faults: this.faults, quantity: 0n, returns: 0n, isTaken: false };
    this.readIsrc(cells, line);
    const quantity = this.count(cells, this.layout.quantity);
    const returns = this.layout.returns === undefined ? 0n : this.count(cells, this.layout.returns);
    this.checkTogether(cells, quantity, returns);
    this.readPlace(cells, line);
    this.readDay(cells, line);
    const isTaken = quantity < 0n || returns < 0n;
    this.readSales(cells, line, isTaken);
    const { faults } = this;
    return isTaken
      ? { faults, quantity: -quantity, returns: -returns, isTaken }
      : { faults, quantity, returns, isTaken };
  }

  /** A line of differences may give back what others used. */
  private checkTogether(cells: readonly string[], quantity: bigint, returns: bigint): void {
    const { signed, returns: column } = this.layout;
    if (this.faults.length > 0) return;
    if (signed !== true && returns > quantity) this.fault('returns-exceed-quantity', cells, column);
    if ((quantity < 0n && returns > 0n) || (quantity > 0n && returns < 0n)) this.fault('signs-differ', cells, column);
  }

  /** Undefined where the line as a whole is at fault. */
  protected cellsOf(bytes: Buffer): readonly string[] | undefined {
    if (bytes.length > lineBytesMax) return this.whole('line-too-long', '');
    const text = bytes.toString('utf8');
    if (text.includes('\ufffd') && !isUtf8(bytes)) return this.whole('cell-not-utf8', text);
    const cells = split(text, this.layout.delimiter);
    if (cells === undefined) return this.whole('quotes-unbalanced', text);
    const { columns } = this.layout;
    if (cells.length < columns) return this.whole('cells-missing', text);
    if (cells.slice(columns).some((cell) => cell.trim() !== '')) return this.whole('cells-excess', text);
    return cells.map((cell) => cell.trim());
  }

  private readIsrc(cells: readonly string[], line: SoundLine): void {
    const written = cells[this.layout.isrc] ?? '';
    if (written === '') return this.fault('isrc-missing', cells, this.layout.isrc);
    const isrc = written.length > 40 ? '' : normaliseIsrc(written);
    if (!isIsrc(isrc)) return this.fault('isrc-malformed', cells, this.layout.isrc);
    Object.assign(line, packedIsrc(isrc));
  }

  /**
   * Digits, perhaps in groups of three, perhaps with a fraction of nothing: 1,234.00 is 1234; 1.9 plays are none. What could be a thousand elsewhere (1.000) is
   * refused rather than read as one.
   */
  private count(cells: readonly string[], column: number): bigint {
    const written = cells[column] ?? '';
    const [, sign, digits] = this.countForm.exec(written) ?? [];
    if (digits === undefined) return this.fault('cell-not-whole', cells, column) ?? 0n;
    if (sign === '-' && this.layout.signed !== true) return this.fault('cell-negative', cells, column) ?? 0n;
    const plain = digits.replace(/\D/g, '').replace(/^0+(?=\d)/, '');
    const count = plain.length > 19 ? int8Max + 1n : BigInt(plain);
    if (count > int8Max) return this.fault('cell-out-of-range', cells, column) ?? 0n;
    return sign === '-' ? -count : count;
  }

  private readPlace(cells: readonly string[], line: SoundLine): void {
    const { layout, places } = this;
    const cell = (column: number | undefined): string => (column === undefined ? '' : (cells[column] ?? ''));
    const territory = places.territoryOf(cell(layout.territory));
    const use = places.useOf(cell(layout.use));
    const model = places.modelOf(cell(layout.model));
    if (territory < 0) this.fault('territory-unknown', cells, layout.territory);
    if (use < 0) this.fault('use-unknown', cells, layout.use);
    if (model < 0) this.fault('model-unknown', cells, layout.model);
    if (territory >= 0 && use >= 0 && model >= 0) line.place = placeCode(territory, useModelNumber(use, model));
  }

  /** What is taken away has its amount taken away, too: the sign is that of the line. An amount that cannot be read costs the line nothing: it matters to who is paid by it alone. */
  private readSales(cells: readonly string[], line: SoundLine, isTaken: boolean): void {
    const { sales: column, currency = '' } = this.layout;
    setUntold(line, 'sales-missing');
    line.currency = currency;
    const written = column === undefined ? '' : (cells[column] ?? '');
    if (column === undefined || written === '') return;
    const [, sign, whole = '', part = ''] = this.amountForm.exec(written) ?? [];
    const units = sign === undefined ? undefined : soldUnits(`${sign}${whole.replace(/\D/g, '')}.${part}`);
    if (units === undefined) return setUntold(line, 'sales-malformed');
    setSold(line, isTaken ? -units : units);
  }

  private readDay(cells: readonly string[], line: SoundLine): void {
    const { day: column } = this.layout;
    line.day = 0;
    line.hasDay = column !== undefined;
    if (column === undefined) return;
    const written = cells[column] ?? '';
    const day = this.days.get(written);
    if (day !== undefined) line.day = day;
    else this.fault(this.dayForm.test(written) ? 'date-outside-period' : 'cell-not-date', cells, column);
  }

  private fault(code: DelimitedFaultCode, cells: readonly string[], column: number | undefined): void {
    // What is no cell at all has been told.
    if (column !== undefined && this.faults.some((fault) => fault.column === column)) return;
    this.faults.push({ column: column ?? null, code, value: presentable(cells[column ?? -1] ?? '') });
  }

  protected whole(code: DelimitedFaultCode, text: string): undefined {
    this.faults.push({ column: null, code, value: presentable(text) });
    return undefined;
  }
}

/** Cells of RFC 4180, quotes doubled inside of quotes; undefined where a quote does not close, or something follows a closed one. */
export function split(text: string, delimiter: string): string[] | undefined {
  if (!text.includes('"')) return text.split(delimiter);
  const cells: string[] = [];
  for (let at = 0; at <= text.length;) {
    if (text[at] !== '"') {
      const end = text.indexOf(delimiter, at);
      cells.push(text.slice(at, end < 0 ? text.length : end));
      at = end < 0 ? text.length + 1 : end + 1;
      continue;
    }
    let end = at + 1;
    while (end < text.length && (text[end] !== '"' || text[end + 1] === '"')) end += text[end] === '"' ? 2 : 1;
    if (end >= text.length) return undefined;
    cells.push(text.slice(at + 1, end).replaceAll('""', '"'));
    if (end + 1 < text.length && text[end + 1] !== delimiter) return undefined;
    at = end + 2;
  }
  return cells;
}

/** A cell as `split` reads it. */
export const quotedCell = (text: string, delimiter: string): string =>
  text.includes(delimiter) || text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text;
