import type { LivingAgreement } from '../../agreements';
import { termsOfMonth, type UsageSum } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { KeptReadings } from '../kept-readings';
import { liveReportIds, usageOfReports } from '../usage-of-month';
import { eventSums } from './event-sums';
import { settledPosition } from './events.repository';
import { everyPosition, from } from './usage-of-record';

/** What the other source says of a month than the one that is money, and what that stands on. */
export interface OtherSource {
  readonly usage: readonly UsageSum[];
  readonly reportIds: readonly string[];
  readonly position: bigint;
}

/** What is evidence of a month, and no money: of each service and use, events where reports are money, and the other way round. */
export async function otherSource(
  tx: Tx,
  readings: KeptReadings,
  agreement: LivingAgreement,
  month: string,
): Promise<OtherSource> {
  const terms = termsOfMonth(agreement.life, month);
  const position = await settledPosition(tx, agreement.platformId);
  const reportIds = await liveReportIds(tx, agreement, month);
  const reported = await usageOfReports(tx, readings, agreement, month, reportIds);
  const metered = await eventSums(tx, agreement, month, position);
  return { usage: [...from(terms, 'events', reported.usage), ...from(terms, 'report', metered)], reportIds, position };
}

/** What both sources say of one service's month now: the one that is money, and the other one. Each is read once, and nothing is waited for. */
export async function bothSources(
  tx: Tx,
  readings: KeptReadings,
  agreement: LivingAgreement,
  { month, serviceId }: { readonly month: string; readonly serviceId: string },
): Promise<{ readonly record: UsageSum[]; readonly other: UsageSum[] }> {
  const terms = termsOfMonth(agreement.life, month);
  const reportIds = await liveReportIds(tx, agreement, month);
  const { usage } = await usageOfReports(tx, readings, agreement, month, reportIds);
  const reported = usage.filter(({ service }) => service === serviceId);
  const metered = await eventSums(tx, agreement, month, everyPosition, serviceId);
  return {
    record: [...from(terms, 'report', reported), ...from(terms, 'events', metered)],
    other: [...from(terms, 'events', reported), ...from(terms, 'report', metered)],
  };
}
