import { Injectable } from '@nestjs/common';
import { canonicalText, sha256Hex } from '../../kernel';
import { type Approval, type ApprovalAction, Approvals, voidApproval } from '../../platform/approvals/approvals';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import {
  type ConflictFact,
  decideAction,
  getConflict,
  insertFacts,
  lastFactOf,
  lockClaims,
  type NamedShare,
} from './conflicts.repository';
import { holdOpenConflict, refuseUnlessShares, SettleConflict, sharesNamed } from './settle-conflict';

export interface Decision {
  readonly shares: readonly NamedShare[];
  readonly note: string;
}

/** A person of the operator says how a conflict is to end; another one decides. Asked again, only the latest waits. Refuses with not-found, rights-conflict-state and request-invalid. */
@Injectable()
export class AskToDecide {
  constructor(
    private readonly clock: Clock,
    private readonly approvals: Approvals,
  ) {}

  async execute(tx: Tx, actor: Actor, id: string, decision: Decision): Promise<Approval> {
    const conflict = await holdOpenConflict(tx, id);
    refuseUnlessShares(conflict.pieces, decision.shares);
    const at = this.clock.now();
    await voidApproval(tx, { action: decideAction, subjectId: id, because: 'rights-conflict.decision-asked', at });
    const by = { organizationId: actor.organizationId, madeBy: actorName(actor), at };
    const said = { shares: decision.shares, note: decision.note };
    await tx.asSystem(() => insertFacts(tx, [{ conflictId: id, said }], { kind: 'decision-asked', ...by }));
    const approval = await this.approvals.request(tx, actor, decideAction, id);
    const details = { approval: approval.id, shares: decision.shares };
    await audit(tx, actor, { action: 'rights-conflict.decision-asked', subjectId: id, details, at });
    return approval;
  }
}

/** What a second person of the operator says: approved, the shares hold from now on as stated rights, and the conflict is over. */
@Injectable()
export class DecideConflict implements ApprovalAction {
  readonly roles = ['licensing'] as const;

  constructor(
    private readonly clock: Clock,
    private readonly settleConflict: SettleConflict,
  ) {}

  async lock(tx: Tx, id: string): Promise<void> {
    await lockClaims(tx, [(await getConflict(tx, id)).isrc]);
  }

  /** Whoever states something else meanwhile makes it another matter. */
  async subjectHash(tx: Tx, id: string): Promise<string> {
    const { state, pieces } = await getConflict(tx, id);
    const { number, said } = await askedFor(tx, id);
    if (state !== 'open') throw new DomainError('approval-decided', `the conflict is ${state}`);
    return sha256Hex(canonicalText({ id, number, pieces, said }));
  }

  async decided(tx: Tx, actor: Actor, id: string, decision: 'approved' | 'rejected'): Promise<void> {
    if (decision === 'rejected') return;
    const conflict = await getConflict(tx, id);
    const { said } = await askedFor(tx, id);
    const shares = said.shares!;
    const by = { organizationId: actor.organizationId, madeBy: actorName(actor), at: this.clock.now() };
    await this.settleConflict.execute(tx, conflict, {
      shareOf: sharesNamed(shares),
      looking: { ...by, end: 'decided', shares, note: said.note! },
    });
  }
}

async function askedFor(tx: Tx, id: string): Promise<ConflictFact> {
  const asked = await lastFactOf(tx, id, ['decision-asked']);
  if (asked === undefined) throw new Error(`nobody has asked to decide conflict ${id}`);
  return asked;
}
