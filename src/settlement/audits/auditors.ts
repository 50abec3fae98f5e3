import { Injectable } from '@nestjs/common';
import { hashSecret, makeApiKeyText, writeAuditorKey } from '../../parties';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { InstantField, TextField } from '../../platform/http/fields';
import { instantAhead } from '../../platform/http/instants';
import { SecretReply } from '../../platform/idempotency/idempotent-writes';
import { publish } from '../../platform/outbox/outbox';
import { type Audit, getAudit, placeOf } from './audits.repository';
import { type AuditAccess, accessesMax, accessesOf, insertAccess, revokeAccess } from './auditors.repository';
import { auditorView } from './audits.view';

export class AuditorBody {
  @TextField({ description: 'who looks: a person or a firm' })
  readonly name!: string;

  @InstantField({ description: 'until when; at most a year ahead' })
  readonly endsAt!: string;
}

const longest = 366 * 86_400_000;

/** Who may look at what is audited: each with a key of its own, for a time. */
@Injectable()
export class Auditors {
  constructor(private readonly clock: Clock) {}

  /** Refuses with not-found, request-invalid, audit-state once it is concluded, and limit-reached. The key is in the reply that is shown and in nothing that is kept. */
  async name(tx: Tx, actor: Actor, agreementId: string, number: number, body: AuditorBody): Promise<SecretReply> {
    const at = this.clock.now();
    const found = await getAudit(tx, agreementId, number);
    const endsAt = endOf(body.endsAt, at);
    if (found.state !== 'noticed') throw new DomainError('audit-state', 'the audit is concluded');
    if ((await accessesOf(tx, agreementId, number)).length >= accessesMax) throw new DomainError('limit-reached');
    const text = makeApiKeyText();
    const access = { name: body.name.trim(), prefix: text.prefix, secretHash: hashSecret(text.secret), endsAt };
    const made = await tx.asSystem(() => insertAccess(tx, placeOf(found), access, { by: actorName(actor), at }));
    await this.tell(tx, actor, found, { action: 'auditor.named', accessId: made.id, at });
    const view = auditorView(made, at);
    return new SecretReply({ ...view, key: writeAuditorKey(text) }, { ...view, key: null });
  }

  /** The key is refused from the next request on. Revoking it again changes nothing. Refuses with not-found. */
  async revoke(tx: Tx, actor: Actor, agreementId: string, number: number, id: string): Promise<void> {
    const at = this.clock.now();
    const found = await getAudit(tx, agreementId, number);
    const access = (await accessesOf(tx, agreementId, number)).find((each: AuditAccess) => each.id === id);
    if (access === undefined) throw new DomainError('not-found');
    const revoked = await tx.asSystem(() => revokeAccess(tx, id, at));
    if (revoked > 0) await this.tell(tx, actor, found, { action: 'auditor.revoked', accessId: id, at });
  }

  /** Both parties hear of it: the platform knows at any time who looks. */
  private async tell(
    tx: Tx,
    actor: Actor,
    { agreement_id: subjectId, number, label_id, platform_id }: Audit,
    { action, accessId, at }: { action: string; accessId: string; at: Date },
  ): Promise<void> {
    const details = { number, accessId };
    await audit(tx, actor, { action, subjectId, details, at });
    await publish(tx, { to: [label_id, platform_id], topic: action, subjectId, payload: details, at });
  }
}

function endOf(text: string, now: Date): Date {
  const endsAt = instantAhead(text, '/endsAt', now)!;
  if (endsAt.getTime() - now.getTime() <= longest) return endsAt;
  const message = 'is more than a year ahead';
  throw new DomainError('request-invalid', undefined, [{ pointer: '/endsAt', code: 'field-instant', message }]);
}
