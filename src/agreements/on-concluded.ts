import { Injectable } from '@nestjs/common';
import type { Period, Terms } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import type { Tx } from '../platform/database/tx';

/** An agreement at the moment both parties have signed it. */
export interface ConcludedAgreement {
  readonly id: string;
  readonly labelId: string;
  readonly platformId: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly inForce: Period;
  readonly termsHash: string;
  readonly concludedAt: Date;
  /** Whose signature was the second. */
  readonly signedBy: Actor;
}

/** What a higher module does in the concluding transaction. A DomainError thrown here refuses the signature. */
export type ConclusionListener = (tx: Tx, agreement: ConcludedAgreement, terms: Terms) => Promise<void>;

/**
 * The port for what must happen together with a conclusion or not at all: money falls due, claims end. Listeners register in
 * their module's `onModuleInit` and run one after the other in the order of their names, whatever the order of start-up was.
 */
@Injectable()
export class OnConcluded {
  private readonly listeners = new Map<string, ConclusionListener>();

  register(name: string, listener: ConclusionListener): void {
    if (this.listeners.has(name)) throw new Error(`conclusion listener ${name} is registered twice`);
    this.listeners.set(name, listener);
  }

  async run(tx: Tx, agreement: ConcludedAgreement, terms: Terms): Promise<void> {
    const inOrder = [...this.listeners].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [, listener] of inOrder) await listener(tx, agreement, terms);
  }
}
