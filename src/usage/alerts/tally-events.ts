import { Injectable } from '@nestjs/common';
import { type AlertThresholds, burstOf, shortPlaysOf } from '../../kernel';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import type { JobPayload } from '../../platform/jobs/jobs';
import { settledPosition } from '../events/events.repository';
import type { NewAlert } from './alerts.repository';
import { raiseAlerts } from './raise-alerts';
import {
  daysBefore,
  firstBatches,
  lockTally,
  moveTally,
  type PositionRange,
  tally,
  type TalliedDay,
  type TouchedMonth,
  touchedMonths,
} from './tally.repository';
import { thresholdsOf } from './thresholds.repository';
import { WatchPace } from './wake';

type TalliedAgreement = Omit<TouchedMonth, 'month'> & Pick<PositionRange, 'platformId'>;

/**
 * Tallies what became of a platform's events since the last time, by day, raises alerts on the days that it touched, and has the months
 * looked at that they are of. Each event is read once. Killed anywhere it goes on where it was; run twice it changes nothing.
 */
@Injectable()
export class TallyEvents {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly pace: WatchPace,
  ) {}

  async execute({ platformId = '' }: JobPayload): Promise<void> {
    while (await this.database.asSystem((tx) => this.step(tx, platformId)));
  }

  /** True while there is more. */
  private async step(tx: Tx, platformId: string): Promise<boolean> {
    const from = await lockTally(tx, platformId);
    const settled = await settledPosition(tx, platformId);
    const range = { platformId, from, to: await firstBatches(tx, { platformId, from, to: settled }) };
    const months = await touchedMonths(tx, range);
    const agreements = [...new Map(months.map((touched) => [touched.id, { ...touched, platformId }])).values()];
    if (agreements.length > 0) await this.raise(tx, range, agreements);
    for (const { id, month } of months) await this.pace.ask(tx, id, month);
    await moveTally(tx, range);
    return range.to < settled;
  }

  private async raise(tx: Tx, range: PositionRange, agreements: readonly TalliedAgreement[]): Promise<void> {
    const thresholds = await thresholdsOf(tx, agreements);
    const days = Map.groupBy(await tally(tx, range, agreements), ({ agreement_id }) => agreement_id);
    for (const { id, labelId, platformId } of agreements) {
      const found = await alertsOn(tx, days.get(id) ?? [], thresholds.get(id)!.effective);
      for (const [month, alerts] of Map.groupBy(found, ({ day }) => day.slice(0, 7))) {
        const basis = { month, reportIds: [], eventPosition: range.to, at: this.clock.now() };
        await raiseAlerts(tx, { agreementId: id, labelId, platformId, ...basis }, alerts);
      }
    }
  }
}

async function alertsOn(
  tx: Tx,
  days: readonly TalliedDay[],
  thresholds: AlertThresholds,
): Promise<(NewAlert & { readonly day: string })[]> {
  const busy = days.filter(({ plays }) => plays >= BigInt(thresholds.burstPlays));
  const before = await daysBefore(tx, busy);
  const bursts = busy.map((day, place) => {
    const raised = burstOf(day, before[place]!, thresholds);
    return raised && { kind: 'burst' as const, ...subjectOf(day), ...raised };
  });
  const short = days.map((day) => {
    const raised = shortPlaysOf(day, thresholds);
    return raised && { kind: 'short-plays' as const, ...subjectOf(day), ...raised };
  });
  return [...bursts, ...short].filter((alert) => alert !== undefined);
}

const subjectOf = ({ isrc, service_id: serviceId, day }: TalliedDay) => ({ isrc, serviceId, day });
