import { type Head, readRecordCompanyReport, type SalesContext } from '../ddex';
import { calendarDateOf, dayAfter, isCommercialModel, isTerritory, isUseType, monthPeriod } from '../kernel';
import { DomainError, type Fault } from '../platform/errors/domain-error';

/** What a report says before its first usage line: who, to whom, for which month, in which sales contexts. */
export interface ReportOpening {
  readonly head: Head;
  readonly contexts: readonly SalesContext[];
  /** "2026-01" */
  readonly month: string;
  readonly serviceName: string;
}

/** The opening of a report is small; more than this before the first usage line is no report. */
const openingBytesMax = 8 * 1024 * 1024;
const firstUsageLine = Buffer.from('\nSR08\t');

/** Reads HEAD and the SY10 records from the start of the file. Refuses with report-unreadable, all faults at once. */
export async function readOpening(file: AsyncIterable<Buffer>): Promise<ReportOpening> {
  const faults: Fault[] = [];
  const contexts: SalesContext[] = [];
  const heads: Head[] = [];
  await readRecordCompanyReport(untilFirstUsageLine(file), {
    head: (head) => heads.push(head),
    context: (context) => contexts.push(context),
    fault: ({ line, code, message, severity }) => {
      // The footer lies beyond what is read here.
      if (severity === 'error' && !['footer-missing', 'line-count-mismatch', 'summary-count-mismatch'].includes(code)) {
        faults.push({ pointer: `/lines/${line}`, code, message });
      }
    },
  });
  const [head] = heads;
  const month = head === undefined ? undefined : monthOfHead(head, faults);
  for (const context of contexts) checkContext(context, head, month, faults);
  if (contexts.length === 0 && faults.length === 0) {
    faults.push({ pointer: '/lines', code: 'summary-missing', message: 'the report has no sales context (SY10)' });
  }
  const services = new Set(
    contexts.map(({ serviceDescription }) => serviceDescription ?? head?.serviceDescription ?? ''),
  );
  if (services.size > 1)
    faults.push({ pointer: '/lines', code: 'several-services', message: 'a report speaks for one service' });
  if (head === undefined || month === undefined || faults.length > 0) {
    throw new DomainError('report-unreadable', undefined, faults.slice(0, 100));
  }
  return { head, contexts, month, serviceName: [...services][0] ?? '' };
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

function checkContext(context: SalesContext, head: Head | undefined, month: string | undefined, faults: Fault[]): void {
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

async function* untilFirstUsageLine(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  let tail = Buffer.alloc(0);
  for await (const chunk of file) {
    const both = Buffer.concat([tail, chunk]);
    const at = both.indexOf(firstUsageLine);
    if (at >= 0) {
      yield both.subarray(0, at + 1);
      return;
    }
    // Keep what could be the start of the mark that the next chunk completes.
    const keep = Math.min(firstUsageLine.length - 1, both.length);
    yield both.subarray(0, both.length - keep);
    tail = both.subarray(both.length - keep);
    bytes += chunk.length;
    if (bytes > openingBytesMax) {
      throw new DomainError('report-unreadable', undefined, [
        { pointer: '/lines', code: 'opening-too-long', message: 'no usage line within the first 8 MiB' },
      ]);
    }
  }
  yield tail;
}
