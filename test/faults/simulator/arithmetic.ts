/** What the reference ledger counts with: whole numbers only, written apart from the product's. */

/** over / under to the nearest whole number, halves away from zero. */
export function nearest(over: bigint, under: bigint): bigint {
  const size = over < 0n ? -over : over;
  const whole = (2n * size + under) / (2n * under);
  return over < 0n ? -whole : whole;
}

export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);

export const sum = (numbers: readonly bigint[]): bigint => numbers.reduce((total, one) => total + one, 0n);

/** A share of each amount, all parts together the share of the whole; who has the largest remainder gets the odd units, the first of equals first. */
export function shared(amounts: readonly bigint[], [over, under]: readonly [bigint, bigint]): bigint[] {
  const parts = amounts.map((amount) => (amount * over) / under);
  const whole = nearest(sum(amounts) * over, under);
  const byRemainder = [...amounts.keys()].sort((a, b) => {
    const [left, right] = [(amounts[a]! * over) % under, (amounts[b]! * over) % under];
    return left === right ? a - b : left > right ? -1 : 1;
  });
  let odd = whole - sum(parts);
  for (const place of byRemainder) {
    if (odd === 0n) break;
    parts[place] = parts[place]! + 1n;
    odd -= 1n;
  }
  return parts;
}

/** "2026-02-09" where clocks are so many hours ahead of UTC. */
export const dayAt = (at: Date, hoursAhead: number): string =>
  new Date(at.getTime() + hoursAhead * 3_600_000).toISOString().slice(0, 10);

export const daysLater = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** "2026-03" of "2026-02". */
export const monthAfter = (month: string): string => daysLater(`${month}-28`, 4).slice(0, 7);
