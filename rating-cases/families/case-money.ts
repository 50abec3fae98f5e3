import {
  currencyExponent,
  exactText,
  isCurrency,
  minorText,
  moneyRoundingIn,
  moneyRoundingTo,
  toMinor,
  rational,
  type ExactAndRounded,
  type MoneyRounding,
  type Rational,
  type RoundingMode,
} from '../../src/kernel';

/** What the terms of a case say about money. */
export interface MoneyTerms {
  readonly currency: string;
  readonly rounding: { readonly mode: RoundingMode; readonly decimals: string };
}

/** Reads and writes the money of a case: minor units inside, text with the decimals of its rounding outside. */
export class CaseMoney {
  /** A minor unit is that of the currency, or finer where the decimals are. */
  readonly scale: MoneyRounding;

  constructor({ currency, rounding: { mode, decimals: digits } }: MoneyTerms) {
    const decimals = digits === 'by-currency' ? currencyExponent(currency) : parseInt(digits, 10);
    const finer = !isCurrency(currency) || currencyExponent(currency) < decimals;
    this.scale = finer ? moneyRoundingTo({ decimals, mode }) : moneyRoundingIn(currency, { decimals, mode });
  }

  /** An amount as it was paid or agreed; a finer one is rounded to the minor unit. Absent: none. */
  read(amount = '0'): bigint {
    return toMinor(rational(amount), { ...this.scale, decimals: this.scale.exponent });
  }

  text(minor: bigint): string {
    return minorText(minor, this.scale);
  }

  texts(amounts: Readonly<Record<string, bigint>>): Record<string, string> {
    return Object.fromEntries(Object.entries(amounts).map(([name, minor]) => [name, this.text(minor)]));
  }

  exactAndFinal({ exact, minor }: { readonly exact: Rational; readonly minor: bigint }): ExactAndFinal {
    return { exact: exactText(exact), final: this.text(minor) };
  }

  exactAndRounded({ exact, rounded }: ExactAndRounded): ExactAndFinal {
    return this.exactAndFinal({ exact, minor: rounded });
  }
}

export interface ExactAndFinal {
  readonly exact: string;
  readonly final: string;
}
