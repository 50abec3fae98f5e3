import { moneyText, type PaymentOfPeriod } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { Books } from '../ledger/ledger';
import { recordUse, type UsableRate } from './rate-uses.repository';

interface TaxesOfClose {
  readonly month: string;
  readonly rates: readonly UsableRate[];
  readonly payment: PaymentOfPeriod | undefined;
  readonly at: Date;
}

/** Records the rates of tax that a close has used: what each was taken of, and what it came to; under reverse charge, what the platform declares. */
export async function recordTaxes(
  tx: Tx,
  agreement: Books,
  { month, rates, payment: { vat, withheld } = {}, at }: TaxesOfClose,
): Promise<void> {
  const amounts = {
    vat: vat && { from: vat.net, to: vat.tax + vat.declaredByCustomer },
    withholding: withheld && { from: withheld.gross, to: withheld.tax },
    exchange: undefined,
  };
  const amountOf = (minor: bigint) => ({
    amount: moneyText({ minor, currency: agreement.currency }),
    currency: agreement.currency,
  });
  for (const rate of rates) {
    const used = amounts[rate.kind];
    if (used === undefined) continue;
    const [amountFrom, amountTo] = [amountOf(used.from), amountOf(used.to)];
    await recordUse(tx, agreement, { month, occasion: 'close', rate, amountFrom, amountTo, at });
  }
}
