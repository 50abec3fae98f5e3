import { Injectable } from '@nestjs/common';
import type { AgreementWithTerms } from './agreements.repository';
import { Listeners } from '../platform/listeners';

/** What fell due at signature and has been paid in full. */
export interface DuePaid {
  readonly agreement: AgreementWithTerms;
  readonly purpose: 'advance' | 'back-fee';
  /** The advance's id; 'back-fee' for the fee for past use. */
  readonly source: string;
  readonly at: Date;
}

/**
 * The port for what waits until money that was due at signature has arrived: a settlement that takes effect on payment, a condition of the
 * licence. The money is there: nothing thrown by a listener sends it back.
 */
@Injectable()
export class OnDuePaid extends Listeners<[paid: DuePaid]> {}
