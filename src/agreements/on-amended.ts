import { Injectable } from '@nestjs/common';
import type { CalendarDate, Terms } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import type { LivingAgreement } from './life.repository';
import { Listeners } from '../platform/listeners';

/** An amendment that both parties have signed, in the transaction of the second signature. */
export interface Amended {
  /** As it is now: its terms are the amendment's. */
  readonly agreement: LivingAgreement;
  /** The terms of the version before. */
  readonly before: Terms;
  readonly effectiveFrom: CalendarDate;
  readonly signedBy: Actor;
  readonly at: Date;
}

/** The port for what must happen together with an amendment or not at all. A DomainError thrown by a listener refuses the signature. */
@Injectable()
export class OnAmended extends Listeners<[amended: Amended]> {}
