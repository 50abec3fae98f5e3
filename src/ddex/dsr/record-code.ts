import { familyOf, isRecordCode, layouts, type RecordCode } from './layouts';

const TAB = 0x09;
const DOT = 0x2e;
/** `SR08`, and `SU03.02` with its version. */
const SHORT = 4;
const LONG = 7;

/** Most records have a code of four characters, which one 32-bit comparison tells apart. */
const shortCodes: ReadonlyMap<number, RecordCode> = new Map(
  (Object.keys(layouts) as RecordCode[])
    .filter((code) => code.length === SHORT)
    .map((code) => [Buffer.from(code, 'latin1').readUInt32BE(0), code]),
);

/** The code that a line begins with, if it is one whose layout is known. */
export function recordCode(bytes: Buffer, start: number, end: number): RecordCode | null {
  if (end - start < SHORT) return null;
  const next = end - start > SHORT ? bytes[start + SHORT] : TAB;
  if (next === TAB) return shortCodes.get(bytes.readUInt32BE(start)) ?? null;
  if (next !== DOT || end - start < LONG || (end - start > LONG && bytes[start + LONG] !== TAB)) return null;
  const code = bytes.toString('latin1', start, start + LONG);
  return isRecordCode(code) ? code : null;
}

/** The first cell as written, for messages: at most 64 bytes of it. */
export function writtenCode(bytes: Buffer, start: number, end: number): string {
  let at = start;
  while (at < end && at < start + 64 && bytes[at] !== TAB) at += 1;
  return bytes.toString('utf8', start, at);
}

const families: ReadonlySet<string> = new Set(Object.keys(layouts).map(familyOf));

/** A version that no layout is of, of a record that other layouts are of. */
export const isUnknownVersion = (written: string): boolean =>
  /^[A-Z]{2}\d{2}\.\d{2}$/.test(written) && families.has(familyOf(written)) && !isRecordCode(written);
