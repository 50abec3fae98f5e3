import type { PaymentOfPeriod } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { amountView } from '../amount-view';
import type { Books } from '../ledger/ledger';
import { recordUse, type UsableRate } from './rate-uses.repository';

interface TaxesUsed {
  readonly month: string;
  /** As the use is recorded: `close`, or what else was taxed of the month. */
  readonly occasion: string;
  readonly rates: readonly UsableRate[];
  readonly payment: PaymentOfPeriod | undefined;
  readonly at: Date;
}

/** Records the rates of tax that a booking has used: what each was taken of, and what it came to; under reverse charge, what the platform declares. */
export const recordTaxes = (
  tx: Tx,
  agreement: Books,
  { payment: { vat, withheld } = {}, ...used }: TaxesUsed,
): Promise<void> =>
  recordTaxAmounts(tx, agreement, {
    ...used,
    vat: vat && { from: vat.net, to: vat.tax + vat.declaredByCustomer },
    withholding: withheld && { from: withheld.gross, to: withheld.tax },
  });

/** In minor units of the terms' currency. Below nothing: what is not owed after all. */
interface Taken {
  readonly from: bigint;
  readonly to: bigint;
}

/** As recordTaxes, where the amounts are known. */
export async function recordTaxAmounts(
  tx: Tx,
  agreement: Books,
  {
    month,
    occasion,
    rates,
    at,
    ...amounts
  }: Omit<TaxesUsed, 'payment'> & { readonly vat: Taken | undefined; readonly withholding: Taken | undefined },
): Promise<void> {
  const { currency } = agreement;
  for (const rate of rates) {
    const used = { ...amounts, exchange: undefined }[rate.kind];
    if (used === undefined) continue;
    const [amountFrom, amountTo] = [amountView(used.from, currency), amountView(used.to, currency)];
    await recordUse(tx, agreement, { month, occasion, rate, amountFrom, amountTo, at });
  }
}
