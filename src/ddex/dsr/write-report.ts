import { checks } from './grammar';
import { type Cell, type CellsOf, layouts, type RecordCode } from './layouts';
import { RECORD_COMPANY } from './profiles';
import { cellText, namesLine, SPECIAL } from './record-text';

type FixedHeadCell = 'MessageVersion' | 'Profile' | 'ProfileVersion' | 'FileNumber' | 'NumberOfFiles';

/** HEAD without the cells that are the same in every report of this profile. */
export type ReportHead = Omit<CellsOf<'HEAD'>, FixedHeadCell>;

export interface ReportOpening {
  readonly head: ReportHead;
  readonly contexts: readonly CellsOf<'SY10'>[];
}

export type UsageCells = CellsOf<'SR08'>;

export interface RecordCompanyReportWriter {
  /** The whole report as text in chunks of about 64 KiB, one pass over `lines`. To be used once. */
  chunks(lines: Iterable<UsageCells> | AsyncIterable<UsageCells>): AsyncGenerator<string, void, undefined>;
}

const CHUNK_LENGTH = 64 * 1024;

/** Part 1 of the standard, list of allowed values, profile part. */
const MESSAGE_VERSION = 'dsrf/1.3/1.2/1.0';

/**
 * Writes a report of the record-company profile: LF, all cells of each record, one comment line of cell names per
 * record type, the footer counted. The same input gives the same bytes. Throws RangeError on a cell that its own
 * grammar refuses; sums and references between records are the caller's to get right.
 */
export function recordCompanyReportWriter({ head, contexts }: ReportOpening): RecordCompanyReportWriter {
  const fixed: Pick<CellsOf<'HEAD'>, FixedHeadCell> = {
    MessageVersion: MESSAGE_VERSION,
    Profile: RECORD_COMPANY,
    ProfileVersion: '1.0',
    FileNumber: '1',
    NumberOfFiles: '1',
  };
  return {
    async *chunks(lines) {
      const text = new CountedText();
      text.add(recordLine('HEAD', { ...head, ...fixed }));
      text.add(namesLine('HEAD'));
      text.add(namesLine('SY10'));
      for (const context of contexts) text.add(recordLine('SY10', context));
      text.add(namesLine('SR08'));
      for await (const line of lines) {
        text.add(recordLine('SR08', line));
        if (text.length >= CHUNK_LENGTH) yield text.take();
      }
      text.add(namesLine('SRFO'));
      text.add(`SRFO\t${text.lines + 1}\t${contexts.length}\n`);
      yield text.take();
    },
  };
}

class CountedText {
  lines = 0;
  private parts: string[] = [];
  length = 0;

  add(line: string): void {
    this.lines += 1;
    this.length += line.length;
    this.parts.push(line);
  }

  take(): string {
    const text = this.parts.join('');
    this.parts = [];
    this.length = 0;
    return text;
  }
}

function recordLine<Code extends RecordCode>(code: Code, cells: CellsOf<Code>): string {
  const [, ...layout]: readonly Cell[] = layouts[code];
  // Cells are looked up by the names of the layout, from which their type is made.
  const named = cells as Readonly<Record<string, string | readonly string[] | undefined>>;
  return `${[code, ...layout.map((cell) => checkedText(code, cell, named[cell.name]))].join('\t')}\n`;
}

function checkedText(code: string, cell: Cell, value: string | readonly string[] | undefined): string {
  const values = value === undefined ? [] : typeof value === 'string' ? [value] : value;
  if (cell.mandatory && values.every((each) => each === '')) throw new RangeError(`${code} needs ${cell.name}`);
  for (const each of values) if (each !== '') checkValue(code, cell, each);
  return cellText(value);
}

const SCRATCH_LENGTH = 4096;
const scratch = Buffer.alloc(3 * SCRATCH_LENGTH);

/** The reader's own rules, so that nothing is written that would not be read. Unknown allowed values may pass. */
function checkValue(code: string, { name, type }: Cell, value: string): void {
  if (SPECIAL.test(value) && /[\ud800-\udfff]/u.test(value)) throw new RangeError(`${code} ${name}: cell-not-utf8`);
  const bytes = value.length > SCRATCH_LENGTH ? Buffer.from(value) : scratch;
  const length = bytes === scratch ? scratch.write(value) : bytes.length;
  const fault = checks[type](bytes, 0, length);
  if (fault !== null && fault !== 'unknown-allowed-value') throw new RangeError(`${code} ${name}: ${fault}`);
}
