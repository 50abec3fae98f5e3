import { dayAfter, isCalendarDate, isCurrency, monthsAfterDay } from '../../kernel';
import { type AllowedValue, type Interval, type LocalText, type LocalValue, type Territorial } from './model';
import { type Problems, quoted } from './problems';
import { childrenOf, eachOf, type XmlElement } from './xml/element';

const DURATION =
  /^P(?=[\dT])(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,12})(?:\.(\d{1,12}))?S)?)?$/;

/** Seconds of an xs:duration as an exact decimal; undefined where it is none, or counts years or months. */
function secondsOf(written: string): string | undefined {
  const match = DURATION.exec(written);
  if (match === null) return undefined;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = match;
  if (days === '0' && fraction === '' && written.length < 12) {
    return String(parseInt(hours, 10) * 3600 + parseInt(minutes, 10) * 60 + parseInt(seconds, 10));
  }
  const whole = BigInt(days) * 86_400n + BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds);
  const rest = fraction.replace(/0+$/, '');
  return rest === '' ? String(whole) : `${whole}.${rest}`;
}

const DATE_TIME =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,12})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/;

/** Whether the text is a day and time, with or without a zone. */
export function isDateTime(written: string): boolean {
  const match = DATE_TIME.exec(written);
  return match !== null && isCalendarDate(match[1]!);
}

/** The first day of a day, month or year, and the one after its last; undefined where it is none of them. */
export function daysOf(written: string): { readonly first: string; readonly after: string } | undefined {
  const first = /^\d{4}$/.test(written)
    ? `${written}-01-01`
    : /^\d{4}-\d{2}$/.test(written)
      ? `${written}-01`
      : written;
  if (!isCalendarDate(first) || first > '9998') return undefined;
  if (first === written) return { first, after: dayAfter(first, 1) };
  return { first, after: monthsAfterDay(first, written.length === 4 ? 12 : 1) };
}

const DECIMAL = /^[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})$/;

/** A decimal as it is compared: without signs, zeros and points that say nothing; undefined where it is none. */
export function decimalOf(written: string): string | undefined {
  if (!DECIMAL.test(written)) return undefined;
  const [whole = '', fraction = ''] = written.replace(/^[+-]/, '').split('.');
  const digits = whole.replace(/^0+(?=\d)/, '') || '0';
  const rest = fraction.replace(/0+$/, '');
  const plain = rest === '' ? digits : `${digits}.${rest}`;
  return written.startsWith('-') && plain !== '0' ? `-${plain}` : plain;
}

/** Reads values of elements, and tells of those that are none. */
export class Values {
  constructor(readonly problems: Problems) {}

  boolean(parent: XmlElement, name: string): boolean | null {
    return this.truth(this.single(parent, name));
  }

  truth(element: XmlElement | undefined): boolean | null {
    if (element === undefined || element.text === '') return null;
    if (element.text === 'true' || element.text === '1') return true;
    if (element.text !== 'false' && element.text !== '0') {
      this.problems.at(element, 'boolean-malformed', `${quoted(element.text)} is neither true nor false`);
      return null;
    }
    return false;
  }

  flag(element: XmlElement, attribute: string): boolean {
    const text = element.attribute(attribute);
    if (text === null || text === 'false' || text === '0') return false;
    if (text === 'true' || text === '1') return true;
    this.problems.at(element, 'boolean-malformed', `${quoted(text)} is neither true nor false`, attribute);
    return false;
  }

  duration(element: XmlElement | undefined): string | null {
    if (element === undefined || element.text === '') return null;
    const seconds = secondsOf(element.text);
    if (seconds === undefined) {
      this.problems.at(element, 'duration-malformed', `${quoted(element.text)} is not a duration of days to seconds`);
      return null;
    }
    if (seconds !== '0') return seconds;
    this.problems.at(element, 'duration-zero', 'a duration of nothing is taken as unknown');
    return null;
  }

  /** The first of a name, of which there may be one only. */
  single(parent: XmlElement, name: string): XmlElement | undefined {
    let first: XmlElement | undefined;
    for (let candidate = parent.first; candidate !== null; candidate = candidate.next) {
      if (candidate.name !== name) continue;
      if (first === undefined) first = candidate;
      else this.problems.at(candidate, 'element-repeated', `there is more than one ${name}`);
    }
    return first;
  }

  /** The first of some, of which there may be one only. */
  only(elements: readonly XmlElement[]): XmlElement | undefined {
    for (let at = 1; at < elements.length; at += 1) {
      this.problems.at(elements[at]!, 'element-repeated', `there is more than one ${elements[at]!.name}`);
    }
    return elements[0];
  }

  /** The text of the only one of a name; null where there is none, or nothing in it. */
  text(parent: XmlElement, name: string): string | null {
    return this.single(parent, name)?.text || null;
  }

  sequence(text: string | null, element: XmlElement): number | null {
    if (text === null) return null;
    if (/^\d{1,10}$/.test(text)) return parseInt(text, 10);
    this.problems.at(element, 'number-malformed', `${quoted(text)} is not a place in an order`);
    return null;
  }

