import { Injectable } from '@nestjs/common';
import { type Agreement, getLivingForUpdate } from '../../agreements';
import { dayAfter, dayInZone, startOfDayInZone } from '../../kernel';
import { audit, type Doer } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { enqueueLater, type JobPayload } from '../../platform/jobs/jobs';
import { publish } from '../../platform/outbox/outbox';
import { askToInvoiceHeld } from '../invoices/held-invoices.repository';
import {
  type AgreedFact,
  type AgreedKind,
  type AgreedRate,
  findAgreedRate,
  insertAgreedRateFact,
  insertAgreedRates,
  type NewAgreedRate,
  waitingAgreedRates,
} from './agreed-rates.repository';

/** As many of one party may wait for the other: a year of days, and some. Nobody fills the other one's share. */
export const waitingMax = 400;

/** In so many days the other party answers what is stated of a tax; its silence is no objection. */
export const answerDays = 14;

export const silenceJob = 'agreed-rate-unanswered';

interface Named {
  readonly agreementId: string;
  readonly number: number;
  readonly kinds: readonly AgreedKind[];
}

interface Decision {
  readonly kind: Exclude<AgreedFact, 'unanswered'>;
  readonly reason?: string;
}

/**
 * A rate moves money from one party to the other: one states it, the other confirms it. What is stated of a tax holds, too, where the other party has neither confirmed nor contested it
 * in time, so that nobody keeps a month open by silence, until that party states another one; of exchange it does not. A later one takes its place; none is ever changed. Refuses with not-found and agreement-not-concluded.
 */
@Injectable()
export class AgreeRates {
  constructor(private readonly clock: Clock) {}

  /** Refuses with limit-reached where too many of the party wait already. */
  async state(
    tx: Tx,
    actor: Actor,
    agreementId: string,
    rates: readonly NewAgreedRate[],
  ): Promise<readonly AgreedRate[]> {
    const agreement = await getLivingForUpdate(tx, agreementId);
    if ((await waitingAgreedRates(tx, agreementId, actor.organizationId)) + rates.length > waitingMax) {
      throw new DomainError('limit-reached', `at most ${waitingMax} rates of a party wait for the other one`);
    }
    const at = this.clock.now();
    const answerBy = dayAfter(dayInZone(at, agreement.timeZone), answerDays);
    const by = { statedBy: actor.organizationId, madeBy: actorName(actor), answerBy, at };
    const numbers = await insertAgreedRates(tx, agreement, rates, by);
    const stated: AgreedRate[] = [];
    for (const number of numbers) stated.push(await known(tx, agreementId, number));
    for (const rate of stated) await askAboutSilence(tx, agreement, rate, at);
    await tell(tx, actor, agreement, { what: 'stated', rates: stated, at });
    return stated;
  }

  /** By the other party than the one that stated it. Refuses with agreed-rate-state. */
  async confirm(tx: Tx, actor: Actor, named: Named): Promise<AgreedRate> {
    return this.decide(tx, actor, named, { kind: 'confirmed' });
  }

  /** By the other party, while it waits: then it never holds. Refuses with agreed-rate-state. */
  async contest(tx: Tx, actor: Actor, named: Named, reason: string): Promise<AgreedRate> {
    return this.decide(tx, actor, named, { kind: 'contested', reason });
  }

  /** By whoever stated it, while it waits. Refuses with agreed-rate-state. */
  async withdraw(tx: Tx, actor: Actor, named: Named): Promise<AgreedRate> {
    return this.decide(tx, actor, named, { kind: 'withdrawn' });
  }

  private async decide(
    tx: Tx,
    actor: Actor,
    { agreementId, number, kinds }: Named,
    { kind, reason }: Decision,
  ): Promise<AgreedRate> {
    const agreement = await getLivingForUpdate(tx, agreementId);
    const before = await findAgreedRate(tx, agreementId, number);
    if (before === undefined || !kinds.includes(before.kind)) throw new DomainError('not-found');
    const { organizationId } = actor;
    if (before.state !== 'stated') throw new DomainError('agreed-rate-state', `the rate is ${before.state}`);
    if ((before.stated_by === organizationId) !== (kind === 'withdrawn')) {
      const message = kind === 'withdrawn' ? 'only who stated it withdraws it' : 'the other party answers it';
      throw new DomainError('agreed-rate-state', message);
    }
    const at = this.clock.now();
    await insertAgreedRateFact(tx, before, { kind, organizationId, madeBy: actorName(actor), reason, at });
    // An objection or a withdrawal may leave nothing that waits, and so nothing that keeps the tax table out.
    await askToInvoiceHeld(tx, agreementId);
    const after = await known(tx, agreementId, number);
    await tell(tx, actor, agreement, { what: kind, rates: [after], at });
    return after;
  }
}

/** On the day after the last one for an answer: what was stated of a tax and is not answered holds, and both parties hear so. */
@Injectable()
export class TakeSilence {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  execute({ agreementId = '', number = '' }: JobPayload): Promise<void> {
    const at = this.clock.now();
    return this.database.asSystem(async (tx) => {
      const agreement = await getLivingForUpdate(tx, agreementId);
      const before = await known(tx, agreementId, Number(number));
      const { state, answer_by, stated_by, label_id, platform_id } = before;
      if (state !== 'stated' || answer_by === null) return;
      if (dayInZone(at, agreement.timeZone) <= answer_by) return askAboutSilence(tx, agreement, before, at);
      const silent = stated_by === label_id ? platform_id : label_id;
      const by = { system: silenceJob, organizationId: silent };
      const fact = { kind: 'unanswered', organizationId: silent, madeBy: `system:${silenceJob}`, at } as const;
      await insertAgreedRateFact(tx, before, fact);
      await askToInvoiceHeld(tx, agreementId);
      await tell(tx, by, agreement, { what: 'unanswered', rates: [await known(tx, agreementId, Number(number))], at });
    });
  }
}

/** Looks again once the time for an answer is over; of exchange there is none. */
async function askAboutSilence(
  tx: Tx,
  { id, timeZone }: Agreement,
  { number, answer_by }: AgreedRate,
  now: Date,
): Promise<void> {
  if (answer_by === null) return;
  const at = startOfDayInZone(dayAfter(answer_by, 1), timeZone);
  const payload = { agreementId: id, number: String(number) };
  await enqueueLater(tx, silenceJob, payload, { key: `${silenceJob} ${id} ${number}`, at, now });
}

async function known(tx: Tx, agreementId: string, number: number): Promise<AgreedRate> {
  const found = await findAgreedRate(tx, agreementId, number);
  if (found === undefined) throw new Error(`rate ${number} of agreement ${agreementId} is lost`);
  return found;
}

async function tell(
  tx: Tx,
  by: Doer,
  { id, labelId, platformId }: Agreement,
  { what, rates, at }: { readonly what: string; readonly rates: readonly AgreedRate[]; readonly at: Date },
): Promise<void> {
  const details = {
    rates: rates.map(({ number, kind, rate, base, quote, day, answer_by, reason }) => ({
      ...{ number, kind, rate, day },
      ...(base === null ? {} : { base, quote }),
      ...(what !== 'stated' || answer_by === null ? {} : { answerBy: answer_by }),
      ...(reason === null ? {} : { reason }),
    })),
  };
  const action = `agreed-rate.${what}`;
  await audit(tx, by, { action, subjectId: id, details, at });
  await publish(tx, { to: [labelId, platformId], topic: action, subjectId: id, payload: details, at });
}
