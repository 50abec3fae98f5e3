import { Injectable } from '@nestjs/common';
import type { AgreementWithTerms } from './agreements.repository';
import { Listeners } from './listeners';

/**
 * The port for what waits until the fee for past use is paid in full: a settlement that takes effect on payment. The money has arrived:
 * nothing thrown by a listener sends it back.
 */
@Injectable()
export class OnBackFeePaid extends Listeners<[agreement: AgreementWithTerms, paidAt: Date]> {}
