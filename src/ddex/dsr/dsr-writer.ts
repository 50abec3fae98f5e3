import { type Fault } from './faults';
import { findCell, isPartlyKnown, type RecordCode } from './layouts';
import { dsrReader } from './read-any';
import { findProfile } from './profiles';
import { type NamedCells } from './records';
import { cellText, namesLine, recordLine } from './record-text';

/** What became of a record: its line, with the faults that the reader finds in it. */
export interface WrittenRecord {
  readonly text: string;
  readonly faults: readonly Fault[];
}

/**
 * Writes a report of any profile record by record: LF, all cells of each layout, the published escapes, one comment
 * line of names before the first record of a kind, the footer counted. Every line goes through the reader, so that
 * nothing is written with an error of which nobody is told; whoever writes decides what becomes of a file with one.
 */
export class DsrWriter {
  private faults: Fault[] = [];
  private readonly reader = dsrReader({ fault: (fault) => void this.faults.push(fault) });
  private readonly named = new Set<RecordCode>();
  private readonly orders = new Map<RecordCode, readonly string[]>();
  private footer: 'FOOT' | 'SRFO' = 'FOOT';

  /**
   * A record but for the footer. Throws RangeError, before anything is written, on a cell that the layout does not have
   * and on text that no cell can carry.
   */
  write(code: RecordCode, cells: NamedCells): WrittenRecord {
    if (isPartlyKnown(code)) return this.writeNamed(code, cells);
    for (const name of Object.keys(cells)) {
      if (findCell(code, name) < 2) throw new RangeError(`${code} has no cell ${name}`);
    }
    const line = recordLine(code, cells);
    if (code === 'HEAD' && typeof cells['Profile'] === 'string') {
      this.footer = findProfile(cells['Profile'])?.footer ?? 'FOOT';
    }
    // The names of HEAD come after it: a file begins with its head.
    const isNew = !this.named.has(code);
    this.named.add(code);
    if (!isNew) return this.add(line);
    return this.add(code === 'HEAD' ? line + namesLine(code) : namesLine(code) + line);
  }

  /** A version whose order of cells is not known: the cells of its first record, in their order, named in a comment before it. */
  private writeNamed(code: RecordCode, cells: NamedCells): WrittenRecord {
    const names = this.orders.get(code) ?? Object.keys(cells);
    const strange = Object.keys(cells).find((name) => !names.includes(name));
    if (strange !== undefined) throw new RangeError(`the first ${code} has no cell ${strange}`);
    const line = `${[code, ...names.map((name) => cellText(cells[name]))].join('\t')}\n`;
    if (this.orders.has(code)) return this.add(line);
    const comment = `#${[code, ...names.map((name) => cellText(name))].join('\t')}\n`;
    this.orders.set(code, names);
    return this.add(comment + line);
  }

  /**
   * The footer that the profile has. `totals` are NumberOfLinesInReport and NumberOfBlocksInReport, which the last of several
   * files needs and this one cannot know. Gives the faults that only the whole file can show.
   */
  end(totals: NamedCells = {}): WrittenRecord {
    const { footer } = this;
    const { lines, summaries, blocks, head } = this.reader.counted;
    const counts = {
      lines: String(lines + 2),
      summaries: String(summaries),
      blocks: String(blocks),
    };
    const isOneFile = (head?.numberOfFiles ?? 1n) === 1n;
    const cells: NamedCells =
      footer === 'SRFO'
        ? { NumberOfLinesInReport: counts.lines, NumberOfSummaryRecords: counts.summaries }
        : {
            NumberOfLinesInFile: counts.lines,
            NumberOfSummaryRecords: counts.summaries,
            NumberOfBlocksInFile: counts.blocks,
            ...(isOneFile ? { NumberOfLinesInReport: counts.lines, NumberOfBlocksInReport: counts.blocks } : totals),
          };
    const written = this.add(namesLine(footer) + recordLine(footer, cells));
    this.reader.finish();
    return { text: written.text, faults: [...written.faults, ...this.taken()] };
  }

  private add(text: string): WrittenRecord {
    this.reader.push(Buffer.from(text));
    return { text, faults: this.taken() };
  }

  private taken(): Fault[] {
    const { faults } = this;
    this.faults = [];
    return faults;
  }
}
