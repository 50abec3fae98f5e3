import { dsrReader, type Head, type Profile, profiles, type SalesContext, type SummaryFigures } from '../ddex';
import { calendarDateOf, dayAfter, isCommercialModel, isTerritory, isUseType, monthPeriod } from '../kernel';
import { DomainError, type Fault } from '../platform/errors/domain-error';
import { blockContexts } from './block-contexts';
import type { OpeningContext } from './opening-context';

/** What a report says before its first usage line: who, to whom, for which month, in which sales contexts. */
export interface ReportOpening {
  readonly head: Head;
  readonly contexts: readonly OpeningContext[];
  /** "2026-01" */
  readonly month: string;
  readonly serviceName: string;
}

/** The opening of a report is small; more than this before the first usage line is no report. */
const openingBytesMax = 8 * 1024 * 1024;
const filesMax = 1000n;

/** Records of the opening, and those that may follow it at once where there is nothing to report. */
const frame = /^(HEAD|SY|FOOT|SRFO)/;

/** UGC without blocks repeats a use for each rights controller: nothing says which of its lines are uses. */
const notReceived: readonly string[] = ['UGCProfileSRB'];
const isReceived = ({ id }: Profile): boolean => !notReceived.includes(id);

/** What lies beyond the opening, or can be told only there. */
const ofWholeFile: ReadonlySet<string> = new Set([
  'footer-missing',
  'line-count-mismatch',
  'summary-count-mismatch',
  'block-count-mismatch',
]);

/** Reads HEAD and the summaries from the start of the file. Refuses with report-unreadable, all faults at once. */
export async function readOpening(file: AsyncIterable<Buffer>): Promise<ReportOpening> {
  const found: (Fault & { readonly line: number })[] = [];
  const told: OpeningContext[] = [];
  const summaries: SummaryFigures[] = [];
  const heads: Head[] = [];
  let firstUse = Infinity;
  const report = dsrReader({
    head: (head) => heads.push(head),
    context: (context) => told.push(recordCompanyContext(context)),
    summary: (summary) => summaries.push(summary),
    record: ({ code, lineNumber }) => {
      if (!frame.test(code)) firstUse = Math.min(firstUse, lineNumber);
    },
    fault: ({ line, code, message, severity }) => {
      if (severity !== 'error' || ofWholeFile.has(code)) return;
      found.push({ line, pointer: `/lines/${line}`, code, message });
    },
  });
  await readUntil(file, report, () => firstUse < Infinity);
  const faults: Fault[] = found
    .filter(({ line }) => line < firstUse)
    .map(({ pointer, code, message }) => ({ pointer, code, message }));
  const [head] = heads;
  const month = head === undefined ? undefined : monthOfHead(head, faults);
  if (head === undefined && faults.length === 0) {
    faults.push({
      pointer: '/lines',
      code: 'head-missing',
      message: 'the report has no HEAD record before its first use',
    });
  }
  if (head !== undefined) checkProfile(head, faults);
  const contexts = head === undefined ? told : [...told, ...blockContexts(summaries, head)];
  for (const context of contexts) checkContext(context, head, month, faults);
  if (contexts.length === 0 && faults.length === 0) {
    faults.push({ pointer: '/lines', code: 'summary-missing', message: 'the report has no sales context (SY)' });
  }
  const services = new Set(
    contexts.flatMap(({ serviceDescriptions }) =>
      serviceDescriptions.map((description) => description ?? head?.serviceDescription ?? ''),
    ),
  );
  if (services.size > 1)
    faults.push({ pointer: '/lines', code: 'several-services', message: 'a report speaks for one service' });
  if (head === undefined || month === undefined || faults.length > 0) {
    throw new DomainError('report-unreadable', undefined, faults.slice(0, 100));
  }
  return { head, contexts, month, serviceName: [...services][0] ?? '' };
}

/** Without its music part nobody knows what the music of a service brought. */
const recordCompanyContext = (context: SalesContext): OpeningContext => ({
  ...context,
  netRevenue: context.musicUsageRatio === null ? null : context.netRevenue,
  serviceDescriptions: [context.serviceDescription],
});

function checkProfile({ profile, lineNumber, numberOfFiles }: Head, faults: Fault[]): void {
  if (numberOfFiles > filesMax) {
    const message = `a report comes in at most ${filesMax} files`;
    faults.push({ pointer: `/lines/${lineNumber}`, code: 'too-many-files', message });
  }
  if (profiles.some((known) => known.id === profile && isReceived(known))) return;
  const received = profiles.filter(isReceived).map(({ id }) => id);
  const message = `reports of ${profile ?? 'this profile'} are not received; those of ${received.join(', ')} are`;
  faults.push({ pointer: `/lines/${lineNumber}`, code: 'wrong-profile', message });
}

/** A report covers one calendar month, HEAD's dates being inclusive. */
function monthOfHead({ usageStart, usageEnd, lineNumber }: Head, faults: Fault[]): string | undefined {
  const month = usageStart.slice(0, 7);
  const { until } = monthPeriod(month);
  const whole = usageStart.endsWith('-01') && usageEnd.slice(0, 7) === month && nextDay(usageEnd) === until;
  if (whole) return month;
  faults.push({
    pointer: `/lines/${lineNumber}`,
    code: 'period-not-a-month',
    message: `${usageStart} to ${usageEnd} is not one whole calendar month`,
  });
  return undefined;
}

/** The day after. */
export const nextDay = (day: string): string => dayAfter(calendarDateOf(day), 1);

function checkContext(
  context: OpeningContext,
  head: Head | undefined,
  month: string | undefined,
  faults: Fault[],
): void {
  const add = (code: string, message: string): void =>
    void faults.push({ pointer: `/lines/${context.lineNumber}`, code, message });
  if (!isUseType(context.useType)) add('use-type-unknown', `${context.useType} is not a use type that Accordo rates`);
  if (!isCommercialModel(context.commercialModel))
    add('commercial-model-unknown', `${context.commercialModel} is not a commercial model that Accordo rates`);
  if (!isTerritory(context.territory)) add('territory-unknown', `${context.territory} is not an ISO 3166-1 territory`);
  if (head === undefined || month === undefined) return;
  const inside =
    context.periodStart >= head.usageStart &&
    context.periodEnd <= head.usageEnd &&
    context.periodStart <= context.periodEnd;
  if (!inside)
    add('context-outside-period', `${context.periodStart} to ${context.periodEnd} is not inside the report’s month`);
}

async function readUntil(
  file: AsyncIterable<Buffer>,
  report: ReturnType<typeof dsrReader>,
  isDone: () => boolean,
): Promise<void> {
  let bytes = 0;
  for await (const chunk of file) {
    report.push(chunk);
    if (isDone()) return;
    bytes += chunk.length;
    if (bytes <= openingBytesMax) continue;
    throw new DomainError('report-unreadable', undefined, [
      { pointer: '/lines', code: 'opening-too-long', message: 'no usage line within the first 8 MiB' },
    ]);
  }
  report.finish();
}
