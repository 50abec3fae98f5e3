import {
  compare,
  isCalendarDate,
  isDecimalText,
  isShare,
  moneyFromText,
  ONE,
  rational,
  reportingPeriodNamed,
  type Period,
  ZERO,
} from '../kernel';
import { mapped, text, type Reader } from './read-json';

/** Readers of single values in a context file. Amounts are text in the currency of the terms. */

const COUNT = /^\d{1,18}$/;

/** Whether the work throws no RangeError: how the kernel says that text means nothing. */
function means(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

export const period: Reader<Period> = mapped(
  text(
    (name) => means(() => reportingPeriodNamed(name)),
    'context-period',
    'must be a reporting period, such as "2026-01", "2026-Q1", "2026-H1" or "2026"',
  ),
  reportingPeriodNamed,
);

export const count: Reader<bigint> = mapped(
  text((value) => COUNT.test(value), 'context-figure', 'must be a whole number, as text'),
  BigInt,
);

export const decimal = text(isDecimalText, 'context-figure', 'must be a plain decimal, as text');

export const words = text((value) => value.trim() !== '', 'context-text', 'must be text');

export const day = text(isCalendarDate, 'context-date', 'must be a day that exists, such as "2026-01-31"');

/** An amount as money text; where the currency is not known, as the terms have faults, only its shape is looked at. */
export function moneyText(
  currency: string | undefined,
  { code, signed }: { code: string; signed: boolean },
): Reader<string> {
  const valid = (value: string): boolean =>
    isDecimalText(value) &&
    (signed || !value.startsWith('-')) &&
    (currency === undefined || means(() => moneyFromText(value, currency)));
  return text(valid, code, `must be an amount${currency === undefined ? '' : ` in ${currency}`}, as text: "1250.00"`);
}

/** The same in minor units. */
export function minorOf(currency: string | undefined, more: { code: string; signed: boolean }): Reader<bigint> {
  return mapped(moneyText(currency, more), (value) =>
    currency === undefined ? 0n : moneyFromText(value, currency).minor,
  );
}

/** A decimal or a quotient of either sign. */
export const exact = text((value) => means(() => rational(value)), 'context-booked', 'must be an exact value, as text');

/** A rate of tax that is kept back: from 0, below 1. */
export const shareBelowOne = text(
  (value) => isShare(value) && compare(rational(value), ONE) < 0,
  'context-rate',
  'must be a share of one, as text: "0.10"',
);

export const rateFromZero = text(
  (value) => isDecimalText(value) && !value.startsWith('-'),
  'context-rate',
  'must be a rate that is not negative, as text: "0.20"',
);

export const rateAboveZero = text(
  (value) => means(() => rational(value)) && compare(rational(value), ZERO) > 0,
  'context-rate',
  'must be a rate above zero, as text: "0.9125"',
);
