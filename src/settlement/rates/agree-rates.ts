import { Injectable } from '@nestjs/common';
import { type Agreement, getLivingForUpdate } from '../../agreements';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { publish } from '../../platform/outbox/outbox';
import { askToInvoiceHeld } from '../invoices/held-invoices.repository';
import {
  type AgreedKind,
  type AgreedRate,
  findAgreedRate,
  insertAgreedRateFact,
  insertAgreedRates,
  type NewAgreedRate,
  waitingAgreedRates,
} from './agreed-rates.repository';

/** As many may wait for the other party: a year of days, and some. */
export const waitingMax = 400;

interface Named {
  readonly agreementId: string;
  readonly number: number;
  readonly kinds: readonly AgreedKind[];
}

/**
 * A rate moves money from one party to the other: one states it, the other confirms it, and what nobody has confirmed is not in force. A later one takes its place; none
 * is ever changed. Refuses with not-found and agreement-not-concluded.
 */
@Injectable()
export class AgreeRates {
  constructor(private readonly clock: Clock) {}

  /** Refuses with limit-reached where too many wait already. */
  async state(
    tx: Tx,
    actor: Actor,
    agreementId: string,
    rates: readonly NewAgreedRate[],
  ): Promise<readonly AgreedRate[]> {
    const agreement = await getLivingForUpdate(tx, agreementId);
    if ((await waitingAgreedRates(tx, agreementId)) + rates.length > waitingMax) {
      throw new DomainError('limit-reached', `at most ${waitingMax} rates of an agreement wait for confirmation`);
    }
    const at = this.clock.now();
    const by = { statedBy: actor.organizationId, madeBy: actorName(actor), at };
    const numbers = await insertAgreedRates(tx, agreement, rates, by);
    const stated: AgreedRate[] = [];
    for (const number of numbers) stated.push(await known(tx, agreementId, number));
    await tell(tx, actor, agreement, { what: 'stated', rates: stated, at });
    return stated;
  }

  /** By the other party than the one that stated it. Refuses with agreed-rate-state. */
  async confirm(tx: Tx, actor: Actor, named: Named): Promise<AgreedRate> {
    return this.decide(tx, actor, named, 'confirmed');
  }

  /** By whoever stated it, while it waits. Refuses with agreed-rate-state. */
  async withdraw(tx: Tx, actor: Actor, named: Named): Promise<AgreedRate> {
    return this.decide(tx, actor, named, 'withdrawn');
  }

  private async decide(
    tx: Tx,
    actor: Actor,
    { agreementId, number, kinds }: Named,
    kind: 'confirmed' | 'withdrawn',
  ): Promise<AgreedRate> {
    const agreement = await getLivingForUpdate(tx, agreementId);
    const before = await findAgreedRate(tx, agreementId, number);
    if (before === undefined || !kinds.includes(before.kind)) throw new DomainError('not-found');
    const { organizationId } = actor;
    if (before.state !== 'stated') throw new DomainError('agreed-rate-state', `the rate is ${before.state}`);
    if ((before.stated_by === organizationId) !== (kind === 'withdrawn')) {
      const message = kind === 'confirmed' ? 'the other party confirms it' : 'only who stated it withdraws it';
      throw new DomainError('agreed-rate-state', message);
    }
    const at = this.clock.now();
    await insertAgreedRateFact(tx, before, { kind, organizationId, madeBy: actorName(actor), at });
    if (kind === 'confirmed') await askToInvoiceHeld(tx, agreementId);
    const after = await known(tx, agreementId, number);
    await tell(tx, actor, agreement, { what: kind, rates: [after], at });
    return after;
  }
}

async function known(tx: Tx, agreementId: string, number: number): Promise<AgreedRate> {
  const found = await findAgreedRate(tx, agreementId, number);
  if (found === undefined) throw new Error(`rate ${number} of agreement ${agreementId} is lost`);
  return found;
}

async function tell(
  tx: Tx,
  actor: Actor,
  { id, labelId, platformId }: Agreement,
  { what, rates, at }: { readonly what: string; readonly rates: readonly AgreedRate[]; readonly at: Date },
): Promise<void> {
  const details = {
    rates: rates.map(({ number, kind, rate, base, quote, day }) => ({
      ...{ number, kind, rate, day },
      ...(base === null ? {} : { base, quote }),
    })),
  };
  const action = `agreed-rate.${what}`;
  await audit(tx, actor, { action, subjectId: id, details, at });
  await publish(tx, { to: [labelId, platformId], topic: action, subjectId: id, payload: details, at });
}
