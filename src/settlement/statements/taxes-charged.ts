import type { PaymentOfPeriod } from '../../kernel';
import { type Leg, type TaxWithheld, taxWithheld, type VatCharged, vatCharged } from '../ledger/templates';

/** What the taxes of a payment move between the parties, and what they tell of. Reverse charge is the platform's own affair. */
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

/** The same as events of the books. */
export function taxEvents(payment: PaymentOfPeriod | undefined): readonly (readonly [kind: string, legs: Leg[]])[] {
  const { vat, withheld } = taxesCharged(payment);
  return [
    ['vat-charged', vatCharged(vat)],
    ['tax-withheld', taxWithheld(withheld)],
  ];
}
