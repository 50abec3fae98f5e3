import { Injectable } from '@nestjs/common';
import { type Actor, holdsOneOf, type Role } from '../auth/actor';
import type { Tx } from '../database/tx';
import { DomainError } from '../errors/domain-error';
import type { Operation } from './operations';

/** Ends the work and its operation in this transaction; false where the work was over before. */
type Cancel = (tx: Tx, actor: Actor, operation: Operation) => Promise<boolean>;

/** How operations are cancelled, by kind: the modules whose work it is register it. */
@Injectable()
export class Cancellations {
  private readonly ways = new Map<string, { readonly role: Role; readonly cancel: Cancel }>();

  /** `role`: who may begin such work may end it. */
  register(kind: string, role: Role, cancel: Cancel): void {
    if (this.ways.has(kind)) throw new Error(`operations of kind ${kind} are cancelled in two ways`);
    this.ways.set(kind, { role, cancel });
  }

  /** Refuses with operation-not-cancellable, with forbidden, or with operation-over where it has ended. */
  async cancel(tx: Tx, actor: Actor, operation: Operation): Promise<void> {
    const way = this.ways.get(operation.kind);
    if (way === undefined) throw new DomainError('operation-not-cancellable');
    if (!holdsOneOf(actor, [way.role])) throw new DomainError('forbidden');
    if (!(await way.cancel(tx, actor, operation))) throw new DomainError('operation-over');
  }
}
