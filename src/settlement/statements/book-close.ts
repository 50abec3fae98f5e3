import type { LivingAgreement } from '../../agreements';
import {
  type Carried,
  dayAfter,
  movedBetween,
  periodOfMonth,
  receivedOf,
  type Settled,
  termsOfMonth,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { Hold } from '../disputes/disputes.repository';
import { bookHolds, heldBy } from '../disputes/hold-disputed';
import { issueInvoice } from '../invoices/issue-invoice';
import { postDues } from '../invoices/post-dues';
import { postAll } from '../ledger/ledger';
import {
  guaranteeToppedUp,
  type Leg,
  prepaymentJoined,
  prepaymentLapsed,
  royaltiesEarned,
  taxWithheld,
  vatCharged,
} from '../ledger/templates';
import { shareOut } from '../payees/share-out';
import { exchangeDue } from '../rates/exchange-due';
import { recordTaxes } from '../rates/record-taxes';
import type { ClosedMonth } from './rate-close';
import { taxesCharged } from './taxes-charged';

export interface ClosedBooks {
  readonly agreement: LivingAgreement;
  readonly closed: Pick<ClosedMonth, 'month' | 'rates'> & {
    readonly settled: Pick<Settled, 'payable' | 'payment' | 'recouped' | 'carried'>;
  };
  /** The balances that the close began with. */
  readonly carried: Carried;
  readonly holds: readonly Hold[];
  readonly at: Date;
}

/** Books what a close has made of a period, from the balances before and after it, and invoices what of it is due now. */
export async function bookClose(tx: Tx, { agreement, closed, carried, holds, at }: ClosedBooks): Promise<void> {
  const { month, settled, rates } = closed;
  const { recouped, payable } = settled;
  const terms = termsOfMonth(agreement.life, month);
  // Royalties count for the last day of the period in which they were earned.
  const effectiveOn = dayAfter(periodOfMonth(agreement.life, month).until, -1);
  const { vat, withheld } = taxesCharged(settled.payment);
  const { joined, lapsed, toppedUp, ...moved } = movedBetween(terms, { before: carried, settled });
  const events: readonly (readonly [kind: string, legs: readonly Leg[]])[] = [
    ['prepayment-joined', prepaymentJoined(joined)],
    ['guarantee-topped-up', guaranteeToppedUp(toppedUp)],
    ['royalties-earned', royaltiesEarned({ recouped, payable, ...moved })],
    ['prepayment-lapsed', prepaymentLapsed(lapsed)],
    ['vat-charged', vatCharged(vat)],
    ['tax-withheld', taxWithheld(withheld)],
  ];
  await postAll(
    tx,
    events.map(([kind, legs]) => ({ agreement, kind, source: month, effectiveOn, at, legs })),
  );
  await bookHolds(tx, agreement, { month, holds, effectiveOn, at });
  // A fee is known from the close of the month in which its year begins.
  await postDues(tx, agreement, { fees: settled.carried.clauses?.fees ?? {}, at });
  await recordTaxes(tx, agreement, { month, rates, payment: settled.payment, at });
  // What the label gets now; and its VAT, of which a dispute holds nothing.
  const due = { minor: receivedOf(settled) - heldBy(holds), vat: vat.tax };
  const exchange = rates.find(({ kind }) => kind === 'exchange');
  const paid =
    exchange === undefined || terms.exchange === undefined
      ? { agreement, minor: due.minor + due.vat }
      : await exchangeDue(tx, agreement, {
          ...{ month, occasion: 'close', source: month, minor: due.minor },
          ...{ rate: exchange, into: terms.exchange.payIn, effectiveOn, at },
        });
  if (paid.minor <= 0n) return;
  await shareOut(tx, paid.agreement, {
    ...{ life: agreement.life, month, invoice: month, source: month, minor: paid.minor - due.vat, effectiveOn, at },
  });
  const by = { system: 'close-period', organizationId: agreement.labelId };
  const { dueDays } = terms.payment;
  await issueInvoice(tx, { ...paid, vatMinor: due.vat, purpose: 'royalties', source: month, dueDays, at, by });
}
