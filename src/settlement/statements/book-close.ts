import type { LivingAgreement } from '../../agreements';
import { type Carried, dayAfter, monthPeriod, termsOfMonth } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { Hold } from '../disputes/disputes.repository';
import { bookHolds, heldBy } from '../disputes/hold-disputed';
import { issueInvoice } from '../invoices/issue-invoice';
import { post } from '../ledger/ledger';
import { royaltiesEarned } from '../ledger/templates';
import type { ClosedMonth } from './rate-close';

export interface ClosedBooks {
  readonly agreement: LivingAgreement;
  readonly closed: Pick<ClosedMonth, 'month' | 'settled'>;
  /** The balances that the close began with. */
  readonly carried: Carried;
  readonly holds: readonly Hold[];
  readonly at: Date;
}

/** Books what a close has made of a month, and invoices what of it is due now. */
export async function bookClose(tx: Tx, { agreement, closed, carried, holds, at }: ClosedBooks): Promise<void> {
  const { month, settled } = closed;
  const { recouped, payable } = settled;
  const carriedForward = settled.carriedForward - BigInt(carried.carriedForward ?? '0');
  const legs = royaltiesEarned({ recouped, payable, carriedForward });
  const effectiveOn = lastDayOf(month);
  await post(tx, { agreement, kind: 'royalties-earned', source: month, effectiveOn, at, legs });
  await bookHolds(tx, agreement, { month, holds, effectiveOn, at });
  const minor = payable - heldBy(holds);
  if (minor <= 0n) return;
  const { dueDays } = termsOfMonth(agreement.life, month).payment;
  const by = { system: 'close-period', organizationId: agreement.labelId };
  await issueInvoice(tx, { agreement, purpose: 'royalties', source: month, minor, dueDays, at, by });
}

/** Royalties count for the last day of the month in which they were earned. */
const lastDayOf = (month: string): string => dayAfter(monthPeriod(month).until, -1);
