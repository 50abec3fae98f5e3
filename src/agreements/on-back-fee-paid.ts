import { Injectable } from '@nestjs/common';
import type { Tx } from '../platform/database/tx';
import { type AgreementWithTerms, getAgreement } from './agreements.repository';

/** What a higher module does in the transaction that takes the payment. The money has arrived: nothing thrown here sends it back. */
export type BackFeeListener = (tx: Tx, agreement: AgreementWithTerms, paidAt: Date) => Promise<void>;

/** The port for what waits until the fee for past use is paid in full: a settlement that takes effect on payment. */
@Injectable()
export class OnBackFeePaid {
  private readonly listeners = new Map<string, BackFeeListener>();

  register(name: string, listener: BackFeeListener): void {
    if (this.listeners.has(name)) throw new Error(`back fee listener ${name} is registered twice`);
    this.listeners.set(name, listener);
  }

  async run(tx: Tx, agreementId: string, paidAt: Date): Promise<void> {
    const agreement = await getAgreement(tx, agreementId);
    const inOrder = [...this.listeners].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [, listener] of inOrder) await listener(tx, agreement, paidAt);
  }
}
