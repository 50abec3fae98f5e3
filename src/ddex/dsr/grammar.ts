import { isTerritory, WORLDWIDE } from '../../kernel/territory';
import { isCommercialModel, isUseType } from '../../kernel/uses';
import { gtinCheckDigit, readIsrc, WRITTEN_DPID } from '../../kernel/identifiers';
import { isDateTime, isDay, isDayOrMonthOrYear } from './dates';
import { type FaultCode } from './faults';
import { type CellType } from './layouts';
import { findProfile } from './profiles';

/** Says which rule the bytes of one value break, or null. Values are checked as written, before any conversion. */
export type Check = (bytes: Buffer, start: number, end: number) => FaultCode | null;

const ID_BYTES_MAX = 255;
/** Longest value of free text. */
export const TEXT_BYTES_MAX = 2000;
const DECIMAL_DIGITS_MAX = 38;
/** The largest count that can be kept. */
export const COUNT_MAX = (1n << 63n) - 1n;
/** So many digits always fit a safe integer. */
const SAFE_DIGITS = 15;

const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const LETTER_A = 0x41;
const LETTER_Z = 0x5a;

/** The first byte from `at` that is not a digit. */
function skipDigits(bytes: Buffer, at: number, end: number): number {
  let next = at;
  while (next < end && bytes[next]! >= ZERO && bytes[next]! <= NINE) next += 1;
  return next;
}

/** Position of the end of the whole part, or -1 when the bytes are not `digits[.digits]` (the dot may stand alone). */
function wholePartEnd(bytes: Buffer, start: number, end: number): number {
  const dot = skipDigits(bytes, start, end);
  if (dot === start) return -1;
  if (dot === end) return dot;
  return bytes[dot] === DOT && skipDigits(bytes, dot + 1, end) === end ? dot : -1;
}

const decimal: Check = (bytes, start, end) => {
  if (wholePartEnd(bytes, bytes[start] === MINUS ? start + 1 : start, end) < 0) return 'cell-not-decimal';
  return end - start > DECIMAL_DIGITS_MAX ? 'cell-out-of-range' : null;
};

/** A whole number of uses: `23` and `23.00`, not `23.2`, not negative, at most 2⁶³ − 1. */
const count: Check = (bytes, start, end) => {
  const negative = bytes[start] === MINUS;
  const dot = wholePartEnd(bytes, negative ? start + 1 : start, end);
  if (dot < 0) return 'cell-malformed';
  for (let at = dot + 1; at < end; at += 1) if (bytes[at] !== ZERO) return 'cell-not-whole';
  if (negative) return 'cell-negative';
  if (dot - start <= SAFE_DIGITS) return null;
  return dot - start > 64 || BigInt(bytes.toString('latin1', start, dot)) > COUNT_MAX ? 'cell-out-of-range' : null;
};

/** The value of bytes that passed as a count. */
export function readCount(bytes: Buffer, start: number, end: number): bigint {
  const value = readCountAsNumber(bytes, start, end);
  return Number.isSafeInteger(value)
    ? BigInt(value)
    : BigInt(bytes.toString('latin1', start, skipDigits(bytes, start, end)));
}

/** The same as a double, exact up to 2⁵³ − 1, and many times faster. */
export function readCountAsNumber(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end && bytes[at] !== DOT; at += 1) value = value * 10 + bytes[at]! - ZERO;
  return value;
}

const matches =
  (pattern: RegExp, code: FaultCode): Check =>
  (bytes, start, end) =>
    pattern.test(bytes.toString('latin1', start, end)) ? null : code;

const atMost =
  (limit: number): Check =>
  (_bytes, start, end) =>
    end - start > limit ? 'cell-too-long' : null;

const text = atMost(TEXT_BYTES_MAX);

const allowed =
  (isKnown: (value: string) => boolean): Check =>
  (bytes, start, end) =>
    text(bytes, start, end) ?? (isKnown(bytes.toString('utf8', start, end)) ? null : 'unknown-allowed-value');

const date: Check = (bytes, start, end) => (isDay(bytes, start, end) ? null : 'cell-not-date');

const isoDate: Check = (bytes, start, end) => (isDayOrMonthOrYear(bytes, start, end) ? null : 'cell-not-date');

const dateTime: Check = (bytes, start, end) =>
  end - start <= 40 && isDateTime(bytes.toString('latin1', start, end)) ? null : 'cell-not-date-time';

/** Whether the bytes are an ISRC in its stored form already, as nearly all are: no text needs to be made to know. */
export function isStoredIsrc(bytes: Buffer, start: number, end: number): boolean {
  if (end - start !== 12 || skipDigits(bytes, start + 5, end) !== end) return false;
  for (let at = start; at < start + 5; at += 1) {
    const byte = bytes[at]!;
    const isLetter = byte >= LETTER_A && byte <= LETTER_Z;
    if (!isLetter && (at < start + 2 || byte < ZERO || byte > NINE)) return false;
  }
  return true;
}

