import type { PaymentOfPeriod } from '../../kernel';
import type { TaxWithheld, VatCharged } from '../ledger/templates';

/** What the taxes of a close move between the parties, and what they tell of. Reverse charge is the platform's own affair. */
export function taxesCharged({ vat, withheld }: PaymentOfPeriod = {}): {
  readonly vat: VatCharged;
  readonly withheld: TaxWithheld;
} {
  const [charged, taken] = [vat?.tax ?? 0n, withheld?.tax ?? 0n];
  return {
    vat: { added: vat?.treatment === 'added' ? charged : 0n, tax: charged },
    withheld: { deducted: withheld?.treatment === 'deducted' ? taken : 0n, tax: taken },
  };
}
