import type { LivingAgreement } from '../../agreements';
import { type Carried, dayAfter, monthPeriod, movedBetween, type Settled, termsOfMonth } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { Hold } from '../disputes/disputes.repository';
import { bookHolds, heldBy } from '../disputes/hold-disputed';
import { issueInvoice } from '../invoices/issue-invoice';
import { postDues } from '../invoices/post-dues';
import { postAll } from '../ledger/ledger';
import { guaranteeToppedUp, type Leg, prepaymentJoined, prepaymentLapsed, royaltiesEarned } from '../ledger/templates';

export interface ClosedBooks {
  readonly agreement: LivingAgreement;
  readonly closed: { readonly month: string; readonly settled: Pick<Settled, 'payable' | 'recouped' | 'carried'> };
  /** The balances that the close began with. */
  readonly carried: Carried;
  readonly holds: readonly Hold[];
  readonly at: Date;
}

/** Books what a close has made of a month, from the balances before and after it, and invoices what of it is due now. */
export async function bookClose(tx: Tx, { agreement, closed, carried, holds, at }: ClosedBooks): Promise<void> {
  const { month, settled } = closed;
  const { recouped, payable } = settled;
  const terms = termsOfMonth(agreement.life, month);
  const effectiveOn = lastDayOf(month);
  const { joined, lapsed, toppedUp, ...moved } = movedBetween(terms, { before: carried, settled });
  const events: readonly (readonly [kind: string, legs: readonly Leg[]])[] = [
    ['prepayment-joined', prepaymentJoined(joined)],
    ['guarantee-topped-up', guaranteeToppedUp(toppedUp)],
    ['royalties-earned', royaltiesEarned({ recouped, payable, ...moved })],
    ['prepayment-lapsed', prepaymentLapsed(lapsed)],
  ];
  await postAll(
    tx,
    events.map(([kind, legs]) => ({ agreement, kind, source: month, effectiveOn, at, legs })),
  );
  await bookHolds(tx, agreement, { month, holds, effectiveOn, at });
  // A fee is known from the close of the month in which its year begins.
  await postDues(tx, agreement, { fees: settled.carried.clauses?.fees ?? {}, at });
  const minor = payable - heldBy(holds);
  if (minor <= 0n) return;
  const by = { system: 'close-period', organizationId: agreement.labelId };
  const { dueDays } = terms.payment;
  await issueInvoice(tx, { agreement, purpose: 'royalties', source: month, minor, dueDays, at, by });
}

/** Royalties count for the last day of the month in which they were earned. */
const lastDayOf = (month: string): string => dayAfter(monthPeriod(month).until, -1);
