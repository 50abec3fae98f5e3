import { exactText, isCommercialModel, isCurrency, isTerritory, isUseType, rational, readIsrc } from '../../kernel';
import type { Fault } from '../../platform/errors/domain-error';

/** The CloudEvents type of usage. Another shape of data would be another type. */
export const usageEventType = 'accordo.usage.v1';

/** One use, or several alike, of a recording on a service at an instant: what an event says once it is read. Never changed. */
export interface UsageEvent {
  readonly source: string;
  readonly id: string;
  /** Milliseconds since 1970; finer digits are not kept. */
  readonly instant: number;
  /** Lower-case uuid. */
  readonly serviceId: string;
  /** In its stored form. */
  readonly isrc: string;
  readonly territory: string;
  readonly use: string;
  readonly model: string;
  readonly quantity: number;
  /** How long each play lasted; null where the sender does not tell. */
  readonly playedSeconds: number | null;
  /** What all of it was sold for; null where the sender does not tell. */
  readonly sold: EventSale | null;
}

/** A decimal without sign and without zeros at its end, at most eight decimals; an ISO 4217 code. */
export interface EventSale {
  readonly amount: string;
  readonly currency: string;
}

export type EventReading =
  | { readonly event: UsageEvent }
  /** As far as it can be told which event it was meant to be. */
  | { readonly source: string | null; readonly id: string | null; readonly faults: readonly Fault[] };

