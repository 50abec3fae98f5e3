import type { LivingAgreement } from '../../agreements';
import {
  countsFrom,
  needsOf,
  periodNameOfMonth,
  periodOfMonth,
  sourceOfRecord,
  sumWithoutSales,
  type Terms,
  termsOfMonth,
  type UsageSum,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import type { KeptReadings } from '../kept-readings';
import { liveReportsOf, type UsageOfMonth, usageOfReports } from '../usage-of-month';
import { eventSums, eventsUntold, lastPositions } from './event-sums';
import { settledPosition } from './events.repository';

/** What a month's sums stand on: facts that never change, so a booking that names them can be worked out again. */
export interface UsageBasis {
  readonly reportIds: readonly string[];
  /** Events up to here; null where reports alone are money. */
  readonly eventPosition: bigint | null;
}

/** A month as rating wants it, and what it stands on. */
export interface MonthOfRecord extends UsageOfMonth, UsageBasis {}

/** Up to where the agreement's events may be counted now; 0 where none of its terms count any. For `liveBasis`. */
export async function settledEvents(tx: Tx, { life, platformId }: LivingAgreement): Promise<bigint> {
  return life.versions.some(({ terms }) => countsFrom(terms, 'events')) ? settledPosition(tx, platformId) : 0n;
}

/** For `liveBasis` where only the present is of interest: whatever is committed, and not to be counted again. */
export const everyPosition = 2n ** 63n - 1n;

/** What speaks for a month now: its live reports, and its events up to a settled position. Cheap: no sums are read. */
export async function liveBasis(
  tx: Tx,
  agreement: LivingAgreement,
  month: string,
  settled: bigint,
): Promise<UsageBasis> {
  return (await liveBasesOf(tx, agreement, [month], settled)).get(month)!;
}

/** As liveBasis, of several months: two questions, however many. */
export async function liveBasesOf(
  tx: Tx,
  agreement: LivingAgreement,
  months: readonly string[],
  settled: bigint,
): Promise<Map<string, UsageBasis>> {
  const counted = months.filter((month) => countsFrom(termsOfMonth(agreement.life, month), 'events'));
  const reports = await liveReportsOf(tx, agreement, months);
  const positions =
    counted.length === 0 ? new Map<string, bigint>() : await lastPositions(tx, agreement, counted, settled);
  const basisOf = (month: string): UsageBasis => ({
    reportIds: reports(month).map(({ id }) => id),
    eventPosition: positions.get(month) ?? null,
  });
  return new Map(months.map((month) => [month, basisOf(month)]));
}

export const sameBasis = (a: UsageBasis, b: UsageBasis): boolean =>
  a.eventPosition === b.eventPosition && sameReports(a, b);

/** Whether two months say the same of every recording, from the same reports: events that are evidence only change nothing. */
export const sameUsage = (a: MonthOfRecord, b: MonthOfRecord): boolean =>
  sameReports(a, b) && textOf(a.usage) === textOf(b.usage);

/** Whether both stand on the same reports, in whatever order. */
export const sameReports = (a: Pick<UsageBasis, 'reportIds'>, b: Pick<UsageBasis, 'reportIds'>): boolean =>
  [...a.reportIds].sort().join() === [...b.reportIds].sort().join();

const textOf = (usage: readonly UsageSum[]): string =>
  usage
    .map((sum) => Object.values(sum).join(' '))
    .sort()
    .join('\n');

/**
 * The sums that are money: from events where the month's terms say so for a service and use, from reports otherwise. The other source is
 * evidence, whatever it says, so nothing counts twice. Revenue and all plays stand in reports alone. Refuses as usageOfReports.
 */
export async function usageOfRecord(
  tx: Tx,
  readings: KeptReadings,
  agreement: LivingAgreement,
  month: string,
  { reportIds, eventPosition }: UsageBasis,
): Promise<MonthOfRecord> {
  const reported = await usageOfReports(tx, readings, agreement, month, reportIds);
  const terms = termsOfMonth(agreement.life, month);
  const metered = eventPosition === null ? [] : await eventSums(tx, agreement, month, eventPosition);
  const usage =
    eventPosition === null
      ? reported.usage
      : [...from(terms, 'report', reported.usage), ...from(terms, 'events', metered)];
  await refuseUntold(tx, agreement, { month, terms, eventPosition, usage });
  return { ...reported, usage, eventPosition };
}

interface UsageTold extends Pick<MonthOfRecord, 'usage' | 'eventPosition'> {
  readonly month: string;
  readonly terms: Terms;
}

/**
 * Reports and events are asked for what was sold when they come in. What came before anybody asked may not tell it: a report that could not be read again, events that an
 * amendment made to be paid by sales, or a share that was stated later.
 */
async function refuseUntold(
  tx: Tx,
  agreement: LivingAgreement,
  { month, terms, eventPosition, usage }: UsageTold,
): Promise<void> {
  const { currency } = terms;
  const sum = sumWithoutSales(terms, periodOfMonth(agreement.life, month), usage);
  if (sum === undefined) return;
  const byEvents = eventPosition !== null && sourceOfRecord(terms, sum.service, sum.use) === 'events';
  const events = byEvents ? await eventsUntold(tx, agreement, { month, position: eventPosition, currency }, sum) : [];
  const names = events.map(({ source, id }) => `${source} ${id}`).join(', ');
  const remedy = byEvents
    ? `have its events that do not tell it in ${currency} voided, and sent again with it under other ids, the first of them: ${names}`
    : `have the report of ${periodNameOfMonth(agreement.life, month)} sent again as a replacement`;
  throw new DomainError(
    'period-not-closable',
    `nothing tells what ${sum.isrc} was sold for in ${sum.territory} (${sum.use}, ${sum.model}), and these terms pay by it: ${remedy}`,
  );
}

export const from = (terms: Terms, source: 'report' | 'events', usage: readonly UsageSum[]): UsageSum[] =>
  usage.filter(({ service, use }) => sourceOfRecord(terms, service, use) === source);

/** Whether a month cannot be rated without reports: units come from them, or figures that stand nowhere else. */
export const needsReports = (terms: Terms): boolean =>
  countsFrom(terms, 'report') || terms.royalties.some(({ royalty }) => needsOf(royalty).figures.size > 0);
