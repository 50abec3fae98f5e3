import { Injectable } from '@nestjs/common';
import { type Actor, actorName } from '../auth/actor';
import { audit } from '../audit/audit';
import { Clock } from '../clock';
import type { Tx } from '../database/tx';
import { DomainError } from '../errors/domain-error';

export interface Approval {
  readonly id: string;
  readonly owner_id: string;
  readonly action: string;
  readonly subject_id: string;
  readonly subject_hash: string;
  readonly requested_by: string;
  readonly requested_at: Date;
  readonly decision: 'approved' | 'rejected' | null;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
}

/** What a module does when something it put up for approval is decided, in the deciding transaction. */
export interface ApprovalAction {
  /** What must be unchanged between request and decision; the decision is refused when it differs. */
  subjectHash(tx: Tx, subjectId: string): Promise<string>;
  decided(tx: Tx, actor: Actor, subjectId: string, decision: 'approved' | 'rejected'): Promise<void>;
}

/** Four eyes for whatever needs them: one person asks, another decides. The database refuses the same person twice. */
@Injectable()
export class Approvals {
  private readonly actions = new Map<string, ApprovalAction>();

  constructor(private readonly clock: Clock) {}

  register(action: string, behaviour: ApprovalAction): void {
    if (this.actions.has(action)) throw new Error(`approval action ${action} is registered twice`);
    this.actions.set(action, behaviour);
  }

  async request(tx: Tx, actor: Actor, action: string, subjectId: string): Promise<Approval> {
    const subjectHash = await this.behaviourOf(action).subjectHash(tx, subjectId);
    return tx.one<Approval>(
      `INSERT INTO approvals (owner_id, action, subject_id, subject_hash, requested_by, requested_at)
       VALUES ($1, $2, $3, $4, $5, $6) RETURNING *`,
      [actor.organizationId, action, subjectId, subjectHash, actorName(actor), this.clock.now()],
    );
  }

  /** Refuses with not-found, approval-decided or approval-needs-second-person. */
  async decide(tx: Tx, actor: Actor, id: string, decision: 'approved' | 'rejected'): Promise<Approval> {
    const approval = await tx.first<Approval>('SELECT * FROM approvals WHERE id = $1 FOR UPDATE', [id]);
    if (approval === undefined) throw new DomainError('not-found');
    if (approval.decision !== null) throw new DomainError('approval-decided');
    if (approval.requested_by === actorName(actor)) throw new DomainError('approval-needs-second-person');
    const behaviour = this.behaviourOf(approval.action);
    if ((await behaviour.subjectHash(tx, approval.subject_id)) !== approval.subject_hash) {
      throw new DomainError('approval-decided', 'what was put up for approval has changed since');
    }
    const at = this.clock.now();
    const decided = await tx.one<Approval>(
      'UPDATE approvals SET decision = $2, decided_by = $3, decided_at = $4 WHERE id = $1 RETURNING *',
      [id, decision, actorName(actor), at],
    );
    await behaviour.decided(tx, actor, approval.subject_id, decision);
    await audit(tx, actor, {
      action: `approval.${decision}`,
      subjectId: id,
      details: { action: approval.action, subject: approval.subject_id },
      at,
    });
    return decided;
  }

  private behaviourOf(action: string): ApprovalAction {
    const behaviour = this.actions.get(action);
    if (behaviour === undefined) throw new Error(`no approval action ${action}`);
    return behaviour;
  }
}
