import { cellNumber, delimitedFaults, type DelimitedLayout } from './engine/delimited-layout';
import { withoutReturn } from './engine/line-chunks';
import { emptyLine, lineReaderOf } from './engine/line-reader';
import { headerCells, isHeaded, layoutFor, type MappedMonth, type Mapping } from './mapping';

/** How lines read under a mapping, without looking at any agreement. */
export interface DryRun {
  readonly lines: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly units: string;
  /** The first twenty. */
  readonly faults: readonly object[];
}

/** What is wrong with a line, as it is shown. */
export interface LineFault {
  readonly line: number;
  readonly cell: number | null;
  readonly cellName: string | null;
  readonly code: string;
  readonly value: string;
  readonly message: string;
}

const faultsShown = 20;

/** Reads lines one after another, and counts. */
export class LineCheck {
  private readonly reader;
  private readonly line = emptyLine();
  accepted = 0;
  rejected = 0;
  units = 0n;

  constructor(private readonly layout: DelimitedLayout) {
    this.reader = lineReaderOf(layout);
  }

  /** The faults of a line, which may end in a carriage return; an empty one is none. */
  check(bytes: Buffer, number: number): LineFault[] {
    const text = withoutReturn(bytes);
    if (text.length === 0) return [];
    const { faults, quantity } = this.reader.read(text, this.line);
    if (faults.length === 0) {
      this.accepted += 1;
      this.units += quantity;
      return [];
    }
    this.rejected += 1;
    return faults.map(({ column, code, value }) => ({
      line: number,
      cell: cellNumber(this.layout, column),
      cellName: column === null ? null : (this.layout.names[column] ?? null),
      code,
      value,
      message: delimitedFaults[code],
    }));
  }
}

/** Tries a mapping on the first lines of a file, its header among them. */
export function dryRun(mapping: Mapping, lines: readonly Buffer[], month: MappedMonth): DryRun {
  const [first] = lines;
  const header = isHeaded(mapping) && first !== undefined ? headerCells(first, mapping.delimiter) : [];
  const layout = layoutFor(mapping, header ?? [], month);
  const before = isHeaded(mapping) ? 1 : 0;
  if ('faults' in layout)
    return { lines: lines.length, accepted: 0, rejected: lines.length - before, units: '0', faults: layout.faults };
  const check = new LineCheck(layout);
  const faults = lines.slice(before).flatMap((bytes, at) => check.check(bytes, at + before + 1));
  const { accepted, rejected, units } = check;
  return { lines: lines.length, accepted, rejected, units: String(units), faults: faults.slice(0, faultsShown) };
}
