import type { DelimitedFault, DelimitedLayout } from './delimited-layout';
import { JsonLine } from './json-line';
import { linesIn, withoutReturn } from './line-chunks';
import { emptyLine, takeLine } from './line-reader';
import type { Tally } from './tally';

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
    for (const each of linesIn(bytes)) {
      number += 1;
      this.line.line = number;
      const text = withoutReturn(each);
      if (text.length > 0) takeLine(this.reader, text, this.line, this, faults);
    }
    return number;
  }
}
