import { plain, type Give, type LineForm, withCell } from './line-forms';

const usageRecord = /^S[RU]0/;
/** What stands before the uses of a block, and says what they are about. */
const reference = /^(RE|AS|MW)0/;
const inBlock = /^(RE|AS|MW|RU|SU|LI)0/;
/** Of a profile without blocks. */
const singleRecordHead = /^HEAD\t[^\t]*\t[^\t]*SRB\t/i;
const belongsToUse = /^(DE01|LI01|MW01)/;
const footer = /^(FOOT|SRFO)/;
const tab = 9;
/** So much of a block is kept until one of its uses is at fault; of a larger one it is given whether or not. */
const blockBytesMax = 1024 * 1024;

/**
 * A DSR file: everything up to its first block or usage record, the lines with what belongs to them, of blocks the records that they name, and a footer that
 * counts these. The added cell has to be taken off again before the file is sent: a record has no such cell.
 */
export class DsrForm implements LineForm {
  private readonly block = new OpenBlock();
  private hasBlocks = false;
  private inOpening = true;
  /** What follows belongs to a use that was given. */
  private takesNext = false;
  private lines = 0;
  private summaries = 0;

  line(bytes: Buffer, _number: number, reason: string | null, give: Give): void {
    const code = bytes.toString('latin1', 0, 4);
    if (code === 'HEAD') this.hasBlocks = !singleRecordHead.test(bytes.toString('latin1', 0, 200));
    if (footer.test(code)) return;
    const isUse = usageRecord.test(code);
    const isInBlock = this.hasBlocks && inBlock.test(code);
    if (isUse || isInBlock) this.enter(bytes, isInBlock);
    const follows = this.takesNext && belongsToUse.test(code);
    this.takesNext = follows || (reason !== null && isUse);
    if (isUse) this.block.hasUses = true;
    if (this.inOpening || follows || reason !== null) this.give(bytes, { code, reason, isInBlock }, give);
    else if (isInBlock && reference.test(code)) this.keep(bytes, give);
  }

  end(give: Give): void {
    const { lines, summaries, block } = this;
    const count = lines + 1;
    if (this.hasBlocks) give(['FOOT', count, count, summaries, block.given, block.given].join('\t') + '\n');
    else give(`SRFO\t${count}\t${summaries}\n`);
  }

  private enter(bytes: Buffer, isInBlock: boolean): void {
    this.inOpening = false;
    if (isInBlock && this.block.enter(blockOf(bytes))) this.takesNext = false;
  }

  /** Of a block without uses so far it is not known whether any of it is to be given. */
  private keep(bytes: Buffer, give: Give): void {
    for (const line of this.block.keep(bytes) ?? []) this.write(line, null, give);
  }

  private give(bytes: Buffer, { code, reason, isInBlock }: FormLine, give: Give): void {
    if (code.startsWith('SY')) this.summaries += 1;
    if (isInBlock) for (const line of this.block.open()) this.write(line, null, give);
    this.write(bytes, reason, give);
  }

  private write(bytes: Buffer, reason: string | null, give: Give): void {
    this.lines += 1;
    if (reason === null) (give(bytes), give('\n'));
    else withCell(bytes, '\t', plain(reason), give);
  }
}

interface FormLine {
  readonly code: string;
  readonly reason: string | null;
  readonly isInBlock: boolean;
}

/** The records that uses of the block may name, until it is known whether they are to be given. */
class OpenBlock {
  private id: string | null = null;
  private kept: Buffer[] = [];
  private bytes = 0;
  private isGiven = false;
  hasUses = false;
  /** How many blocks have been given, wholly or in part. */
  given = 0;

  /** True where another block begins. */
  enter(id: string): boolean {
    if (id === this.id) return false;
    this.id = id;
    this.kept = [];
    this.bytes = 0;
    this.isGiven = false;
    this.hasUses = false;
    return true;
  }

  /** Takes a record; gives what has to be written at once, or null. What comes after a use belongs to that use. */
  keep(bytes: Buffer): readonly Buffer[] | null {
    if (this.hasUses) return null;
    // The bytes are somebody else's once the line has gone by.
    this.kept.push(Buffer.from(bytes));
    this.bytes += bytes.length;
    return this.isGiven || this.bytes > blockBytesMax ? this.open() : null;
  }

  /** Something of the block is given: so is what has been kept of it. */
  open(): readonly Buffer[] {
    if (!this.isGiven) this.given += 1;
    this.isGiven = true;
    const { kept } = this;
    this.kept = [];
    this.bytes = 0;
    return kept;
  }
}

function blockOf(bytes: Buffer): string {
  const start = bytes.indexOf(tab) + 1;
  if (start === 0) return '';
  const end = bytes.indexOf(tab, start);
  return bytes.toString('latin1', start, end < 0 ? bytes.length : end);
}
