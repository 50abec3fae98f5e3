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
import type { RightsHold } from '../conflicts/conflict-holds.repository';
import { bookRightsHolds, heldForRights } from '../conflicts/hold-conflicted';
import type { Hold } from '../disputes/disputes.repository';
import { bookHolds, heldBy } from '../disputes/hold-disputed';
import { invoiceAtRates } from '../invoices/invoice-at-rates';
import { postDues } from '../invoices/post-dues';
import { postAll } from '../ledger/ledger';
import { guaranteeToppedUp, type Leg, prepaymentJoined, prepaymentLapsed, royaltiesEarned } from '../ledger/templates';
import { shareOut } from '../payees/share-out';
import { bookPool } from '../pools/book-pool';
import type { ClosedMonth } from './rate-close';
import { taxEvents } from './taxes-charged';

export interface ClosedBooks {
  readonly agreement: LivingAgreement;
  readonly closed: Pick<ClosedMonth, 'month' | 'rates'> & {
    readonly settled: Pick<Settled, 'payable' | 'payment' | 'recouped' | 'carried' | 'pool'>;
  };
  /** The balances that the close began with. */
  readonly carried: Carried;
  readonly holds: readonly Hold[];
  readonly rightsHolds: readonly RightsHold[];
  readonly at: Date;
}

/** Books what a close has made of a period, from the balances before and after it, and invoices what of it is due now. */
export async function bookClose(
  tx: Tx,
  { agreement, closed, carried, holds, rightsHolds, at }: ClosedBooks,
): Promise<void> {
  const { month, settled, rates } = closed;
  const { recouped, payable } = settled;
  const terms = termsOfMonth(agreement.life, month);
  // Royalties count for the last day of the period in which they were earned.
  const effectiveOn = dayAfter(periodOfMonth(agreement.life, month).until, -1);
  const { joined, lapsed, toppedUp, ...moved } = movedBetween(terms, { before: carried, settled });
  const events: readonly (readonly [kind: string, legs: readonly Leg[]])[] = [
    ['prepayment-joined', prepaymentJoined(joined)],
    ['guarantee-topped-up', guaranteeToppedUp(toppedUp)],
    ['royalties-earned', royaltiesEarned({ recouped, payable, ...moved })],
    ['prepayment-lapsed', prepaymentLapsed(lapsed)],
    ...taxEvents(settled.payment),
  ];
  await postAll(
    tx,
    events.map(([kind, legs]) => ({ agreement, kind, source: month, effectiveOn, at, legs })),
  );
  await bookPool(tx, agreement, { month, pool: settled.pool, effectiveOn, at });
  await bookHolds(tx, agreement, { month, holds, effectiveOn, at });
  await bookRightsHolds(tx, agreement, { month, holds: rightsHolds, effectiveOn, at });
  const heldMinor = heldBy(holds) + heldForRights(rightsHolds);
  // A fee is known from the close of the month in which its year begins.
  await postDues(tx, agreement, { fees: settled.carried.clauses?.fees ?? {}, at });
  const paid = await invoiceAtRates(tx, agreement, {
    ...{ terms, rates, payment: settled.payment, minor: receivedOf(settled) - heldMinor },
    heldMinor,
    ...{ month, occasion: 'close', source: month, effectiveOn, at },
    invoice: {
      ...{ purpose: 'royalties', source: month, dueDays: terms.payment.dueDays },
      by: { system: 'close-period', organizationId: agreement.labelId },
    },
  });
  if (paid.minor <= 0n) return;
  const named = { life: agreement.life, month, invoice: month, source: month };
  await shareOut(tx, paid.agreement, { ...named, minor: paid.minor - paid.vatMinor, effectiveOn, at });
}
