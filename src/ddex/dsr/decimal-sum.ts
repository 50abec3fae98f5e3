/** Adds decimals as they stand in files, exactly, however many digits they have. */
export class DecimalSum {
  /** Sums of equally many places, in units of the last place. */
  private readonly units = new Map<number, bigint>();

  /** `text` must have passed as a decimal of the file: `-12.50`, `5.`. */
  add(text: string): void {
    const dot = text.indexOf('.');
    const places = dot < 0 ? 0 : text.length - dot - 1;
    const digits = dot < 0 ? text : text.slice(0, dot) + text.slice(dot + 1);
    this.units.set(places, (this.units.get(places) ?? 0n) + BigInt(digits));
  }

  /** The sum in plain digits, without zeros that say nothing: `0.4`, `-12`. */
  get text(): string {
    const places = Math.max(0, ...this.units.keys());
    let sum = 0n;
    for (const [each, units] of this.units) sum += units * 10n ** BigInt(places - each);
    const digits = String(sum < 0n ? -sum : sum).padStart(places + 1, '0');
    const whole = digits.slice(0, digits.length - places);
    const part = digits.slice(digits.length - places).replace(/0+$/, '');
    return `${sum < 0n ? '-' : ''}${whole}${part === '' ? '' : `.${part}`}`;
  }
}

/** A decimal in the form in which sums are told, so that equal numbers are equal texts. */
export function canonicalDecimal(text: string): string {
  const sum = new DecimalSum();
  sum.add(text);
  return sum.text;
}
