import { Injectable } from '@nestjs/common';
import { type Actor, actorName, holdsOneOf, type Role } from '../auth/actor';
import { audit } from '../audit/audit';
import { Clock } from '../clock';
import { often, type Tx } from '../database/tx';
import { DomainError } from '../errors/domain-error';
import { publish } from '../outbox/outbox';

export interface Approval {
  readonly id: string;
  readonly owner_id: string;
  readonly action: string;
  readonly subject_id: string;
  readonly subject_hash: string;
  readonly requested_by: string;
  readonly requested_at: Date;
  readonly decision: 'approved' | 'rejected' | 'void' | null;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
}

/** What a module does when something it put up for approval is decided, in the deciding transaction. `Held`: what it has of a subject that it has locked. */
export interface ApprovalAction<Held = void> {
  /** Who may decide: any one of these roles suffices. */
  readonly roles: readonly Role[];
  /** Locks the subject, where others lock it first and its approval after it: whoever takes both takes them in this order. */
  lock?(tx: Tx, subjectId: string): Promise<Held>;
  /** What must be unchanged between request and decision; the decision is refused when it differs. */
  subjectHash(tx: Tx, subjectId: string): Promise<string>;
  decided(
    tx: Tx,
    actor: Actor,
    subjectId: string,
    decision: 'approved' | 'rejected',
    held: Held | undefined,
  ): Promise<void>;
}

/** Who cannot decide, being who asked: as `actorName` writes it. */
export interface Asker {
  readonly organizationId: string;
  readonly name: string;
}

/** Four eyes for whatever needs them: one person asks, another decides. The database refuses the same person twice. */
@Injectable()
export class Approvals {
  private readonly actions = new Map<string, ApprovalAction<unknown>>();

  constructor(private readonly clock: Clock) {}

  register(action: string, behaviour: ApprovalAction<unknown>): void {
    if (this.actions.has(action)) throw new Error(`approval action ${action} is registered twice`);
    this.actions.set(action, behaviour);
  }

  request(tx: Tx, actor: Actor, action: string, subjectId: string): Promise<Approval> {
    return this.requestFor(tx, { organizationId: actor.organizationId, name: actorName(actor) }, action, subjectId);
  }

  /** As request, by a job that does what somebody has asked for before. */
  async requestFor(tx: Tx, asker: Asker, action: string, subjectId: string): Promise<Approval> {
    const subjectHash = await this.behaviourOf(action).subjectHash(tx, subjectId);
    return tx.one<Approval>(
      often(`INSERT INTO approvals (owner_id, action, subject_id, subject_hash, requested_by, requested_at)
       VALUES ($1, $2, $3, $4, $5, $6) RETURNING *`),
      [asker.organizationId, action, subjectId, subjectHash, asker.name, this.clock.now()],
    );
  }

  /** Refuses with not-found, forbidden (not the action's roles), approval-decided or approval-needs-second-person. */
  async decide(tx: Tx, actor: Actor, id: string, decision: 'approved' | 'rejected'): Promise<Approval> {
    const { approval, held } = await this.lockForDecision(tx, actor, id);
    if (approval.decision !== null) throw new DomainError('approval-decided');
    if (approval.requested_by === actorName(actor)) throw new DomainError('approval-needs-second-person');
    const behaviour = this.behaviourOf(approval.action);
    if ((await behaviour.subjectHash(tx, approval.subject_id)) !== approval.subject_hash) {
      throw new DomainError('approval-decided', 'what was put up for approval has changed since');
    }
    const at = this.clock.now();
    const decided = await tx.one<Approval>(
      often('UPDATE approvals SET decision = $2, decided_by = $3, decided_at = $4 WHERE id = $1 RETURNING *'),
      [id, decision, actorName(actor), at],
    );
    await behaviour.decided(tx, actor, approval.subject_id, decision, held);
    await audit(tx, actor, {
      action: `approval.${decision}`,
      subjectId: id,
      details: { action: approval.action, subject: approval.subject_id },
      at,
    });
    return decided;
  }

  private async lockForDecision(
    tx: Tx,
    actor: Actor,
    id: string,
  ): Promise<{ readonly approval: Approval; readonly held: unknown }> {
    const found = await tx.first<Approval>(often('SELECT * FROM approvals WHERE id = $1'), [id]);
    if (found === undefined) throw new DomainError('not-found');
    const behaviour = this.behaviourOf(found.action);
    if (!holdsOneOf(actor, behaviour.roles)) throw new DomainError('forbidden');
    const held = await behaviour.lock?.(tx, found.subject_id);
    return { approval: await tx.one<Approval>(often('SELECT * FROM approvals WHERE id = $1 FOR UPDATE'), [id]), held };
  }

  private behaviourOf(action: string): ApprovalAction<unknown> {
    const behaviour = this.actions.get(action);
    if (behaviour === undefined) throw new Error(`no approval action ${action}`);
    return behaviour;
  }
}

interface Voided {
  readonly action: string;
  readonly subjectId: string;
  /** What happened to the subject: "negotiation.revised". */
  readonly because: string;
  readonly at: Date;
}

/**
 * Ends what still waits for a decision about a subject that has moved on: nobody can decide it any more. Whoever moves the subject may
 * be another organization than the one that asked, which is told.
 */
export async function voidApproval(tx: Tx, { action, subjectId, because, at }: Voided): Promise<void> {
  await tx.asSystem(async () => {
    const voided = await tx.rows<Approval>(
      `UPDATE approvals SET decision = 'void', decided_by = $3, decided_at = $4
        WHERE action = $1 AND subject_id = $2 AND decision IS NULL RETURNING *`,
      [action, subjectId, `system:${because}`, at],
    );
    for (const { id, owner_id: owner } of voided) {
      const details = { action, subject: subjectId, because };
      await audit(
        tx,
        { system: because, organizationId: owner },
        { action: 'approval.void', subjectId: id, details, at },
      );
      await publish(tx, { to: [owner], topic: 'approval.void', subjectId: id, payload: details, at });
    }
  });
}
