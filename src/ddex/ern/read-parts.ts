import { type Reading } from './context';
import { type Gathered } from './gather';
import { type ReleaseLayout, type ResourceLayout } from './layouts';
import {
  type DatedEvent,
  type DateKind,
  type DelegatedRights,
  type Genre,
  type Interval,
  type RightsController,
  type RightsLine,
  type Title,
  type TitleKind,
} from './model';
import { quoted } from './problems';
import { readController } from './read-parties';
import { decimalOf, languageOf } from './values';
import { childrenOf, eachOf, NONE, textsAt, type XmlElement } from './xml/element';

export function readTitles(
  reading: Reading,
  gathered: Gathered,
  slots: readonly (readonly [number, TitleKind])[],
): readonly Title[] {
  let titles: Title[] | undefined;
  for (const [slot, kind] of slots) {
    for (const found of gathered.at(slot)) {
      const title = readTitle(reading, found, kind);
      if (title !== null) (titles ??= []).push(title);
    }
  }
  return titles ?? NONE;
}

export function readTitle(reading: Reading, element: XmlElement, kind: TitleKind): Title | null {
  const text = kind === 'display-text' ? element.text : (reading.values.text(element, 'TitleText') ?? '');
  if (text === '') return null;
  const { territories, excludedTerritories, isDefault } = reading.values.territorial(element);
  const subTitles = textsAt(element, 'SubTitle');
  const type = element.attribute('TitleType');
  return { kind, type, text, subTitles, language: languageOf(element), territories, excludedTerritories, isDefault };
}

/** One that is referred to or displayed must be there. */
export function requireTitle(
  reading: Reading,
  element: XmlElement,
  layout: ReleaseLayout | ResourceLayout,
  titles: readonly Title[],
): void {
  if (titles.some(({ kind }) => kind === 'reference' || kind === 'display-text')) return;
  reading.missing(element, layout.pathOf(layout.titles[0]![0]));
}

export function readLine(reading: Reading, element: XmlElement): RightsLine | null {
  const { name } = element;
  const text = reading.values.text(element, `${name}Text`);
  if (text === null) {
    reading.missing(element, `${name}Text`);
    return null;
  }
  const { territories, excludedTerritories, isDefault } = reading.values.territorial(element);
  return {
    year: reading.values.text(element, 'Year'),
    company: reading.values.text(element, `${name}Company`),
    text,
    territories,
    excludedTerritories,
    isDefault,
  };
}

export function readGenre(reading: Reading, element: XmlElement): Genre | null {
  const text = reading.values.text(element, 'GenreText');
  if (text === null) return null;
  const subGenre = reading.values.text(element, 'SubGenre');
  const { territories, excludedTerritories, isDefault } = reading.values.territorial(element);
  return { text, subGenre, language: languageOf(element), territories, excludedTerritories, isDefault };
}

export function readDates(
  reading: Reading,
  gathered: Gathered,
  slots: readonly (readonly [number, DateKind])[],
): readonly DatedEvent[] {
  const { values } = reading;
  let dates: DatedEvent[] | undefined;
  for (const [slot, kind] of slots) {
    for (const found of gathered.at(slot)) {
      const date = values.day(found);
      if (date === null) continue;
      const isApproximate = values.flag(found, 'IsApproximate');
      (dates ??= []).push({ kind, date, isApproximate, ...values.territorial(found) });
    }
  }
  return dates ?? NONE;
}

const NOT_SAID: Interval = { from: null, until: null };

export const readRightsController = (reading: Reading, element: XmlElement): RightsController =>
  readControl(reading, element, false);
export const readWorkRightsController = (reading: Reading, element: XmlElement): RightsController =>
  readControl(reading, element, true);

function readControl(reading: Reading, element: XmlElement, isOfWork: boolean): RightsController {
  const { values, layout } = reading;
  const period =
    reading.values.single(element, 'ValidityPeriod') ??
    (reading.values.single(element, 'StartDate') || reading.values.single(element, 'EndDate') ? element : undefined);
  return {
    party: readController(reading, element),
    roles: values.allowedAll(rolesOf(element, layout.controllerRoles)),
    rightsTypes: values.allowedAll(childrenOf(element, 'RightsType')),
    sharePercent: readShare(reading, element),
    period: period === undefined ? NOT_SAID : values.interval(period),
    delegated: eachOf(childrenOf(element, 'DelegatedUsageRights'), (found) => readDelegated(reading, found)),
    isOfWork,
    ...values.territorial(element),
  };
}

function rolesOf(element: XmlElement, names: readonly string[]): readonly XmlElement[] {
  let found: readonly XmlElement[] = NONE;
  for (const name of names) {
    const more = childrenOf(element, name);
    if (more.length > 0) found = found.length === 0 ? more : [...found, ...more];
  }
  return found;
}

function readDelegated(reading: Reading, element: XmlElement): DelegatedRights {
  return {
    useTypes: reading.values.allowedAll(childrenOf(element, 'UseType')),
    periods: eachOf(childrenOf(element, 'PeriodOfRightsDelegation'), (period) => reading.values.interval(period)),
    territories: textsAt(element, 'TerritoryOfRightsDelegation'),
  };
}

/** In percent; a share that is said as a part of one is turned into it. */
function readShare(reading: Reading, element: XmlElement): string | null {
  const { values, problems } = reading;
  const found = reading.values.single(element, 'RightSharePercentage');
  if (found === undefined || found.text === '') return null;
  const decimal = decimalOf(found.text);
  if (decimal === undefined) {
    problems.at(found, 'number-malformed', `${quoted(found.text)} is not a decimal number`);
    return null;
  }
  const percent = values.flag(found, 'HasMaxValueOfOne') ? hundredfold(decimal) : decimal;
  if (!percent.startsWith('-') && !isAboveHundred(percent)) return percent;
  problems.at(found, 'share-out-of-range', `${percent} is not a share of 0 to 100 percent`);
  return null;
}

function hundredfold(decimal: string): string {
  const [whole = '', fraction = ''] = decimal.split('.');
  const digits = fraction.padEnd(2, '0');
  return decimalOf(`${whole}${digits.slice(0, 2)}.${digits.slice(2)}`) ?? decimal;
}

/** Of a plain decimal that is not negative. */
function isAboveHundred(decimal: string): boolean {
  const [whole = '', fraction = ''] = decimal.split('.');
  return whole.length > 3 || (whole.length === 3 && (whole > '100' || (whole === '100' && fraction !== '')));
}
