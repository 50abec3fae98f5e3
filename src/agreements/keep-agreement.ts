import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Appointment, dayInZone, dueMoves, endOf, type LifeEvent, renewalOf } from '../kernel';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database/database';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { type JobPayload, Jobs } from '../platform/jobs/jobs';
import { getLivingForUpdate, type LivingAgreement } from './life.repository';
import { keepJob, recordLife, settleLife } from './record-life';

const by = { system: keepJob };

/**
 * Does what an agreement's calendar has in store: begins it, renews it, ends it, each once and on its day. What has been done already
 * is no longer in the calendar, so a job that runs twice, late or beside another does nothing twice.
 */
@Injectable()
export class KeepAgreement implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.register(keepJob, (payload) => this.execute(payload));
  }

  async execute({ agreementId = '' }: JobPayload): Promise<void> {
    // A move may make the next one due: down for a month, the worker makes up for all of it.
    while (await this.moveOnce(agreementId));
  }

  private async moveOnce(agreementId: string): Promise<boolean> {
    try {
      return await this.database.asSystem((tx) => this.move(tx, agreementId));
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'exclusive-grant-overlaps') throw error;
      // Only a renewal asks for days that the agreement did not have: somebody else was granted them for himself.
      await this.database.asSystem(async (tx) => {
        const agreement = await getLivingForUpdate(tx, agreementId);
        await recordLife(tx, agreement, [{ kind: 'renewal-blocked' }], { by, at: this.clock.now() });
      });
      return true;
    }
  }

  private async move(tx: Tx, agreementId: string): Promise<boolean> {
    const agreement = await getLivingForUpdate(tx, agreementId);
    const at = this.clock.now();
    const [due] = dueMoves(agreement.life, dayInZone(at, agreement.timeZone));
    if (due === undefined) {
      // Woken too early, or by a calendar that has changed since: look again when the next move is due.
      await settleLife(tx, agreement, at);
      return false;
    }
    await recordLife(tx, agreement, [eventOf(agreement, due)], { by, at });
    return true;
  }
}

function eventOf({ life }: LivingAgreement, { kind, on }: Appointment): LifeEvent {
  const { until, because } = endOf(life);
  switch (kind) {
    case 'renew': {
      const renewal = renewalOf(life);
      if (renewal === undefined) throw new Error('a renewal is due and there is none');
      return { kind: 'renewed', until: renewal.until };
    }
    case 'lapse':
      return { kind: 'terminated', because: 'conditions', until: on };
    case 'terminate':
      return { kind: 'terminated', because: because === 'term' ? 'notice' : because, until };
    case 'expire':
      return { kind: 'expired', until };
    default:
      throw new Error(`${kind} is no move`);
  }
}
