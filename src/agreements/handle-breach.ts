import { Injectable } from '@nestjs/common';
import { dayAfter, dayInZone, type LifeEvent, openBreaches } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { TextField } from '../platform/http/fields';
import { getLivingForUpdate, type LivingAgreement, partyOf } from './life.repository';
import { OnInForce } from './on-in-force';
import { recordLife } from './record-life';
import { refuseUnlessRunning } from './running';

export class BreachBody {
  @TextField({ min: 10, max: 2000, example: 'No usage report for February 2026 has been delivered.' })
  readonly what!: string;
}

/** Breaches, from notice to cure, and the suspension that hangs on them. */
@Injectable()
export class HandleBreach {
  constructor(
    private readonly clock: Clock,
    private readonly onInForce: OnInForce,
  ) {}

  /** A party notifies the other of a breach, and the time to cure it begins. Refuses with agreement-not-running or right-not-agreed. */
  async notify(tx: Tx, actor: Actor, agreementId: string, { what }: BreachBody): Promise<void> {
    const agreement = await this.running(tx, agreementId);
    const { cureDays } = rightOf(agreement);
    const at = this.clock.now();
    const cureBy = dayAfter(dayInZone(at, agreement.timeZone), cureDays);
    const by = partyOf(agreement, actor.organizationId);
    await recordLife(tx, agreement, [{ kind: 'breach-notified', by, what, cureBy }], { by: actor, at });
  }

  /** Whoever notified a breach says that it is cured; a suspension for it ends with that. Refuses with breach-unknown. */
  async cure(tx: Tx, actor: Actor, agreementId: string, breach: number): Promise<void> {
    const agreement = await this.running(tx, agreementId);
    this.ownBreach(agreement, actor, breach);
    const cured: LifeEvent = { kind: 'breach-cured', breach };
    if (suspendedFor(agreement) === breach) await this.goOn(tx, actor, agreement, [cured, { kind: 'resumed' }]);
    else await recordLife(tx, agreement, [cured], { by: actor, at: this.clock.now() });
  }

  /** The label stops the licence for a breach that it notified. Refuses with right-not-agreed, breach-unknown, breach-may-be-cured, agreement-not-active. */
  async suspend(tx: Tx, actor: Actor, agreementId: string, breach: number): Promise<void> {
    const agreement = await this.running(tx, agreementId);
    const { suspension } = rightOf(agreement);
    if (suspension === 'never') throw new DomainError('right-not-agreed');
    const { cureBy } = this.ownBreach(agreement, actor, breach);
    if (agreement.state !== 'active') throw new DomainError('agreement-not-active');
    const at = this.clock.now();
    if (suspension === 'after-cure-period' && dayInZone(at, agreement.timeZone) <= cureBy) {
      throw new DomainError('breach-may-be-cured', `it may be cured until ${cureBy}`);
    }
    await recordLife(tx, agreement, [{ kind: 'suspended', breach }], { by: actor, at });
  }

  /** The label takes a suspension back; the breach stays open. Refuses with agreement-not-suspended. */
  async resume(tx: Tx, actor: Actor, agreementId: string): Promise<void> {
    const agreement = await this.running(tx, agreementId);
    if (agreement.state !== 'suspended') throw new DomainError('agreement-not-suspended');
    await this.goOn(tx, actor, agreement, [{ kind: 'resumed' }]);
  }

  private async goOn(tx: Tx, actor: Actor, before: LivingAgreement, events: readonly LifeEvent[]): Promise<void> {
    const at = this.clock.now();
    const agreement = await recordLife(tx, before, events, { by: actor, at });
    await this.onInForce.run(tx, { agreement, from: dayInZone(at, agreement.timeZone), at });
  }

  private async running(tx: Tx, agreementId: string): Promise<LivingAgreement> {
    const agreement = await getLivingForUpdate(tx, agreementId);
    refuseUnlessRunning(agreement);
    return agreement;
  }

  private ownBreach(agreement: LivingAgreement, actor: Actor, breach: number) {
    const by = partyOf(agreement, actor.organizationId);
    const notified = openBreaches(agreement.life).find((open) => open.number === breach && open.by === by);
    if (notified === undefined) throw new DomainError('breach-unknown');
    return notified;
  }
}

function rightOf({ terms }: LivingAgreement): { cureDays: number; suspension: string } {
  const right = terms.termination?.breach;
  if (right === undefined) throw new DomainError('right-not-agreed');
  return right;
}

/** The breach for which the agreement is suspended now. */
function suspendedFor({ state, life }: LivingAgreement): number | undefined {
  if (state !== 'suspended') return undefined;
  return life.facts.findLast((fact) => fact.kind === 'suspended')?.breach;
}
