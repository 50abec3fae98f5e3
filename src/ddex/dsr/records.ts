import { type Fault, type FaultCode } from './faults';
import { type CellsOf, type RecordCode } from './layouts';

/** Who reports what, to whom and for which days; both dates are inclusive. */
export interface Head {
  readonly lineNumber: number;
  readonly messageId: string;
  readonly createdAt: string;
  readonly usageStart: string;
  readonly usageEnd: string;
  /** ProfileId as the standard writes it; null for one that is not read. */
  readonly profile: string | null;
  readonly profileVersion: string;
  readonly fileNumber: bigint;
  readonly numberOfFiles: bigint;
  readonly senderPartyId: string;
  readonly senderName: string;
  readonly serviceDescription: string | null;
  readonly recipientPartyId: string | null;
  readonly recipientName: string | null;
  readonly cells: CellsOf<'HEAD'>;
}

/**
 * One sales context (SY10): the figures its usage lines inherit. Dates are inclusive; amounts are decimal text in the
 * currency of accounting; `usages` is the whole service in this context, `allocatedUsages` this licensor's part.
 */
export interface SalesContext {
  readonly lineNumber: number;
  readonly summaryRecordId: string;
  readonly commercialModel: string;
  readonly useType: string;
  readonly periodStart: string;
  readonly periodEnd: string;
  readonly territory: string;
  readonly serviceDescription: string | null;
  readonly subscribers: string | null;
  readonly usages: bigint;
  readonly allocatedUsages: bigint;
  readonly returns: bigint;
  /** Null where a percentage cannot be understood without doubt. */
  readonly musicUsageRatio: string | null;
  readonly currencyOfTransaction: string;
  readonly currencyOfAccounting: string;
  readonly exchangeRate: string;
  readonly grossRevenue: string | null;
  readonly netRevenue: string;
  readonly allocatedRevenue: string;
  readonly allocatedNetRevenue: string;
  readonly finalTotalAmount: string;
  readonly cells: CellsOf<'SY10'>;
}

/**
 * One recording (or, without an ISRC, a release) in its sales context (SR08). `isrc` is normalised to 12 upper-case
 * characters; `allocatedNetRevenue` is decimal text in the context's currency of accounting. What a line says is made
 * of its bytes when it is asked for, and can be asked for only while the line is being given.
 */
export interface UsageLine {
  readonly lineNumber: number;
  readonly salesTransactionId: string;
  readonly isrc: string | null;
  readonly dspResourceId: string | null;
  readonly summaryRecordId: string;
  readonly context: SalesContext;
  readonly date: string;
  /** The date as a number, YYYYMMDD. */
  readonly dayNumber: number;
  readonly totalUsages: bigint;
  readonly returns: bigint;
  readonly netUsage: bigint;
  readonly rightSharePercentage: string;
  readonly allocatedNetRevenue: string;
  /** `totalUsages` and `returns` as doubles: exact up to 2⁵³ − 1. */
  readonly usages: number;
  readonly returned: number;
  /** Writes the twelve characters of the ISRC to the beginning of `into`; false where the line names no recording. */
  copyIsrc(into: Uint8Array): boolean;
}

/** Any record of a report as cells by name, unescaped. */
export interface DsrRecord {
  readonly lineNumber: number;
  readonly code: RecordCode;
  /** False when it has an error: its cells are then what could be made out, and nothing may be concluded from them. */
  readonly sound: boolean;
  readonly cells: NamedCells;
}

/** Cells by name, the record type left out: text, or a list where the cell may have several values. */
export type NamedCells = Readonly<Record<string, string | readonly string[]>>;

/**
 * What a sound summary of Basic Audio or UGC says of its sales context. Amounts are decimal text; null where the
 * record says nothing of the kind. Several summaries may speak of one context, one for each rights controller.
 */
export interface SummaryFigures {
  readonly lineNumber: number;
  readonly summaryRecordId: string;
  readonly commercialModel: string;
  readonly useType: string;
  readonly territory: string;
  readonly serviceDescription: string | null;
  /** Everybody's uses in this context. */
  readonly usages: bigint | null;
  readonly currency: string | null;
  readonly revenue: string | null;
  /** How much of the use was music: 1 where nothing is said, null where it cannot be understood without doubt. */
  readonly musicUsageRatio: string | null;
}

/** What a summary of one of several files claims, and what the records of the file that name it add up to. */
export interface SummaryUses {
  readonly lineNumber: number;
  readonly code: string;
  readonly summaryRecordId: string;
  readonly cell: number;
  readonly claimed: bigint;
  readonly added: bigint;
}

/**
 * A use that a sound record of Basic Audio or UGC tells. `isrc` is normalised; null where the record names no recording,
 * or a release of several. `from` is the first day of a use that has days of its own.
 */
export interface ReportedUse {
  readonly lineNumber: number;
  readonly commercialModel: string;
  readonly useType: string;
  readonly territory: string;
  readonly isrc: string | null;
  readonly from: string | null;
  readonly usages: bigint;
  readonly returns: bigint;
}

/**
 * Takes what is read, in file order. A record arrives only when it is sound; its faults (warnings too) come just
 * before it. `drained` is awaited after each chunk of bytes, so that a slow receiver holds the source back.
 */
export interface ReportReceiver {
  head?(head: Head): void;
  context?(context: SalesContext): void;
  line?(line: UsageLine): void;
  fault?(fault: Fault): void;
  drained?(): void | Promise<void>;
}

/** Takes what is read of a report of any profile. `context` and `line` are those of the record-company profile. */
export interface DsrReceiver extends ReportReceiver {
  /** Every record of a known layout, sound or not; its faults come just before it. */
  record?(record: DsrRecord): void;
  /** A sound summary of the other profiles. */
  summary?(figures: SummaryFigures): void;
  /** A sound record of use of the other profiles. */
  use?(use: ReportedUse): void;
  /** At the end of one of several files, whose uses add up over all of them: each summary that is alone with its id. */
  uses?(uses: SummaryUses): void;
}

export interface ReportSummary {
  /** All lines of the file, comments and empty ones included. */
  readonly lines: number;
  readonly comments: number;
  readonly emptyLines: number;
  /** Records seen by code, sound or not; those of other profiles under `unknown`. */
  readonly records: Readonly<Record<string, number>>;
  /** Sound sales contexts. */
  readonly contexts: number;
  /** Usage lines; the two add up to `records.SR08`. */
  readonly accepted: number;
  readonly rejected: number;
  /** The report as a whole cannot be used: at least one fault was fatal. */
  readonly refused: boolean;
  readonly faults: number;
  readonly faultsByCode: Readonly<Partial<Record<FaultCode, number>>>;
}

/** What a file of any profile came to. */
export interface DsrSummary extends ReportSummary {
  /** ProfileId as the standard writes it; as the file writes it where it is none of ours; null without a head. */
  readonly profile: string | null;
  readonly head: Head | null;
  /** Different blocks of the file. */
  readonly blocks: number;
  /** The lowest and the highest number of its blocks; null where it has none. */
  readonly blockIds: BlockIds | null;
  readonly footer: Footer | null;
}

export interface BlockIds {
  readonly lowest: bigint;
  readonly highest: bigint;
}

/** What a footer claims by the number of its cells; lines include comments, empty ones and itself. */
export interface Footer {
  readonly lineNumber: number;
  readonly code: 'FOOT' | 'SRFO';
  readonly counts: ReadonlyMap<number, bigint>;
}
