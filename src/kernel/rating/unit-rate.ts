import { add, multiply, type Rational, rational, ZERO } from '../money';
import type { PerUnit, Royalty } from '../terms';
import { type Placed, selects } from './clause-usage';

/**
 * What a royalty pays for one more unit of a use, where its words alone tell: a rate for each unit, below floors and caps. Undefined where that
 * depends on figures, tiers, flags or what else was used.
 */
export function unitRateOf(royalty: Royalty, place: Placed): Rational | undefined {
  switch (royalty.kind) {
    case 'perUnit':
      return perUnitRate(royalty, place);
    case 'floor':
    case 'cap':
      return unitRateOf(royalty.of, place);
    case 'sum':
      return royalty.of
        .map((part) => unitRateOf(part, place))
        .reduce((total, rate) => total && rate && add(total, rate), ZERO);
    default:
      return undefined;
  }
}

function perUnitRate(royalty: PerUnit, place: Placed): Rational | undefined {
  if ((royalty.measure ?? 'units') !== 'units' || 'rateByFlag' in royalty) return undefined;
  if (royalty.where !== undefined && !selects(royalty.where, place)) return ZERO;
  return 'rate' in royalty ? rational(royalty.rate) : multiply(rational(royalty.price), rational(royalty.share));
}
