import { Injectable } from '@nestjs/common';
import { canonicalText, sha256Hex } from '../kernel';
import type { ApprovalAction } from '../platform/approvals/approvals';
import { audit } from '../platform/audit/audit';
import { type Actor, actorName } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { publish } from '../platform/outbox/outbox';
import { activateSigningKey, getSigningKeyOfRecord, revokeSigningKey } from './signing-keys.repository';

export const activateAction = 'signing-key.activate';

/** What happens when a second person decides about a proposed key: it may sign from now on, or never. */
@Injectable()
export class ApproveSigningKey implements ApprovalAction {
  readonly roles = ['signatory', 'admin'] as const;

  constructor(private readonly clock: Clock) {}

  async lock(tx: Tx, recordId: string): Promise<void> {
    await getSigningKeyOfRecord(tx, recordId, 'FOR UPDATE');
  }

  async subjectHash(tx: Tx, recordId: string): Promise<string> {
    const { id, organizationId, state } = await getSigningKeyOfRecord(tx, recordId);
    return sha256Hex(canonicalText({ key: id, organization: organizationId, state }));
  }

  async decided(tx: Tx, actor: Actor, recordId: string, decision: 'approved' | 'rejected'): Promise<void> {
    const { id: key, organizationId } = await getSigningKeyOfRecord(tx, recordId);
    const at = this.clock.now();
    if (decision === 'approved') await activateSigningKey(tx, key, actorName(actor), at);
    else await revokeSigningKey(tx, key, actorName(actor), at);
    const topic = decision === 'approved' ? 'signing-key.activated' : 'signing-key.rejected';
    await audit(tx, actor, { action: topic, subjectId: recordId, details: { key }, at });
    await publish(tx, { to: [organizationId], topic, subjectId: recordId, payload: { key }, at });
  }
}
