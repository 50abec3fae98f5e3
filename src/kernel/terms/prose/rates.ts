import { exactText, multiply, rational } from '../../money';
import { type PerUnit } from '../terms';

/** A rate per unit that is known beforehand, whatever the flags of the period say. */
export type FixedRate = Extract<PerUnit, { rate: string }> | Extract<PerUnit, { price: string }>;

/** The rate per net unit: as written, or the share of the price. */
export function ratePerUnit(royalty: FixedRate): string {
  return 'rate' in royalty ? royalty.rate : exactText(multiply(rational(royalty.price), rational(royalty.share)));
}

/** "0.25" as "25 %". A share that no decimal ends stays the quotient it is: "1/3". */
export function percent(share: string): string {
  const hundredths = exactText(multiply(rational(share), rational(100n)));
  return hundredths.includes('/') ? share : `${hundredths} %`;
}
