import { type Arrangement, arrangementOf, knownArrangement } from './arrangement';
import { type Body } from './body';
import { Cells } from './cells';
import { type Escapes } from './escaping';
import { Findings } from './faults';
import { checkFooter, type Counted } from './check-footer';
import { familyOf, isPartlyKnown, type RecordCode } from './layouts';
import { LINE_BYTES_MAX, LineSplitter } from './lines';
import { type OrderState } from './order';
import { boundCodes, fileOrder, isSingleRecord, isUsage, type Profile } from './profiles';
import { namedCells, namedInFile, readFooter, readHead } from './read-records';
import { isUnknownVersion, recordCode, writtenCode } from './record-code';
import { type DsrReceiver, type DsrRecord, type DsrSummary, type Footer, type Head, type NamedCells } from './records';

const HASH = 0x23;

/** The profile by which a report is read, and what makes of its records what they mean. */
export interface Reading {
  readonly profile: Profile | null;
  readonly body: Body;
  /** The profile is known and not read: its records are counted, and nothing more is said of them. */
  readonly silent?: true;
}

export interface ReadingOptions {
  /** The only profile that will do. */
  readonly expected?: Profile;
  /** So many faults are passed on; the others are counted only. */
  readonly faultsMax?: number;
  /** How the sender escapes; the published form where nothing is said. */
  readonly escapes?: Escapes;
  /** Asked at the first record and, as long as the answer is null, at the next one. */
  choose(code: RecordCode, cells: Cells, findings: Findings): Reading | null;
}

/**
 * Cuts a report into records and reads those around the others, head and footer; what lies between is its profile's.
 * Every fault goes to the receiver, and nothing is thrown because of what a file contains.
 */
export class ReportReader {
  private readonly findings: Findings;
  private readonly splitter = new LineSplitter((bytes, start, end, overlong) => this.line(bytes, start, end, overlong));
  private readonly cells: Cells;
  private readonly kinds = new Map<RecordCode, Kind>();
  private readonly named = new Map<RecordCode, Arrangement | null>();
  private unknown = 0;
  private lines = 0;
  private comments = 0;
  private emptyLines = 0;
  private written: string | null = null;
  private head: Head | null = null;
  private footer: Footer | null = null;
  private reading: Reading | null = null;
  private order: OrderState | null = null;

  constructor(
    private readonly receiver: DsrReceiver,
    private readonly options: ReadingOptions,
  ) {
    this.findings = new Findings(receiver.fault?.bind(receiver), options.faultsMax);
    this.cells = new Cells(options.escapes);
  }

  push(chunk: Buffer): void {
    this.splitter.push(chunk);
  }

  /** What reads the records of the report's profile, once that is known. */
  get body(): Body | null {
    return this.reading?.body ?? null;
  }

  /** Between whole lines: so many lines, `records` of them of this code, were read elsewhere and found in order. */
  passOver(lines: number, code: RecordCode, records: number): void {
    this.lines += lines;
    const kind = this.kinds.get(code);
    if (kind !== undefined) kind.count += records;
  }

  /** Whether any number of records of this code may come now. */
  mayRepeat(code: RecordCode): boolean {
    const kind = this.kinds.get(code);
    return kind !== undefined && this.order !== null && this.order.after(kind.symbol) === this.order;
  }

  /** What has been counted so far; lines are those that have ended. */
  get counted(): Counted {
    const summaries = this.countOf((code) => code.startsWith('SY'));
    return { lines: this.lines, summaries, blocks: this.reading?.body.blocks ?? 0, head: this.head };
  }

  /** All faults so far, those that were not passed on as well. */
  get faultsByCode(): DsrSummary['faultsByCode'] {
    return this.findings.byCode;
  }

  finish(): DsrSummary {
    this.splitter.finish();
    const { findings, head, footer } = this;
    const { profile, body, silent } = this.reading ?? { profile: null, body: null, silent: undefined };
    body?.finish(head);
    const { counted } = this;
    if (silent === undefined) this.checkPresence(profile, counted.summaries);
    if (footer !== null && silent === undefined) checkFooter(footer, counted, findings);
    const usage = this.countOf((code) => isUsage(code, profile));
    const accepted = body?.accepted ?? 0;
    return {
      profile: profile?.id ?? this.written,
      head,
      footer,
      blocks: counted.blocks,
      blockIds: body?.blockIds ?? null,
      lines: this.lines,
      comments: this.comments,
      emptyLines: this.emptyLines,
      records: this.recordCounts(),
      contexts: body?.contexts ?? 0,
      accepted,
      rejected: usage - accepted,
      refused: findings.refused,
      faults: findings.total,
      faultsByCode: findings.byCode,
    };
  }