const isrc: Check = (bytes, start, end) => {
  if (isStoredIsrc(bytes, start, end)) return null;
  return end - start <= 40 && 'isrc' in readIsrc(bytes.toString('latin1', start, end)) ? null : 'isrc-malformed';
};

const icpn: Check = (bytes, start, end) => {
  if (end - start < 12 || end - start > 14 || skipDigits(bytes, start, end) !== end) return 'identifier-malformed';
  const digits = bytes.toString('latin1', start, end);
  return gtinCheckDigit(digits.slice(0, -1)) === digits.slice(-1) ? null : 'check-digit-wrong';
};

/** T and ten digits, the last of which makes the sum of all, weighted by their places, and one a multiple of ten. */
const iswc: Check = (bytes, start, end) => {
  const written = bytes.toString('latin1', start, Math.min(end, start + 40));
  if (!/^T[0-9]{10}$/.test(written)) return 'identifier-malformed';
  let sum = 1;
  for (let place = 1; place <= 9; place += 1) sum += place * (bytes[start + place]! - ZERO);
  return (10 - (sum % 10)) % 10 === bytes[end - 1]! - ZERO ? null : 'check-digit-wrong';
};

/** True or false in any case: setting bit 5 makes an ASCII letter small. */
const boolean: Check = (bytes, start, end) => {
  const word = end - start === 4 ? 'true' : 'false';
  if (end - start !== word.length) return 'cell-not-boolean';
  for (let at = start; at < end; at += 1) {
    if ((bytes[at]! | 0x20) !== word.charCodeAt(at - start)) return 'cell-not-boolean';
  }
  return null;
};

const namespacedId: Check = (bytes, start, end) => {
  for (let at = start; at + 1 < end; at += 1) if (bytes[at] === COLON && bytes[at + 1] === COLON) return null;
  return 'identifier-malformed';
};

/** A span of time as XML Schema writes it. `PT0H0M0S` is what senders write who do not know it. */
const duration: Check = (bytes, start, end) =>
  end - start <= 40 &&
  /^P(?=[\dT])(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/.test(
    bytes.toString('latin1', start, end),
  )
    ? null
    : 'cell-not-duration';

/** A title or name. What looks like `namespace::id` there belongs into a cell further to the right. */
const name: Check = (bytes, start, end) => {
  const fault = text(bytes, start, end);
  if (fault !== null || namespacedId(bytes, start, end) !== null) return fault;
  return /^[\w.-]+::\S+$/.test(bytes.toString('latin1', start, end)) ? 'cell-shifted' : null;
};

const profile: Check = (bytes, start, end) =>
  findProfile(bytes.toString('latin1', start, Math.min(end, start + 80))) === undefined ? 'wrong-profile' : null;

/** RightsCoverage in all lists of allowed values from 2012 to 2022. */
const rightsTypes: ReadonlySet<string> = new Set([
  'MakeAvailableRight',
  'MechanicalRight',
  'PerformingRight',
  'PrintRight',
  'ReproductionRight',
  'SynchronizationRight',
  'UserDefined',
]);

/** An ISO code, the whole world, or a numeric code of the TIS list, which is kept as written. */
const isKnownTerritory = (value: string) => value === WORLDWIDE || isTerritory(value) || /^[0-9]{1,4}$/.test(value);

export const checks: Readonly<Record<CellType, Check>> = {
  record: () => null,
  version: matches(/^dsrf\//, 'cell-malformed'),
  profile,
  text,
  name,
  id: atMost(ID_BYTES_MAX),
  count,
  integer: count,
  decimal,
  boolean,
  date,
  isoDate,
  dateTime,
  duration,
  dpid: matches(WRITTEN_DPID, 'cell-malformed'),
  namespacedId,
  isrc,
  isan: matches(
    /^(?:[A-Fa-f0-9]{12}|[A-Fa-f0-9]{24}|[A-Fa-f0-9]{16}[A-Za-z][A-Fa-f0-9]{8}[A-Za-z])$/,
    'identifier-malformed',
  ),
  iswc,
  icpn,
  currency: matches(/^[A-Z]{3}$/, 'cell-malformed'),
  territory: allowed(isKnownTerritory),
  commercialModel: allowed(isCommercialModel),
  useType: allowed(isUseType),
  rightsType: allowed((value) => rightsTypes.has(value)),
  // Long lists that money does not hang on: kept as written.
  releaseType: text,
  resourceType: text,
};
