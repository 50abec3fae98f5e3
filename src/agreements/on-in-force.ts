import { Injectable } from '@nestjs/common';
import type { CalendarDate } from '../kernel';
import { Listeners } from '../platform/listeners';
import type { LivingAgreement } from './life.repository';

/** A licence that begins after its conclusion, with its last condition, or goes on after a suspension. */
export interface InForce {
  readonly agreement: LivingAgreement;
  /** The day on which it was recorded: licensed from its first hour on, so use of that day may be there already. */
  readonly from: CalendarDate;
  readonly at: Date;
}

/** The port for what must happen together with a licence that comes into force later than by its conclusion, or not at all. */
@Injectable()
export class OnInForce extends Listeners<[inForce: InForce]> {}
