import { Injectable } from '@nestjs/common';
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

type Reader = (tx: Tx, conflictId: string) => Promise<HeldMoney[]>;

/** The port by which a conflict shows the money that waits for it: whoever holds it registers. Each organization sees that of its own agreements. */
@Injectable()
export class HeldForConflicts {
  private reader: Reader = () => Promise.resolve([]);

  register(reader: Reader): void {
    this.reader = reader;
  }

  of(tx: Tx, conflictId: string): Promise<HeldMoney[]> {
    return this.reader(tx, conflictId);
  }
}
