import { type Cells } from './cells';
import { checkRecord, recordRules, type RecordRules } from './check-record';
import { withHyphens } from './dates';
import { type Findings } from './faults';
import { readCount } from './grammar';
import { type Cell, type CellsOf, layouts, type RecordCode } from './layouts';
import { findProfile, isSingleRecord, type Profile } from './profiles';
import { type Footer, type Head, type NamedCells, type SalesContext } from './records';
import { ratioOfPercentage } from './music-part';

const PROFILE_CELL = 3;
const FILE_NUMBER = 7;
const NUMBER_OF_FILES = 8;

const headRules = recordRules('HEAD');
const contextRules = recordRules('SY10');
/** The profile that HEAD names, also where something else is wrong with it; undefined where it names none of ours. */
export const profileNamed = (cells: Cells): Profile | undefined =>
  cells.isEmpty(PROFILE_CELL) ? undefined : findProfile(cells.raw(PROFILE_CELL));

/** Reads HEAD; null when it has an error. `expected` is the only profile that will do, where one is asked for. */
export function readHead(cells: Cells, lineNumber: number, findings: Findings, expected?: Profile): Head | null {
  checkRecord(headRules, cells, findings);
  const profile = profileNamed(cells);
  if (profile !== undefined) checkParts(profile, cells, findings);
  if (expected !== undefined && profile !== undefined && profile !== expected) {
    const message = `the profile must be ${expected.id}`;
    findings.add('wrong-profile', message, { cell: PROFILE_CELL, value: cells.raw(PROFILE_CELL) });
  }
  if (!findings.recordIsSound) return null;
  const named = namedCells('HEAD', cells);
  const head: Head = {
    lineNumber,
    messageId: named.MessageId,
    createdAt: named.MessageCreatedDateTime,
    usageStart: withHyphens(named.UsageStartDate),
    usageEnd: withHyphens(named.UsageEndDate),
    profile: profile?.id ?? null,
    profileVersion: named.ProfileVersion,
    fileNumber: countOf(named.FileNumber),
    numberOfFiles: countOf(named.NumberOfFiles),
    senderPartyId: named.SenderPartyId,
    senderName: named.SenderName,
    serviceDescription: named.ServiceDescription ?? null,
    recipientPartyId: named.RecipientPartyId ?? null,
    recipientName: named.RecipientName ?? null,
    cells: named,
  };
  if (head.usageStart > head.usageEnd) {
    findings.add('period-reversed', 'the usage period ends before it starts', { cell: 10, value: head.usageEnd });
    return null;
  }
  return head;
}

/** Reports without blocks are one file; of others, the file is one of those that there are. */
function checkParts(profile: Profile, cells: Cells, findings: Findings): void {
  if (!cells.isUsable(FILE_NUMBER) || !cells.isUsable(NUMBER_OF_FILES)) return;
  const number = countOf(cells.text(FILE_NUMBER));
  const of = countOf(cells.text(NUMBER_OF_FILES));
  const place = (cell: number) => ({ cell, value: cells.raw(cell) });
  if (isSingleRecord(profile)) {
    const message = 'must be 1: reports of this profile are never split';
    if (number !== 1n) findings.add('report-split', `FileNumber ${message}`, place(FILE_NUMBER));
    if (of !== 1n) findings.add('report-split', `NumberOfFiles ${message}`, place(NUMBER_OF_FILES));
  } else if (number < 1n || number > of) {
    findings.add('cell-out-of-range', 'FileNumber must be one of 1 to NumberOfFiles', place(FILE_NUMBER));
  }
}

const partRules = new Map<RecordCode, RecordRules>();

/** Looks at what is known of a record whose order of cells is not, and rejects it. */
export function checkPartlyKnown(code: RecordCode, cells: Cells, findings: Findings): void {
  const rules = partRules.get(code) ?? recordRules(code);
  partRules.set(code, rules);
  checkRecord(rules, cells, findings);
  const message = `the order of the cells of ${code} is not known for sure; nothing of it is used`;
  findings.add('layout-partly-known', message, { cell: 1, value: code });
}

