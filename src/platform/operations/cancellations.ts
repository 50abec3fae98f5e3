import { Injectable } from '@nestjs/common';
import type { Actor } from '../auth/actor';
import type { Tx } from '../database/tx';
import { DomainError } from '../errors/domain-error';
import type { Operation } from './operations';

/** Ends the work and its operation in this transaction; false where the work was over before. */
type Cancel = (tx: Tx, actor: Actor, operation: Operation) => Promise<boolean>;

/** How operations are cancelled, by kind: the modules whose work it is register it. */
@Injectable()
export class Cancellations {
  private readonly ways = new Map<string, Cancel>();

  register(kind: string, cancel: Cancel): void {
    if (this.ways.has(kind)) throw new Error(`operations of kind ${kind} are cancelled in two ways`);
    this.ways.set(kind, cancel);
  }

  /** Refuses with operation-not-cancellable, or with operation-over where it has ended. */
  async cancel(tx: Tx, actor: Actor, operation: Operation): Promise<void> {
    const way = this.ways.get(operation.kind);
    if (way === undefined) throw new DomainError('operation-not-cancellable');
    if (!(await way(tx, actor, operation))) throw new DomainError('operation-over');
  }
}
