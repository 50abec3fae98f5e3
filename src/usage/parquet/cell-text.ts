import { dayInForm } from '../engine/day-reader';
import type { DateForm } from '../engine/delimited-layout';
import { type Leaf, physical } from './leaves';
import { corrupt } from './unreadable';
import type { Values } from './values';

/** How a mapping writes what has a type of its own. */
export interface CellForms {
  readonly dates: DateForm;
  readonly decimal: '.' | ',';
}

/** One more than any line of a report has: whoever reads it sees that it is too long. */
const cellBytesMax = 64 * 1024 + 1;

/** The values of a column as a mapping's cells hold them, every digit of them. */
export function cellTexts(leaf: Leaf, { dates, decimal }: CellForms): (values: Values, at: number) => string {
  switch (leaf.kind) {
    case 'text':
      return (values, at) => textOf(values.bytes(at));
    case 'boolean':
      return (values, at) => (values.number(at) === 1 ? 'true' : 'false');
    case 'floating':
      return (values, at) => String(values.number(at));
    case 'day':
      return (values, at) => dayText(Number(values.number(at)), dates);
    case 'instant':
      return instantTexts(leaf, dates);
    case 'integer': {
      const bits = leaf.type === physical.int32 ? 32 : 64;
      if (leaf.isUnsigned !== true) return (values, at) => String(values.number(at));
      return (values, at) => {
        const value = values.number(at);
        return String(value < 0 ? BigInt.asUintN(bits, BigInt(value)) : value);
      };
    }
    case 'decimal': {
      const scale = leaf.scale ?? 0;
      const isNumber = leaf.type === physical.int32 || leaf.type === physical.int64;
      return isNumber
        ? (values, at) => decimalText(BigInt(values.number(at)), scale, decimal)
        : (values, at) => decimalText(signed(values.bytes(at)), scale, decimal);
    }
    case 'other':
      return () => '';
  }
}

const textOf = (bytes: Buffer): string => bytes.toString('utf8', 0, cellBytesMax).trim();

/** Without zeros at its end: 12.000 with three decimals is 12, and cannot be taken for twelve thousand. */
function decimalText(unscaled: bigint, scale: number, sign: '.' | ','): string {
  const isNegative = unscaled < 0n;
  const digits = String(isNegative ? -unscaled : unscaled).padStart(scale + 1, '0');
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  const whole = scale === 0 ? digits : digits.slice(0, -scale);
  const hasFraction = scale > 0 && fraction !== '';
  return `${isNegative ? '-' : ''}${whole}${hasFraction ? `${sign}${fraction}` : ''}`;
}

const decimalBytesMax = 64;

/** A number in two's complement, its highest byte first. */
function signed(bytes: Buffer): bigint {
  if (bytes.length > decimalBytesMax) throw corrupt('a decimal is longer than any number');
  if (bytes.length === 0) return 0n;
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
}

/** A day of the calendar, counted from 1970-01-01. */
export function dayText(day: number, dates: DateForm): string {
  // Eras of 400 years, whose years begin in March, so that the day that some years lack is their last one.
  const sinceMarch = day + 719_468;
  const era = Math.floor(sinceMarch / 146_097);
  const ofEra = sinceMarch - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const date = ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const two = (number: number): string => String(number).padStart(2, '0');
  const iso = `${String(year).padStart(4, '0')}-${two(month)}-${two(date)}`;
  return year < 0 || year > 9999 ? iso : dayInForm(iso, dates);
}

const nanosecondsOfDay = 86_400_000_000_000n;
/** The day that INT96 counts 1970-01-01 as. */
const julianEpoch = 2_440_588;

/**
 * An instant is a day where it is the beginning of one. Any other is told in full, which is no day: which day it belongs to would depend on a zone that the file
 * does not tell.
 */
function instantTexts(
  { type, ticksOfDay = nanosecondsOfDay, isUtc }: Leaf,
  dates: DateForm,
): (values: Values, at: number) => string {
  const zone = isUtc === true ? 'Z' : '';
  const text = (day: number, ticks: bigint, ofDay: bigint): string => {
    if (ticks === 0n) return dayText(day, dates);
    const nanoseconds = (ticks * nanosecondsOfDay) / ofDay;
    const seconds = Number(nanoseconds / 1_000_000_000n);
    const fraction = String(nanoseconds % 1_000_000_000n)
      .padStart(9, '0')
      .replace(/0+$/, '');
    const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    const time = clock.map((number) => String(number).padStart(2, '0')).join(':');
    return `${dayText(day, 'YYYY-MM-DD')}T${time}${fraction === '' ? '' : `.${fraction}`}${zone}`;
  };
  if (type === physical.int96) {
    return (values, at) => {
      const bytes = values.bytes(at);
      const ticks = bytes.readBigInt64LE(0);
      if (ticks < 0n || ticks >= nanosecondsOfDay) throw corrupt('an instant lies outside of its day');
      return text(bytes.readUInt32LE(8) - julianEpoch, ticks, nanosecondsOfDay);
    };
  }
  return (values, at) => {
    const value = BigInt(values.number(at));
    const ticks = ((value % ticksOfDay) + ticksOfDay) % ticksOfDay;
    return text(Number((value - ticks) / ticksOfDay), ticks, ticksOfDay);
  };
}
