import { Injectable } from '@nestjs/common';
import type { Period, Terms } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import { Listeners } from '../platform/listeners';

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
  /** Of a contract that was signed elsewhere: what had been paid there, ids of advances or `back-fee`. */
  readonly paidElsewhere: readonly string[];
  /** Whose signature was the second. */
  readonly signedBy: Actor;
}

/**
 * The port for what must happen together with a conclusion or not at all: money falls due, claims end. A DomainError thrown by a
 * listener refuses the signature.
 */
@Injectable()
export class OnConcluded extends Listeners<[agreement: ConcludedAgreement, terms: Terms]> {}
