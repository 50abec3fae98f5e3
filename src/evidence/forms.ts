import { canonicalText, isCalendarDate } from '../kernel';

/** Whether a value has a form. */
export type Form = (value: unknown) => boolean;

export const text: Form = (value) => typeof value === 'string';
export const nothing: Form = (value) => value === null;
export const count: Form = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
export const word =
  (...words: readonly string[]): Form =>
  (value) =>
    words.includes(value as string);
export const like =
  (pattern: RegExp): Form =>
  (value) =>
    typeof value === 'string' && pattern.test(value);
export const either =
  (...forms: readonly Form[]): Form =>
  (value) =>
    forms.some((form) => form(value));

/** Exactly these members: one that nobody knows could say anything. */
export const object =
  (members: Readonly<Record<string, Form>>): Form =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).length === Object.keys(members).length &&
    Object.entries(members).every(
      ([name, form]) => Object.hasOwn(value, name) && form((value as Readonly<Record<string, unknown>>)[name]),
    );

export const uuid = like(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
export const hash = like(/^[0-9a-f]{64}$/);
export const day: Form = (value) => typeof value === 'string' && isCalendarDate(value);
export const instant: Form = (value) =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/.test(value) &&
  !Number.isNaN(Date.parse(value)) &&
  new Date(value).toISOString() === value;

/** Each once and in order. */
export const texts: Form = (value) =>
  Array.isArray(value) &&
  value.every((item, place) => typeof item === 'string' && (place === 0 || (value[place - 1] as string) < item));

/** The value where it has the form, undefined otherwise. */
export function formed<Value>(form: Form, value: unknown): Value | undefined {
  return form(value) ? (value as Value) : undefined;
}

/** The value of canonical JSON; undefined when the bytes are anything else: another spelling of the same value is refused. */
export function canonicalJson(bytes: Buffer): unknown {
  const value = json(bytes);
  try {
    return Buffer.from(canonicalText(value), 'utf8').equals(bytes) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The value of JSON in whatever spelling; undefined when the bytes are none. */
export function json(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
