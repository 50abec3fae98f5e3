import { Injectable } from '@nestjs/common';
import type { Amended, ConcludedAgreement } from '../../agreements';
import { addedAdvances, dayInZone, moneyFromText, type Terms } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { post } from '../ledger/ledger';
import { advanceDue, advancePaidElsewhere, backFeeDue, type Leg } from '../ledger/templates';
import { issueInvoice } from './issue-invoice';
import type { Purpose } from './invoices.repository';

/** Legs, and an invoice where somebody owes it. */
interface Due {
  readonly kind: string;
  readonly purpose: Purpose | null;
  readonly source: string;
  readonly amount: string;
  readonly legs: (minor: bigint) => Leg[];
}

/** What falls due at signature is booked and invoiced in the concluding transaction: advances, then the fee for past use. */
@Injectable()
export class PostConclusion {
  execute(tx: Tx, agreement: ConcludedAgreement, terms: Terms): Promise<void> {
    const due = dueAtSignature(terms).flatMap((one) =>
      agreement.paidElsewhere.includes(one.source) ? paidElsewhere(one) : [one],
    );
    return book(tx, agreement, { due, terms });
  }

  /** The advances that an amendment brings fall due with its signature. */
  amended(tx: Tx, { agreement, before, signedBy, at }: Amended): Promise<void> {
    const { terms } = agreement;
    const due = dueAtSignature({ advances: addedAdvances(before, terms) });
    return book(tx, { ...agreement, concludedAt: at, paidElsewhere: [], signedBy }, { due, terms });
  }
}

async function book(
  tx: Tx,
  agreement: ConcludedAgreement,
  { due, terms }: { due: readonly Due[]; terms: Terms },
): Promise<void> {
  const at = agreement.concludedAt;
  for (const { kind, purpose, source, amount, legs } of due) {
    const { minor } = moneyFromText(amount, terms.currency);
    if (minor === 0n) continue;
    const effectiveOn = dayInZone(at, agreement.timeZone);
    await post(tx, { agreement, kind, source, effectiveOn, at, legs: legs(minor) });
    if (purpose === null) continue;
    const { dueDays } = terms.payment;
    await issueInvoice(tx, { agreement, purpose, source, minor, dueDays, at, by: agreement.signedBy });
  }
}

function dueAtSignature({ advances, settlement }: Pick<Terms, 'advances' | 'settlement'>): Due[] {
  const due = advances.map(({ id, amount }): Due => ({
    kind: 'advance-due',
    purpose: 'advance',
    source: id,
    amount,
    legs: advanceDue,
  }));
  if (settlement === undefined) return due;
  const { amount } = settlement.backFee;
  return [...due, { kind: 'back-fee-due', purpose: 'back-fee', source: 'back-fee', amount, legs: backFeeDue }];
}

/** Of an advance that was paid elsewhere the rest is recouped here; a back fee leaves nothing to book. */
const paidElsewhere = (due: Due): Due[] =>
  due.purpose === 'advance'
    ? [{ ...due, kind: 'advance-paid-elsewhere', purpose: null, legs: advancePaidElsewhere }]
    : [];
