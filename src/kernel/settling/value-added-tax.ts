import { add, divide, ONE, rational } from '../money';
import { type Taxes } from '../terms';
import { wholeMinor } from './withholding';

/** Value-added tax on a supply, in minor units: net + tax = gross, and gross is what the customer pays. */
export interface ValueAddedTax {
  readonly treatment: Taxes['vat'];
  readonly rate: string;
  readonly net: bigint;
  readonly tax: bigint;
  readonly gross: bigint;
  /** Reverse charge: what the customer declares to its own state instead; else zero. */
  readonly declaredByCustomer: bigint;
}

/**
 * VAT on an amount in minor units. `added`: the amount is net. `included`: the amount is gross, the tax is in it.
 * `reverse-charge`: the supplier charges none, the customer declares it. The tax is rounded half-up, once. Throws RangeError
 * on a negative rate.
 */
export function valueAddedTax(
  amount: bigint,
  { rate, treatment }: { rate: string; treatment: Taxes['vat'] },
): ValueAddedTax {
  const share = rational(rate);
  if (share.s < 0n) throw new RangeError(`not a rate of value-added tax: ${rate}`);
  const common = { treatment, rate, declaredByCustomer: 0n };
  switch (treatment) {
    case 'added': {
      const tax = wholeMinor(amount, share);
      return { ...common, net: amount, tax, gross: amount + tax };
    }
    case 'included': {
      const tax = wholeMinor(amount, divide(share, add(ONE, share)));
      return { ...common, net: amount - tax, tax, gross: amount };
    }
    case 'reverse-charge':
      return { ...common, net: amount, tax: 0n, gross: amount, declaredByCustomer: wholeMinor(amount, share) };
  }
}
