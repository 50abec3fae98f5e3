import { Injectable } from '@nestjs/common';
import type { LivingAgreement } from '../../agreements';
import type { Reached } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { MonthOfRecord } from '../events/usage-of-record';

export interface AccrualQuestion {
  readonly agreement: LivingAgreement;
  /** "2026-01" */
  readonly month: string;
  readonly usage: MonthOfRecord;
}

type Answer = (tx: Tx, question: AccrualQuestion) => Promise<readonly Reached[]>;

/** The port for what a month's money has reached so far. Whoever rates months answers; nothing where the month cannot be rated yet. */
@Injectable()
export class Accrual {
  private answer: Answer = () => Promise.resolve([]);

  register(answer: Answer): void {
    this.answer = answer;
  }

  reached(tx: Tx, question: AccrualQuestion): Promise<readonly Reached[]> {
    return this.answer(tx, question);
  }
}
