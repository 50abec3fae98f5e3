import { Injectable } from '@nestjs/common';
import type { LivingAgreement } from '../../agreements';
import type { Reached } from '../../kernel';
import { AnsweredAbove } from '../../platform/answered-above';
import type { Tx } from '../../platform/database/tx';
import type { MonthOfRecord } from '../events/usage-of-record';

export interface AccrualQuestion {
  readonly agreement: LivingAgreement;
  /** "2026-01" */
  readonly month: string;
  readonly usage: MonthOfRecord;
}

/** The port for what a month's money has reached so far. Whoever rates months answers; nothing where the month cannot be rated yet. */
@Injectable()
export class Accrual extends AnsweredAbove<[tx: Tx, question: AccrualQuestion], readonly Reached[]> {
  protected readonly nothing = [];
}
