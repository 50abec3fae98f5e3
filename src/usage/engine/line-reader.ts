import { CarefulLine } from './careful-line';
import { type DelimitedFault, type DelimitedLayout, jsonLines } from './delimited-layout';
import { JsonLine } from './json-line';
import type { SoundLine, Tally } from './tally';

/** What reads single lines of a report of this layout by all rules. */
export const lineReaderOf = (layout: DelimitedLayout): CarefulLine =>
  layout.delimiter === jsonLines ? new JsonLine(layout) : new CarefulLine(layout);

/** Nothing yet: to be filled line by line. */
export const emptyLine = (): SoundLine => ({
  line: 0,
  letters: 0,
  digits: 0,
  place: 0,
  day: 0,
  quantity: 0,
  returns: 0,
  hasDay: false,
  sold: NaN,
  soldLarge: 0n,
  untold: 'sales-missing',
  currency: '',
});

/** Where lines go; `taken` where the layout is signed: what takes away. */
interface Tallies {
  readonly tally: Tally;
  readonly taken?: Tally | undefined;
}

const most = BigInt(Number.MAX_SAFE_INTEGER);

/** Reads a line by all rules into a tally, or tells its faults. `line` bears its number. */
export function takeLine(
  reader: CarefulLine,
  bytes: Buffer,
  line: SoundLine,
  { tally: added, taken }: Tallies,
  faults: DelimitedFault[],
): void {
  const read = reader.read(bytes, line);
  if (read.faults.length > 0) {
    for (const fault of read.faults) faults.push({ line: line.line, ...fault });
    return;
  }
  const tally = read.isTaken ? taken! : added;
  if (read.quantity <= most && read.returns <= most) {
    line.quantity = Number(read.quantity);
    line.returns = Number(read.returns);
    tally.add(line);
  } else {
    tally.addLarge(line, read.quantity, read.returns);
  }
}
