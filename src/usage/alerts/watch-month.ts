import { Injectable } from '@nestjs/common';
import { getLiving, type LivingAgreement } from '../../agreements';
import { concentrationsOf, firstMonthOf, periodsOfLife, territoryNumber } from '../../kernel';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import type { JobPayload } from '../../platform/jobs/jobs';
import { liveBasis, type MonthOfRecord, settledEvents, usageOfRecord } from '../events/usage-of-record';
import { KeptReadings } from '../kept-readings';
import { Accrual } from './accrual';
import type { NewAlert } from './alerts.repository';
import { raiseAlerts } from './raise-alerts';
import { thresholdsOf } from './thresholds.repository';
import { WatchPace } from './wake';

/** Looks at what is money of an agreement's month so far: what it has reached, and where it comes from. Run twice it changes nothing. */
@Injectable()
export class WatchMonth {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly readings: KeptReadings,
    private readonly accrual: Accrual,
    private readonly pace: WatchPace,
  ) {}

  execute({ agreementId = '', month = '' }: JobPayload): Promise<void> {
    return this.pace.timed(agreementId, month, () =>
      this.database.asSystem((tx) => this.watch(tx, agreementId, month)),
    );
  }

  private async watch(tx: Tx, agreementId: string, monthOfUse: string): Promise<void> {
    const agreement = await getLiving(tx, agreementId);
    // What is rated together is looked at together, and named by its first month.
    const month = firstMonthOf(agreement.life, monthOfUse);
    if (!periodsOfLife(agreement.life).includes(month)) return;
    const usage = await this.soFar(tx, agreement, month);
    if (usage === undefined) return;
    const thresholds = (await thresholdsOf(tx, [agreement])).get(agreementId)!.effective;
    const reached = await this.accrual.ask(tx, { agreement, month, usage });
    const concentrated = concentrationsOf(usage.usage, thresholds).map(
      ({ service, territory, ...found }): NewAlert => ({
        kind: 'territory-concentration',
        serviceId: service,
        territory: territoryNumber(territory),
        ...found,
      }),
    );
    const { labelId, platformId } = agreement;
    const { reportIds, eventPosition } = usage;
    const place = { agreementId, labelId, platformId, month, reportIds, eventPosition, at: this.clock.now() };
    await raiseAlerts(tx, place, [...reached, ...concentrated]);
  }

  /** Undefined where reports contradict the terms: that is told when the month is to be closed. */
  private async soFar(tx: Tx, agreement: LivingAgreement, month: string): Promise<MonthOfRecord | undefined> {
    try {
      const basis = await liveBasis(tx, agreement, month, await settledEvents(tx, agreement));
      return await usageOfRecord(tx, this.readings, agreement, month, basis);
    } catch (error) {
      if (error instanceof DomainError && error.code === 'period-not-closable') return undefined;
      throw error;
    }
  }
}
