const HYPHEN = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether the bytes name a day that exists, as YYYY-MM-DD or, as some senders write it, YYYYMMDD. */
export function isDay(bytes: Uint8Array, start: number, end: number): boolean {
  const hyphens = end - start === 10 ? 1 : 0;
  if (end - start !== 8 + 2 * hyphens) return false;
  if (hyphens === 1 && (bytes[start + 4] !== HYPHEN || bytes[start + 7] !== HYPHEN)) return false;
  const year = digits(bytes, start, 4);
  const month = digits(bytes, start + 4 + hyphens, 2);
  const day = digits(bytes, start + 6 + 2 * hyphens, 2);
  return year >= 1 && day >= 1 && day <= daysIn(year, month);
}

/** YYYYMMDD as a number, of bytes that were checked before; days compare as their numbers do. */
export function dayNumber(bytes: Uint8Array, start: number, end: number): number {
  const hyphens = end - start === 10 ? 1 : 0;
  const [month, day] = [start + 4 + hyphens, start + 6 + 2 * hyphens];
  return digits(bytes, start, 4) * 10_000 + digits(bytes, month, 2) * 100 + digits(bytes, day, 2);
}

/** The same of YYYY-MM-DD. */
export const numberOfDay = (day: string): number => Number(day.replaceAll('-', ''));

/** Whether the bytes name a day, or a month (YYYY-MM) or year (YYYY) as a whole. */
export function isDayOrMonthOrYear(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length !== 4 && length !== 7) return isDay(bytes, start, end);
  const month = length === 4 ? 1 : digits(bytes, start + 5, 2);
  if (length === 7 && bytes[start + 4] !== HYPHEN) return false;
  return digits(bytes, start, 4) >= 1 && month >= 1 && month <= 12;
}

/** The first and last day of a day, month or year that was checked before, as YYYY-MM-DD. */
export function daysOf(date: string): { readonly first: string; readonly last: string } {
  if (date.length === 4) return { first: `${date}-01-01`, last: `${date}-12-31` };
  if (date.length !== 7) return { first: withHyphens(date), last: withHyphens(date) };
  const bytes = Buffer.from(date);
  return { first: `${date}-01`, last: `${date}-${daysIn(digits(bytes, 0, 4), digits(bytes, 5, 2))}` };
}

/** The day as YYYY-MM-DD; null when there is no such day. */
export function isoDate(text: string): string | null {
  const bytes = Buffer.from(text);
  if (!isDay(bytes, 0, bytes.length)) return null;
  return withHyphens(text);
}

/** YYYY-MM-DD from a day that was checked before. */
export function withHyphens(day: string): string {
  return day.length === 10 ? day : `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
}

/** A day and time with its zone, as XML Schema writes it. */
export function isDateTime(text: string): boolean {
  const match = DATE_TIME.exec(text);
  return match !== null && isoDate(match[1]!) !== null;
}

function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0);
}

/** The number these digits write; NaN, which is in no range, when one of them is no digit. */
function digits(bytes: Uint8Array, start: number, length: number): number {
  let value = 0;
  for (let at = start; at < start + length; at += 1) {
    const byte = bytes[at]!;
    if (byte < ZERO || byte > NINE) return NaN;
    value = value * 10 + byte - ZERO;
  }
  return value;
}
