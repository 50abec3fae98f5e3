import { Injectable } from '@nestjs/common';
import { AnsweredAbove } from '../../platform/answered-above';
import type { Tx } from '../../platform/database/tx';

/** What a close has held of an agreement's month for a conflict. */
export interface HeldMoney {
  readonly agreementId: string;
  /** The first of its reporting period: "2026-01". */
  readonly month: string;
  /** Amounts as text, in the currency of the terms. */
  readonly held: string;
  /** What of that is due again by now. */
  readonly released: string;
  readonly currency: string;
}

/** The port by which a conflict shows the money that waits for it: whoever holds it answers. Each organization sees that of its own agreements. */
@Injectable()
export class HeldForConflicts extends AnsweredAbove<[tx: Tx, conflictId: string], readonly HeldMoney[]> {
  protected readonly nothing = [];
}
