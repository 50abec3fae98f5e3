import { CarefulLine } from './engine/careful-line';
import { delimitedFaults } from './engine/delimited-layout';
import { headerCells, layoutFor, type MappedMonth, type Mapping } from './mapping';
import type { SoundLine } from './engine/tally';

/** How lines read under a mapping, without looking at any agreement. */
export interface DryRun {
  readonly lines: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly units: string;
  /** The first twenty. */
  readonly faults: readonly object[];
}

const faultsShown = 20;

/** Tries a mapping on lines of which the first is the header. */
export function dryRun(mapping: Mapping, lines: readonly Buffer[], month: MappedMonth): DryRun {
  const [first, ...rest] = lines;
  const layout = layoutFor(mapping, (first && headerCells(first, mapping.delimiter)) ?? [], month);
  if ('faults' in layout)
    return { lines: lines.length, accepted: 0, rejected: rest.length, units: '0', faults: layout.faults };
  const careful = new CarefulLine(layout);
  const line: SoundLine = { line: 0, letters: 0, digits: 0, place: 0, day: 0, quantity: 0, returns: 0 };
  const found: object[] = [];
  let [accepted, rejected, units] = [0, 0, 0n];
  for (const [at, bytes] of rest.entries()) {
    const text = bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes;
    if (text.length === 0) continue;
    const { faults, quantity } = careful.read(text, line);
    if (faults.length === 0) {
      accepted += 1;
      units += quantity;
      continue;
    }
    rejected += 1;
    for (const { column, code, value } of faults) {
      const cellName = column === null ? null : layout.names[column];
      found.push({
        line: at + 2,
        cell: column === null ? null : column + 1,
        cellName,
        code,
        value,
        message: delimitedFaults[code],
      });
    }
  }
  return { lines: lines.length, accepted, rejected, units: String(units), faults: found.slice(0, faultsShown) };
}
