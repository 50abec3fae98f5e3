import type { DelimitedFault, DelimitedLayout } from './delimited-layout';
import { JsonLine } from './json-line';
import { emptyLine, takeLine } from './line-reader';
import type { Tally } from './tally';

const lineFeed = 10;
const carriageReturn = 13;

/** Reads lines of JSON Lines, each by all rules. */
export class JsonScanner {
  private readonly reader: JsonLine;
  private readonly line = emptyLine();

  constructor(
    layout: DelimitedLayout,
    readonly tally: Tally,
    readonly taken?: Tally,
  ) {
    this.reader = new JsonLine(layout);
  }

  /** Reads whole lines, each ended by a line feed, and gives how many there were. Faults name lines from 1. */
  scan(bytes: Buffer, faults: DelimitedFault[]): number {
    let number = 0;
    for (let at = 0; at < bytes.length;) {
      const end = bytes.indexOf(lineFeed, at);
      const last = end > at && bytes[end - 1] === carriageReturn ? end - 1 : end;
      number += 1;
      this.line.line = number;
      if (last > at) takeLine(this.reader, bytes.subarray(at, last), this.line, this, faults);
      at = end + 1;
    }
    return number;
  }
}
