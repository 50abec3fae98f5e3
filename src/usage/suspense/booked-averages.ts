import { Injectable } from '@nestjs/common';
import type { LivingAgreement } from '../../agreements';
import type { Rational } from '../../kernel';
import { AnsweredAbove } from '../../platform/answered-above';
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

/** The port for what was really booked for a unit of a use in the last closed month. Whoever keeps the statements answers. */
@Injectable()
export class BookedAverages extends AnsweredAbove<[tx: Tx, question: AverageQuestion], BookedAverage | undefined> {
  protected readonly nothing = undefined;
}
