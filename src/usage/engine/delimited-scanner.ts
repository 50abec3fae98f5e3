import { saleDecimals } from './asked-uses';
import { CarefulLine } from './careful-line';
import type { DelimitedFault, DelimitedLayout } from './delimited-layout';
import { DayReader } from './day-reader';
import { emptyLine, takeLine } from './line-reader';
import { packIsrc } from './packed-isrc';
import { PlaceReader } from './place-reader';
import type { Tally } from './tally';

const lineFeed = 10;
const carriageReturn = 13;
const quote = 34;
/** What fifteen digits hold is exact as a double. */
const digitsMax = 15;

/**
 * Reads lines of a delimited report: the ordinary ones in one pass over their bytes, without a copy. Whatever is out of the ordinary (quotes,
 * another number of cells, anything that does not look as it mostly does) is read once more by CarefulLine, which knows every rule and names every fault.
 */
export class DelimitedScanner {
  private readonly careful: CarefulLine;
  private readonly places: PlaceReader;
  private readonly days: DayReader;
  private readonly delimiter: number;
  private readonly starts: Int32Array;
  private readonly line = emptyLine();
  /** The column of what was sold; -1: there is none, or nobody asks. */
  private readonly sales: number;
  private readonly point: number;

  constructor(
    private readonly layout: DelimitedLayout,
    /** Of what adds. */
    readonly tally: Tally,
    /** Of what is to be taken away: the counts as they are, without the minus. */
    readonly taken?: Tally,
  ) {
    this.careful = new CarefulLine(layout);
    this.places = new PlaceReader(layout);
    this.days = new DayReader(layout);
    this.delimiter = layout.delimiter.charCodeAt(0);
    this.starts = new Int32Array(layout.columns + 1);
    this.sales = layout.sales ?? -1;
    this.point = layout.decimal.charCodeAt(0);
    this.line.currency = layout.currency ?? '';
    this.line.hasDay = layout.day !== undefined;
  }

  /** Reads whole lines, each ended by a line feed, and gives how many there were. Faults name lines from 1. */
  scan(bytes: Buffer, faults: DelimitedFault[]): number {
    const { starts, delimiter } = this;
    const { columns } = this.layout;
    // Most bytes are above all that mean something, and one comparison tells.
    const meaningMax = Math.max(delimiter, quote);
    const end = bytes.length;
    let number = 0;
    this.places.begin(bytes);
    for (let at = 0; at < end;) {
      number += 1;
      const first = at;
      let cells = 0;
      let isPlain = true;
      starts[0] = at;
      for (; ; at += 1) {
        const byte = bytes[at]!;
        if (byte > meaningMax) continue;
        if (byte === delimiter) {
          cells += 1;
          if (cells < columns) starts[cells] = at + 1;
        } else if (byte === lineFeed) break;
        else if (byte === quote) isPlain = false;
      }
      const last = at > first && bytes[at - 1] === carriageReturn ? at - 1 : at;
      at += 1;
      if (last === first) continue;
      starts[columns] = last + 1;
      this.line.line = number;
      if (!isPlain || cells !== columns - 1 || !this.plain(bytes))
        takeLine(this.careful, bytes.subarray(first, last), this.line, this, faults);
    }
    return number;
  }

  /** True when the line was taken as it is. */
  private plain(bytes: Buffer): boolean {
    const { line, starts, layout } = this;
    const isrc = starts[layout.isrc]!;
    if (starts[layout.isrc + 1]! - isrc !== 13 || !packIsrc(bytes, isrc, line)) return false;
    const quantity = this.digitsAt(bytes, layout.quantity);
    const returns = layout.returns === undefined ? 0 : this.digitsAt(bytes, layout.returns);
    if (quantity < 0 || returns < 0 || returns > quantity) return false;
    const place = this.places.at(starts);
    if (place < 0) return false;
    const day = this.days.at(bytes, starts);
    if (day < 0) return false;
    if (this.sales >= 0 && !this.soldAt(bytes)) return false;
    line.quantity = quantity;
    line.returns = returns;
    line.place = place;
    line.day = day;
    this.tally.add(line);
    return true;
  }

  /** Digits, perhaps with a decimal sign and at most eight more: what fifteen digits hold is exact. False for anything else. */
  private soldAt(bytes: Buffer): boolean {
    const start = this.starts[this.sales]!;
    const end = this.starts[this.sales + 1]! - 1;
    if (start === end || end - start > digitsMax) return false;
    let units = 0;
    let decimals = -1;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at]!;
      if (byte === this.point && decimals < 0 && at > start && at < end - 1) {
        decimals = 0;
        continue;
      }
      const digit = byte - 48;
      if (digit < 0 || digit > 9) return false;
      units = units * 10 + digit;
      if (decimals >= 0) decimals += 1;
    }
    const scale = saleDecimals - Math.max(decimals, 0);
    const sold = scale < 0 ? Infinity : units * 10 ** scale;
    if (sold > Number.MAX_SAFE_INTEGER) return false;
    this.line.sold = sold;
    return true;
  }

  /** A count of digits alone; -1 for anything else. */
  private digitsAt(bytes: Buffer, column: number): number {
    const start = this.starts[column]!;
    const end = this.starts[column + 1]! - 1;
    if (start === end || end - start > digitsMax) return -1;
    let count = 0;
    for (let at = start; at < end; at += 1) {
      const digit = bytes[at]! - 48;
      if (digit < 0 || digit > 9) return -1;
      count = count * 10 + digit;
    }
    return count;
  }
}
