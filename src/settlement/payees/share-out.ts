import type { LivingAgreement } from '../../agreements';
import { periodOfMonth, sharesOfPeriod, termsOfMonth } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { type Books, post } from '../ledger/ledger';
import { payableShared } from '../ledger/templates';
import { numberPayees, sharedOf } from './payees.repository';

interface Shared {
  readonly life: LivingAgreement['life'];
  /** The first month of the period whose terms say who gets what. */
  readonly month: string;
  /** The source of the invoice that asks for it. */
  readonly invoice: string;
  /** As it is booked: the invoice's source, or that and what changed it. */
  readonly source: string;
  /** What the label is due more, or less, in minor units of the books: without value-added tax, which is its state's. */
  readonly minor: bigint;
  readonly effectiveOn: string;
  readonly at: Date;
}

/**
 * Shares among the payees what a period makes due to the label. Each invoice is shared out on its own, by largest remainder: whatever is taken off it or comes back, the payees have the
 * parts of what it asks for now. Nothing where the terms name no payee for the period: then all is the label's. The caller holds the agreement.
 */
export async function shareOut(
  tx: Tx,
  books: Books,
  { life, month, invoice, source, minor, effectiveOn, at }: Shared,
): Promise<void> {
  const terms = termsOfMonth(life, month);
  if (terms.splits === undefined) return;
  await tx.asSystem(async () => {
    const before = await sharedOf(tx, books, invoice);
    const whole = [...before.values()].reduce((sum, part) => sum + part, minor);
    const money = { minor: whole, currency: books.currency };
    const shares = sharesOfPeriod(terms, { period: periodOfMonth(life, month), money });
    if (shares === undefined) return;
    const numbers = await numberPayees(tx, books, { names: shares.map(({ payee }) => payee), at });
    const parts = shares.map(({ payee, minor: part }) => {
      const number = numbers.get(payee)!;
      return { payee: number, minor: part - (before.get(number) ?? 0n) };
    });
    await post(tx, { agreement: books, kind: 'payable-shared', source, effectiveOn, at, legs: payableShared(parts) });
  });
}