  private countOf(counts: (code: RecordCode) => boolean): number {
    let sum = 0;
    for (const { code, count } of this.kinds.values()) if (counts(code)) sum += count;
    return sum;
  }

  private recordCounts(): Record<string, number> {
    const counts = [...this.kinds.values()].map(({ code, count }): [string, number] => [code, count]);
    return Object.fromEntries(this.unknown === 0 ? counts : [...counts, ['unknown', this.unknown]]);
  }

  private line(bytes: Buffer, lineStart: number, end: number, overlong: boolean): void {
    this.lines += 1;
    const start = this.lines === 1 ? this.afterByteOrderMark(bytes, lineStart, end) : lineStart;
    if (start === end) this.emptyLines += 1;
    else if (bytes[start] === HASH) this.comment(bytes, start, end);
    else this.record(bytes, start, end, overlong);
  }

  /** A comment that names the cells of a record says in which order they come, where nothing else does. */
  private comment(bytes: Buffer, start: number, end: number): void {
    this.comments += 1;
    const code = recordCode(bytes, start + 1, end);
    if (code === null || !isPartlyKnown(code) || this.named.has(code)) return;
    const [, ...names] = bytes.toString('utf8', start, end).split('\t');
    while (names.at(-1)?.trim() === '') names.pop();
    this.named.set(code, arrangementOf(code, names));
  }

  private record(bytes: Buffer, start: number, end: number, overlong: boolean): void {
    const { findings, cells } = this;
    const code = recordCode(bytes, start, end);
    if (code === null) return this.skip(writtenCode(bytes, start, end));
    findings.open(this.lines, code);
    cells.load(bytes, start, end);
    this.reading ??= this.begin(code);
    const { profile, body } = this.reading ?? { profile: null, body: null };
    const kind = this.kinds.get(code) ?? this.kindOf(code, profile, body);
    if (kind === null) return this.skip(code);
    this.enter(kind, profile);
    if (overlong) {
      const value = bytes.toString('utf8', start, start + 200);
      findings.add('line-too-long', `a line may have at most ${LINE_BYTES_MAX} bytes`, { value });
      return;
    }
    if (code === 'HEAD') this.readHead(profile);
    else if (code === 'SRFO' || code === 'FOOT') this.footer ??= readFooter(code, cells, this.lines, findings);
    else body?.read(kind.arrangement?.like ?? code, this.lines, cells, this.head);
    if (this.receiver.record !== undefined) this.handOver(code, this.receiver.record.bind(this.receiver));
  }

  private handOver(code: RecordCode, receive: (record: DsrRecord) => void): void {
    const { cells } = this;
    const named = isPartlyKnown(code) ? namedInFile(code, cells) : (namedCells(code, cells) as NamedCells);
    receive({ lineNumber: this.lines, code, sound: this.findings.recordIsSound, cells: named });
  }

  private enter(kind: Kind, profile: Profile | null): void {
    kind.count += 1;
    if (kind.arrangement !== null) this.arrange(kind, kind.arrangement);
    if (profile !== null) this.checkOrder(kind, profile);
  }

  /** What the file says of its cells is told once for each code. */
  private arrange(kind: Kind, arrangement: Arrangement): void {
    const { findings } = this;
    this.cells.arrange(arrangement);
    findings.open(this.lines, kind.code, arrangement);
    if (kind.count > 1 || !isPartlyKnown(kind.code)) return;
    const message = `the cells of ${kind.code} are read by the names that a comment of the file gives them`;
    findings.add('layout-from-names', message, { cell: 1, value: kind.code });
    for (const [index, number] of arrangement.extras.entries()) {
      const cell = arrangement.places.length - arrangement.extras.length + index + 1;
      const name = arrangement.names[number - 2] ?? '';
      findings.add('cell-unknown', 'nobody knows a cell of this name; it is kept and not looked at', {
        cell,
        value: name,
      });
    }
  }

  /** Leaves out a record of which nothing is known. Of a version that is not known, use could go unseen: an error. */
  private skip(written: string): void {
    this.unknown += 1;
    if (this.reading?.silent === true) return;
    this.findings.open(this.lines, written);
    if (isUnknownVersion(written)) {
      this.findings.add('unknown-record-version', 'this version of the record is not read', { value: written });
    } else {
      this.findings.add('unknown-record', 'this profile has no such record; it is skipped', { value: written });
    }
  }

  private begin(code: RecordCode): Reading | null {
    const reading = this.options.choose(code, this.cells, this.findings);
    if (reading?.profile != null) this.order = fileOrder(reading.profile);
    return reading;
  }

