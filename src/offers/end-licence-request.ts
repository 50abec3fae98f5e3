import { Injectable } from '@nestjs/common';
import { type Actor, organizationKindOf } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { TextField } from '../platform/http/fields';
import { publish } from '../platform/outbox/outbox';
import { endLicenceRequest, getLicenceRequestForUpdate, type LicenceRequest } from './licence-requests.repository';
import type { NegotiatingParties } from '../agreements';
import { requestStateAfter } from './request-moves';

export class DecliningBody {
  @TextField({ max: 2000, description: 'told to the platform' })
  readonly reason!: string;
}

export class RequestWithdrawalBody {
  @TextField({ max: 2000, optional: true, description: 'told to the label' })
  readonly reason?: string;
}

/** Ends a licence request without an offer: the label declines, or the platform withdraws. Refuses with not-found and request-closed. */
@Injectable()
export class EndLicenceRequest {
  constructor(private readonly clock: Clock) {}

  async execute(
    tx: Tx,
    actor: Actor,
    id: string,
    move: 'decline' | 'withdraw',
    reason?: string,
  ): Promise<LicenceRequest> {
    const request = await getLicenceRequestForUpdate(tx, id);
    const state = requestStateAfter(move, request.state, organizationKindOf(actor));
    const at = this.clock.now();
    const ended = await endLicenceRequest(tx, id, { state, reason, at });
    await tellEnd(tx, actor, ended, at);
    return ended;
  }
}

/** The label's offer is its answer: the request is answered in the transaction that opens the negotiation. */
export async function answerRequest(
  tx: Tx,
  actor: Actor,
  id: string,
  { labelId, platformId, at }: NegotiatingParties & { readonly at: Date },
): Promise<void> {
  const request = await getLicenceRequestForUpdate(tx, id);
  if (request.labelId !== labelId || request.platformId !== platformId) {
    throw new DomainError('not-found', 'there is no licence request with this id between these parties');
  }
  const state = requestStateAfter('answer', request.state, organizationKindOf(actor));
  await tellEnd(tx, actor, await endLicenceRequest(tx, id, { state, at }), at);
}

async function tellEnd(
  tx: Tx,
  actor: Actor,
  { id, state, labelId, platformId }: LicenceRequest,
  at: Date,
): Promise<void> {
  const action = `licence-request.${state}`;
  await audit(tx, actor, { action, subjectId: id, at });
  await publish(tx, { to: [labelId, platformId], topic: action, subjectId: id, at });
}
