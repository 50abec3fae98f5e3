import { Injectable } from '@nestjs/common';
import type { Amended, ConcludedAgreement } from '../../agreements';
import { addedAdvances, dayInZone, duePayments, moneyFromText, type Terms, termsOn } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { post } from '../ledger/ledger';
import { advanceDue, advancePaidElsewhere, backFeeDue, type Leg, prepaymentDue } from '../ledger/templates';
import { askToInvoiceHeld, askToInvoiceHeldOn, type Due as DueInvoice } from './held-invoices.repository';
import { invoiceDue } from './invoice-due';
import { askToPostDues, hasDays } from './post-dues';

/** Legs, and an invoice where somebody owes it. */
interface Due {
  readonly kind: string;
  readonly purpose: DueInvoice['purpose'] | null;
  readonly source: string;
  /** What the invoice is for: the advance's id, or the fee for past use. */
  readonly of: string;
  readonly minor: bigint;
  readonly legs: (minor: bigint) => Leg[];
  /** Whether it is to be recouped from now on. */
  readonly joins?: boolean;
}

/** What falls due at signature is booked and invoiced in the concluding transaction: advances, then the fee for past use. */
@Injectable()
export class PostConclusion {
  execute(tx: Tx, agreement: ConcludedAgreement, terms: Terms): Promise<void> {
    const due = dueAtSignature(terms).flatMap((one) =>
      agreement.paidElsewhere.includes(one.of) ? paidElsewhere(one) : [one],
    );
    return book(tx, agreement, { due, terms, rules: terms });
  }

  /**
   * The advances that an amendment brings fall due with its signature, and are taxed and exchanged by the terms that are in force then. What is held for a rate may need none, or another,
   * once the amendment is.
   */
  async amended(tx: Tx, { agreement, before, effectiveFrom, signedBy, at }: Amended): Promise<void> {
    const { terms, life, timeZone } = agreement;
    const today = dayInZone(at, timeZone);
    const due = dueAdvances({ ...terms, advances: addedAdvances(before, terms) });
    await book(
      tx,
      { ...agreement, concludedAt: at, paidElsewhere: [], signedBy },
      { due, terms, rules: termsOn(life, today) },
    );
    await (effectiveFrom > today
      ? askToInvoiceHeldOn(tx, agreement, { day: effectiveFrom, now: at })
      : askToInvoiceHeld(tx, agreement.id));
  }
}

async function book(
  tx: Tx,
  agreement: ConcludedAgreement,
  { due, terms, rules }: { due: readonly Due[]; terms: Terms; rules: Terms },
): Promise<void> {
  const at = agreement.concludedAt;
  for (const { kind, purpose, source, of, minor, legs } of due) {
    if (minor === 0n) continue;
    const effectiveOn = dayInZone(at, agreement.timeZone);
    await post(tx, { agreement, kind, source, effectiveOn, at, legs: legs(minor) });
    if (purpose === null) continue;
    const dueNow = { purpose, source: of, minor, on: effectiveOn, bookedOn: effectiveOn, payBy: null };
    // Who signs writes no invoices; and what is held is the marketplace's to try again.
    await tx.asSystem(() => invoiceDue(tx, agreement, { terms: rules, due: dueNow, at, by: agreement.signedBy }));
  }
  if (hasDays(terms)) await askToPostDues(tx, agreement.id);
}

function dueAtSignature(terms: Terms): Due[] {
  const due = dueAdvances(terms);
  if (terms.settlement === undefined) return due;
  const { minor } = moneyFromText(terms.settlement.backFee.amount, terms.currency);
  const backFee = 'back-fee';
  return [...due, { kind: 'back-fee-due', purpose: backFee, source: backFee, of: backFee, minor, legs: backFeeDue }];
}

function dueAdvances(terms: Terms): Due[] {
  const payments = duePayments(terms, { exercised: new Map(), fees: {} });
  return payments
    .filter(({ on }) => on === null)
    .map(({ source, minor, joinsOn }): Due => {
      const joins = joinsOn === null;
      // What royalties may recoup only later joins what is to be recouped with the close of that month.
      const booking = joins
        ? { kind: 'advance-due', source, legs: advanceDue }
        : { kind: 'prepayment-due', source: `advance ${source}`, legs: prepaymentDue };
      return { ...booking, purpose: 'advance', of: source, minor, joins };
    });
}

/** Of an advance that was paid elsewhere the rest is recouped here; a back fee leaves nothing to book. */
const paidElsewhere = (due: Due): Due[] =>
  due.joins ? [{ ...due, kind: 'advance-paid-elsewhere', purpose: null, legs: advancePaidElsewhere }] : [];
