const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
/** Below this length the digits of a decimal are a safe integer, and so is a sum of a few thousand of them. */
const SHORT = 13;
const UNITS_MAX = 2 ** 52;

/** Adds decimals as they stand in files, exactly, however many digits they have. */
export class DecimalSum {
  /** Sums of equally many places, in units of the last place. */
  private readonly units = new Map<number, bigint>();
  /** The same for short decimals, as integers that are exact in a double: many times faster than big ones. */
  private readonly short = new Float64Array(SHORT + 1);

  /** `text` must have passed as a decimal of the file: `-12.50`, `5.`. */
  add(text: string): void {
    if (text.length > SHORT) return this.addLong(text);
    let units = 0;
    let places = 0;
    const negative = text.charCodeAt(0) === MINUS;
    for (let at = negative ? 1 : 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === DOT) places = text.length - at - 1;
      else units = units * 10 + code - ZERO;
    }
    const sum = this.short[places]! + (negative ? -units : units);
    this.short[places] = sum;
    if (sum > UNITS_MAX || sum < -UNITS_MAX) this.fold(places);
  }

  /** The sum in plain digits, without zeros that say nothing: `0.4`, `-12`. */
  get text(): string {
    for (const places of this.short.keys()) this.fold(places);
    const places = Math.max(0, ...this.units.keys());
    let sum = 0n;
    for (const [each, units] of this.units) sum += units * 10n ** BigInt(places - each);
    const digits = String(sum < 0n ? -sum : sum).padStart(places + 1, '0');
    const whole = digits.slice(0, digits.length - places);
    const part = digits.slice(digits.length - places).replace(/0+$/, '');
    return `${sum < 0n ? '-' : ''}${whole}${part === '' ? '' : `.${part}`}`;
  }

  private addLong(text: string): void {
    const dot = text.indexOf('.');
    const places = dot < 0 ? 0 : text.length - dot - 1;
    const digits = dot < 0 ? text : text.slice(0, dot) + text.slice(dot + 1);
    this.units.set(places, (this.units.get(places) ?? 0n) + BigInt(digits));
  }

  private fold(places: number): void {
    const sum = this.short[places]!;
    if (sum === 0) return;
    this.units.set(places, (this.units.get(places) ?? 0n) + BigInt(sum));
    this.short[places] = 0;
  }
}

/** A decimal in the form in which sums are told, so that equal numbers are equal texts. */
export function canonicalDecimal(text: string): string {
  const sum = new DecimalSum();
  sum.add(text);
  return sum.text;
}
