/** The month so many months later or, below zero, earlier: ('2026-11', 2) is '2027-01'. */
export function monthAfter(month: string, count: number): string {
  const number = monthNumber(month) + count;
  return `${String(Math.floor(number / 12)).padStart(4, '0')}-${String((number % 12) + 1).padStart(2, '0')}`;
}

/** How many months lie between: ('2026-11', '2027-01') is 2. */
export const monthsBetween = (from: string, to: string): number => monthNumber(to) - monthNumber(from);

const monthNumber = (month: string): number =>
  parseInt(month.slice(0, 4), 10) * 12 + parseInt(month.slice(5, 7), 10) - 1;