  private readHead(profile: Profile | null): void {
    this.written ??= this.cells.isEmpty(3) ? null : this.cells.raw(3).slice(0, 80);
    const head = readHead(this.cells, this.lines, this.findings, this.options.expected);
    if (profile !== null) this.checkVersion(profile);
    if (head === null) return;
    this.head = head;
    this.receiver.head?.(head);
  }

  private checkVersion(profile: Profile): void {
    const version = this.cells.isUsable(4) ? this.cells.text(4) : '';
    if (version === '' || boundCodes(profile, version) !== null) return;
    const message = `known versions of ${profile.id} are ${Object.keys(profile.versions).join(', ')}`;
    this.findings.add('profile-version-unknown', message, { cell: 4, value: version });
  }

  /** Null for a record that is none of the profile's. */
  private kindOf(code: RecordCode, profile: Profile | null, body: Body | null): Kind | null {
    const inFrame = isFrame(code, profile);
    if (!inFrame && body?.takes(code) !== true) return null;
    const arrangement = knownArrangement(code) ?? this.named.get(code) ?? null;
    const kind = { code, symbol: symbolOf(code, profile), count: 0, isBound: inFrame, arrangement };
    this.kinds.set(code, kind);
    return kind;
  }

  private checkOrder(kind: Kind, profile: Profile): void {
    const next = this.order?.after(kind.symbol);
    if (next !== undefined) {
      this.order = next;
    } else {
      this.findings.add('record-out-of-order', `records come as ${orderText(profile)}`, { value: kind.code });
    }
    if (!kind.isBound && this.head !== null) this.checkBinding(kind, profile, this.head);
  }

  /** Real files mix the record versions of several profile versions: each code is told once. */
  private checkBinding(kind: Kind, profile: Profile, head: Head): void {
    kind.isBound = true;
    const bound = boundCodes(profile, head.profileVersion);
    if (bound === null || bound.includes(kind.code)) return;
    const message = `${profile.id} ${head.profileVersion} does not use ${kind.code}; it is read by its own layout`;
    this.findings.add('profile-mismatch', message, { cell: 1, value: kind.code });
  }

  /** What is missing is told once, at the end of the file. */
  private checkPresence(profile: Profile | null, summaries: number): void {
    const { findings, kinds } = this;
    findings.open(this.lines, '');
    if (!kinds.has('HEAD')) findings.add('head-missing', 'the report has no HEAD record');
    const expected = profile?.summaries.join(' or ') ?? 'SY';
    if (summaries === 0) findings.add('summary-missing', `the report has no ${expected} record`);
    if (kinds.has('FOOT') || kinds.has('SRFO')) return;
    const footer = profile?.footer ?? 'FOOT or SRFO';
    findings.add('footer-missing', `the report has no ${footer} record: it may have been cut off`);
  }

  /** Editors of spreadsheets put a byte order mark before the first record; it is no part of it. */
  private afterByteOrderMark(bytes: Buffer, start: number, end: number): number {
    if (end - start < 3 || bytes[start] !== 0xef || bytes[start + 1] !== 0xbb || bytes[start + 2] !== 0xbf)
      return start;
    this.findings.open(1, '');
    this.findings.add('byte-order-mark', 'the file starts with a byte order mark; it is skipped');
    return start + 3;
  }
}

/** What is known of a record code for the whole file. */
interface Kind {
  readonly code: RecordCode;
  /** What the order of the file calls it: its family, or the block that it is part of. */
  readonly symbol: string;
  count: number;
  /** How it lies in the file, where it is read as another version. */
  readonly arrangement: Arrangement | null;
  /** Whether the profile's version uses it is no longer to be told. */
  isBound: boolean;
}

function symbolOf(code: RecordCode, profile: Profile | null): string {
  const family = familyOf(code);
  if (profile === null || isSingleRecord(profile)) return family;
  if (code === 'HEAD' || family === profile.footer || profile.summaries.includes(family)) return family;
  return family.startsWith('SY') ? profile.summaries[0]! : 'Block';
}

/** Head and footer; without a profile, either footer will do. */
function isFrame(code: RecordCode, profile: Profile | null): boolean {
  if (code === 'HEAD') return true;
  return profile === null ? code === 'FOOT' || code === 'SRFO' : code === profile.footer;
}

function orderText(profile: Profile): string {
  const summaries = profile.summaries.join(' or ');
  if (!isSingleRecord(profile)) return `HEAD, ${summaries}, then blocks, then ${profile.footer}`;
  const [usage] = profile.usage;
  return usage === 'SR08'
    ? 'HEAD, SY10, then SR08 each with at most one DE01, then SRFO'
    : `HEAD, ${summaries}, then ${profile.usage.join(' or ')}, then ${profile.footer}`;
}
