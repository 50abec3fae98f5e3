import type { LivingAgreement } from '../../agreements';
import { dayInZone, termsOfMonth } from '../../kernel';
import type { Actor } from '../../platform/auth/actor';
import type { Tx } from '../../platform/database/tx';
import { issueInvoice } from '../invoices/issue-invoice';
import { taxOfReleased, wholeOf } from '../invoices/papers/make-up';
import { post } from '../ledger/ledger';
import { disputeReleased } from '../ledger/templates';
import { shareOut } from '../payees/share-out';
import { exchangeReleased } from '../rates/exchange-due';
import { statedAt } from '../statements/life/hold-lines';
import { periodNameOf, statementOfMonth } from '../statements/statements.repository';

export interface Released {
  readonly agreement: LivingAgreement;
  /** "2026-01", whose close held it. */
  readonly month: string;
  readonly minor: bigint;
  /** As its end is booked. */
  readonly source: string;
  /** As it is exchanged, invoiced and shared out: begins with "dispute ". */
  readonly occasion: string;
  readonly at: Date;
}

/** What a close held is due: booked, exchanged at the month's rate, shared out and invoiced. The caller holds the agreement. */
export async function releaseHeld(
  tx: Tx,
  by: Actor | { readonly system: string; readonly organizationId: string },
  { agreement, month, minor, source, occasion, at }: Released,
): Promise<void> {
  if (minor === 0n) return;
  const effectiveOn = dayInZone(at, agreement.timeZone);
  await post(tx, { agreement, kind: 'dispute-released', source, effectiveOn, at, legs: disputeReleased(minor) });
  const { exchange, payment } = termsOfMonth(agreement.life, month);
  const paid = await exchangeReleased(tx, agreement, { month, occasion, source: occasion, minor, effectiveOn, at });
  if (paid.minor === 0n) return;
  const shared = { life: agreement.life, month, invoice: occasion, source: occasion, minor: paid.minor };
  await shareOut(tx, paid.agreement, { ...shared, effectiveOn, at });
  const statement = (await statementOfMonth(tx, agreement.id, month))!;
  const { vat } = await statedAt(tx, agreement, statement);
  const madeUp = wholeOf(taxOfReleased(vat, periodNameOf(statement)), paid.minor);
  const { dueDays } = payment;
  await issueInvoice(tx, { ...paid, purpose: 'royalties', source: occasion, madeUp, exchange, dueDays, at, by });
}
