import { Injectable } from '@nestjs/common';
import type { LivingAgreement } from '../../agreements';
import type { Rational } from '../../kernel';
import type { Tx } from '../../platform/database/tx';

export interface AverageQuestion {
  readonly agreement: Pick<LivingAgreement, 'id' | 'currency'>;
  readonly serviceId: string;
  readonly use: string;
  readonly model: string;
}

export interface BookedAverage {
  readonly perUnit: Rational;
  /** "2026-01" */
  readonly month: string;
}

type Answer = (tx: Tx, question: AverageQuestion) => Promise<BookedAverage | undefined>;

/** The port for what was really booked for a unit of a use in the last closed month. Whoever keeps the statements answers. */
@Injectable()
export class BookedAverages {
  private answer: Answer = () => Promise.resolve(undefined);

  register(answer: Answer): void {
    this.answer = answer;
  }

  of(tx: Tx, question: AverageQuestion): Promise<BookedAverage | undefined> {
    return this.answer(tx, question);
  }
}