  amount(parent: XmlElement, name: string): { readonly amount: string; readonly currency: string | null } | null {
    const element = this.single(parent, name);
    if (element === undefined || element.text === '') return null;
    const amount = decimalOf(element.text);
    if (amount === undefined) {
      this.problems.at(element, 'number-malformed', `${quoted(element.text)} is not a decimal number`);
      return null;
    }
    const currency = element.attribute('CurrencyCode');
    if (currency === null) this.problems.at(element, 'attribute-missing', 'an amount has no CurrencyCode');
    else if (!isCurrency(currency)) {
      this.problems.at(element, 'currency-unknown', `${quoted(currency)} is not a currency in use`, 'CurrencyCode');
    }
    return { amount, currency };
  }

  /** A day, month or year as written. */
  day(element: XmlElement): string | null {
    if (element.text === '') return null;
    if (daysOf(element.text) !== undefined || isDateTime(element.text)) return element.text;
    this.problems.at(element, 'date-malformed', `${quoted(element.text)} is not a day of the calendar`);
    return null;
  }

  dateTime(element: XmlElement): string | null {
    if (element.text === '') return null;
    if (isDateTime(element.text)) return element.text;
    this.problems.at(element, 'date-time-malformed', `${quoted(element.text)} is not a day and time`);
    return null;
  }

  /** Of {StartDate, EndDate} or {StartDateTime, EndDateTime}: dates are inclusive, and local to each territory. */
  interval(element: XmlElement): Interval {
    const bound = (name: 'Start' | 'End'): string | null => {
      const time = this.single(element, `${name}DateTime`);
      if (time !== undefined) return this.dateTime(time);
      const date = this.single(element, `${name}Date`);
      if (date === undefined || this.day(date) === null) return null;
      if (isDateTime(date.text)) return date.text;
      const days = daysOf(date.text)!;
      return `${name === 'Start' ? days.first : days.after}T00:00:00`;
    };
    const interval = { from: bound('Start'), until: bound('End') };
    if (isReversed(interval)) this.problems.at(element, 'period-reversed', 'the period ends before it begins');
    return interval;
  }

  allowed(element: XmlElement): AllowedValue {
    const { text: value } = element;
    if (element.attributes === null && value !== 'UserDefined') return { value, namespace: null, userDefined: null };
    const namespace = element.attribute('Namespace');
    const userDefined = element.attribute('UserDefinedValue');
    if (value === 'UserDefined' && (namespace === null || userDefined === null)) {
      this.problems.at(element, 'user-defined-incomplete', 'a user-defined value needs Namespace and UserDefinedValue');
    }
    return { value, namespace, userDefined };
  }

  allowedAll(elements: readonly XmlElement[]): readonly AllowedValue[] {
    return eachOf(elements, (element) => (element.text === '' ? null : this.allowed(element)));
  }

  territorial(element: XmlElement): Territorial {
    if (element.attributes === null && element.parent?.name.endsWith('DetailsByTerritory') !== true) return EVERYWHERE;
    const own = element.attribute('ApplicableTerritoryCode');
    const isDefault = this.flag(element, 'IsDefault');
    if (own !== null) return { territories: [own], excludedTerritories: [], isDefault };
    const { parent } = element;
    if (parent === null || !parent.name.endsWith('DetailsByTerritory')) return isDefault ? DEFAULT : EVERYWHERE;
    return {
      territories: childrenOf(parent, 'TerritoryCode').map(({ text }) => text),
      excludedTerritories: childrenOf(parent, 'ExcludedTerritoryCode').map(({ text }) => text),
      isDefault,
    };
  }

  localValues(elements: readonly XmlElement[]): readonly LocalValue[] {
    return eachOf(elements, (element) => {
      if (element.text === '') return null;
      const { value, namespace, userDefined } = this.allowed(element);
      const { territories, excludedTerritories, isDefault } = this.territorial(element);
      return { value, namespace, userDefined, territories, excludedTerritories, isDefault };
    });
  }

  localTexts(elements: readonly XmlElement[]): readonly LocalText[] {
    return eachOf(elements, (element) => {
      if (element.text === '') return null;
      const { territories, excludedTerritories, isDefault } = this.territorial(element);
      return { text: element.text, language: languageOf(element), territories, excludedTerritories, isDefault };
    });
  }
}

const EVERYWHERE: Territorial = { territories: [], excludedTerritories: [], isDefault: false };
const DEFAULT: Territorial = { territories: [], excludedTerritories: [], isDefault: true };

export const languageOf = (element: XmlElement): string | null => element.attribute('LanguageAndScriptCode');

/** Bounds are compared only where both are local, or both have zones. */
function isReversed({ from, until }: Interval): boolean {
  if (from === null || until === null) return false;
  const [start, end] = [instantOf(from), instantOf(until)];
  return isLocal(from) === isLocal(until) && end < start;
}

const isLocal = (moment: string): boolean => !/(?:Z|[+-]\d{2}:\d{2})$/.test(moment);
const instantOf = (moment: string): number => Date.parse(isLocal(moment) ? `${moment}Z` : moment);

/** The one that counts where nothing is known of the territory: the default, else the first. */
export const mainOf = <T extends Territorial>(values: readonly T[]): T | undefined =>
  values.find(({ isDefault }) => isDefault) ?? values[0];