/** Reads SY10; null when it has an error. `head` gives the days the whole report is about. */
export function readContext(
  cells: Cells,
  lineNumber: number,
  head: Head | null,
  findings: Findings,
): SalesContext | null {
  checkRecord(contextRules, cells, findings);
  if (!findings.recordIsSound) return null;
  const inPercent = cells.arrangement?.musicInPercent === true;
  const context = salesContext(namedCells('SY10', cells), lineNumber, inPercent);
  const { periodStart, periodEnd } = context;
  if (periodStart > periodEnd) {
    findings.add('period-reversed', 'the reporting period ends before it starts', { cell: 8, value: periodEnd });
    return null;
  }
  const service = context.serviceDescription;
  if (service !== null && head?.serviceDescription != null && service !== head.serviceDescription) {
    findings.add('service-mismatch', `HEAD names the service ${head.serviceDescription}`, { cell: 14, value: service });
  }
  if (head !== null && (periodStart < head.usageStart || periodEnd > head.usageEnd)) {
    const report = `${head.usageStart} to ${head.usageEnd}`;
    findings.add('period-outside-report', `the report is about ${report}`, { cell: 7, value: periodStart });
  }
  return context;
}

function salesContext(named: CellsOf<'SY10'>, lineNumber: number, inPercent: boolean): SalesContext {
  return {
    lineNumber,
    summaryRecordId: named.SummaryRecordId,
    commercialModel: named.CommercialModel,
    useType: named.UseType,
    periodStart: withHyphens(named.ReportingPeriodStartDate),
    periodEnd: withHyphens(named.ReportingPeriodEndDate),
    territory: named.Territory,
    serviceDescription: named.ServiceDescription ?? null,
    subscribers: named.Subscribers ?? null,
    usages: countOf(named.Usages),
    allocatedUsages: countOf(named.AllocatedUsages),
    returns: countOf(named.Returns),
    musicUsageRatio: inPercent ? ratioOfPercentage(named.MusicUsageRatio) : named.MusicUsageRatio,
    currencyOfTransaction: named.CurrencyOfTransaction,
    currencyOfAccounting: named.CurrencyOfAccounting,
    exchangeRate: named.ExchangeRate,
    grossRevenue: named.GrossRevenueInCurrencyOfAccounting ?? null,
    netRevenue: named.NetRevenueInCurrencyOfAccounting,
    allocatedRevenue: named.AllocatedRevenueInCurrencyOfAccounting,
    allocatedNetRevenue: named.AllocatedNetRevenueInCurrencyOfAccounting,
    finalTotalAmount: named.FinalTotalAmountInCurrencyOfAccounting,
    cells: named,
  };
}

const footerRules = { FOOT: recordRules('FOOT'), SRFO: recordRules('SRFO') };

/** Reads a footer. Each of its counts is taken by itself, so that a wrong one is told although another is missing. */
export function readFooter(code: Footer['code'], cells: Cells, lineNumber: number, findings: Findings): Footer {
  checkRecord(footerRules[code], cells, findings);
  const counts = new Map<number, bigint>();
  for (const { number } of footerRules[code].rules) {
    if (cells.isUsable(number)) counts.set(number, countOf(cells.text(number)));
  }
  return { lineNumber, code, counts };
}

export function countOf(text: string): bigint {
  const bytes = Buffer.from(text, 'latin1');
  return readCount(bytes, 0, bytes.length);
}

/**
 * The record by cell name, the record type left out. Mandatory cells are known to be there once the record has passed
 * its rules; before that, some may be missing and others hold anything.
 */
export function namedCells<Code extends RecordCode>(code: Code, cells: Cells): CellsOf<Code> {
  const named: Record<string, string | readonly string[]> = {};
  const layout: readonly Cell[] = layouts[code];
  layout.forEach(({ name, multiple }, index) => {
    const number = index + 1;
    if (number === 1 || cells.isEmpty(number)) return;
    named[name] = multiple ? cells.values(number, true).values : cells.text(number);
  });
  return named as CellsOf<Code>;
}

/**
 * A record that is known in part, by the names that the file gives its cells, all of them; without such names by those that
 * are known, and the others by their numbers: nothing of it is lost on the way.
 */
export function namedInFile(code: RecordCode, cells: Cells): NamedCells {
  const { arrangement, count } = cells;
  const named: Record<string, string | readonly string[]> = {};
  if (arrangement === null) {
    Object.assign(named, namedCells(code, cells));
    for (let cell = layouts[code].length + 1; cell <= count; cell += 1) named[`Cell${cell}`] = cells.text(cell);
    return named;
  }
  const { like, places, names } = arrangement;
  const layout: readonly Cell[] = layouts[like];
  for (const [index, name] of names.entries()) {
    const cell = places.indexOf(index + 2) + 1;
    named[name] = layout[cell - 1]?.multiple === true ? cells.values(cell, true).values : cells.text(cell);
  }
  return named;
}