const quantityMax = 1_000_000_000;
/** A day: no single play is longer. */
const playedSecondsMax = 86_400;
const uriReference = /^[\x21-\x7e]{1,255}$/;
const printable = /^[^\p{C}\p{Zl}\p{Zp}]{1,255}$/u;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const rfc3339 =
  /^(19[7-9]\d|2\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const dataMembers = new Set([
  'serviceId',
  'isrc',
  'territory',
  'useType',
  'commercialModel',
  'quantity',
  'playedSeconds',
  'sold',
]);

/**
 * Reads a CloudEvent (1.0, JSON format) of usage by hand, for this is done thousands of times a second; all faults at once, with pointers
 * into the event. Extension attributes are let through and not kept: what counts stands in `data`, where unknown members are faults.
 */
export function readUsageEvent(json: unknown): EventReading {
  if (!isObject(json)) return { source: null, id: null, faults: [fault('', 'field-object', 'an event is an object')] };
  const faults: Fault[] = [];
  const { specversion, type, source, id, time, datacontenttype, data } = json;
  const check = (fine: boolean, pointer: string, code: string, message: string): void => {
    if (!fine) faults.push(fault(pointer, code, message));
  };
  check(specversion === '1.0', '/specversion', 'field-in', 'specversion must be 1.0');
  check(type === usageEventType, '/type', 'field-in', `type must be ${usageEventType}`);
  check(matches(uriReference, source), '/source', 'field-uri', 'source must be a URI reference of 1 to 255 characters');
  check(matches(printable, id), '/id', 'field-text', 'id must be 1 to 255 printable characters');
  const instant = instantOf(time);
  check(instant !== undefined, '/time', 'field-instant', 'time must be an instant with zone (RFC 3339), from 1970 on');
  check(isJson(datacontenttype), '/datacontenttype', 'field-in', 'data must be application/json');
  check(json.data_base64 === undefined, '/data_base64', 'field-unknown', 'data must be JSON, not bytes');
  const used = readData(data, faults);
  if (faults.length > 0 || used === undefined || instant === undefined) {
    return { source: textOf(source), id: textOf(id), faults };
  }
  return { event: { source: source as string, id: id as string, instant, ...used } };
}

function readData(data: unknown, faults: Fault[]): Omit<UsageEvent, 'source' | 'id' | 'instant'> | undefined {
  if (!isObject(data)) {
    faults.push(fault('/data', 'field-object', 'data must be an object'));
    return undefined;
  }
  const check = (fine: boolean, name: string, code: string, message: string): void => {
    if (!fine) faults.push(fault(`/data/${name}`, code, message));
  };
  for (const name in data) {
    if (!dataMembers.has(name)) {
      const pointer = name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');
      faults.push(fault(`/data/${pointer}`, 'field-unknown', 'no such member'));
    }
  }
  const { serviceId, isrc, territory, useType, commercialModel, quantity = 1, playedSeconds } = data;
  const sold = readSale(data.sold, faults);
  const reading = typeof isrc === 'string' ? readIsrc(isrc) : { fault: 'isrc-malformed' };
  check(matches(uuid, serviceId), 'serviceId', 'field-uuid', 'serviceId must be a uuid');
  check('isrc' in reading, 'isrc', 'field-isrc', 'isrc must be an ISRC');
  check(is(isTerritory, territory), 'territory', 'field-in', 'territory must be an ISO 3166-1 alpha-2 code');
  check(is(isUseType, useType), 'useType', 'field-in', 'useType must be a DDEX use type');
  check(is(isCommercialModel, commercialModel), 'commercialModel', 'field-in', 'must be a DDEX commercial model');
  const counted = isWhole(quantity, 1, quantityMax);
  check(counted, 'quantity', 'field-int', `quantity must be a whole number from 1 to ${quantityMax}`);
  const lasted = playedSeconds === undefined || isWhole(playedSeconds, 0, playedSecondsMax);
  check(lasted, 'playedSeconds', 'field-int', `playedSeconds must be a whole number from 0 to ${playedSecondsMax}`);
  if (faults.length > 0 || !('isrc' in reading)) return undefined;
  return {
    serviceId: (serviceId as string).toLowerCase(),
    isrc: reading.isrc,
    territory: territory as string,
    use: useType as string,
    model: commercialModel as string,
    quantity: quantity as number,
    playedSeconds: (playedSeconds as number | undefined) ?? null,
    sold,
  };
}

const amountForm = /^(?:0|[1-9]\d{0,11})(?:\.\d{1,8})?$/;

function readSale(sold: unknown, faults: Fault[]): EventSale | null {
  if (sold === undefined) return null;
  const { amount, currency, ...others } = isObject(sold) ? sold : {};
  const isSale = matches(amountForm, amount) && is(isCurrency, currency) && Object.keys(others).length === 0;
  if (!isSale) {
    const message =
      'sold must be an amount of at most twelve digits and eight decimals, as text, and its currency (ISO 4217)';
    faults.push(fault('/data/sold', 'field-money', message));
    return null;
  }
  return { amount: exactText(rational(amount as string)), currency: currency as string };
}

/** What two readings of one id differ in, by pointer; empty when they say the same. */
export function differencesBetween(stored: UsageEvent, sent: UsageEvent): Fault[] {
  const differing = (pointer: string, was: string | number | null, is: string | number | null): Fault[] =>
    was === is ? [] : [fault(pointer, 'field-differs', `was ${was ?? 'absent'} when this id was first sent`)];
  return [
    ...(stored.instant === sent.instant
      ? []
      : differing('/time', new Date(stored.instant).toISOString(), new Date(sent.instant).toISOString())),
    ...differing('/data/serviceId', stored.serviceId, sent.serviceId),
    ...differing('/data/isrc', stored.isrc, sent.isrc),
    ...differing('/data/territory', stored.territory, sent.territory),
    ...differing('/data/useType', stored.use, sent.use),
    ...differing('/data/commercialModel', stored.model, sent.model),
    ...differing('/data/quantity', stored.quantity, sent.quantity),
    ...differing('/data/playedSeconds', stored.playedSeconds, sent.playedSeconds),
    ...differing('/data/sold', saleText(stored), saleText(sent)),
  ];
}

const saleText = ({ sold }: UsageEvent): string | null => (sold === null ? null : `${sold.amount} ${sold.currency}`);

export const fault = (pointer: string, code: string, message: string): Fault => ({ pointer, code, message });

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
const matches = (grammar: RegExp, value: unknown): boolean => typeof value === 'string' && grammar.test(value);
const is = (test: (text: string) => boolean, value: unknown): boolean => typeof value === 'string' && test(value);
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value.slice(0, 255) : null);
const isJson = (type: unknown): boolean => type === undefined || matches(/^application\/json\s*(;.{0,100})?$/i, type);

/** 30 February has the shape of a day and is none: Date would take it for 1 or 2 March. */
function instantOf(time: unknown): number | undefined {
  if (typeof time !== 'string') return undefined;
  const [, year, month, day] = rfc3339.exec(time) ?? [];
  if (day === undefined) return undefined;
  if (Number(day) > 28 && Number(day) > new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate())
    return undefined;
  const milliseconds = Date.parse(time);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
