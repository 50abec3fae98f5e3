import { type Reading } from './context';
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
import { childrenOf, eachOf, elementsAt, NONE, textsAt, type XmlElement } from './xml/element';

/** All that several paths lead to, one path after another. */
export function elementsOf(element: XmlElement, paths: readonly (readonly string[])[]): readonly XmlElement[] {
  if (paths.length === 1) return elementsAt(element, paths[0]!);
  let found: readonly XmlElement[] = NONE;
  for (const path of paths) {
    const more = elementsAt(element, path);
    if (more.length > 0) found = found.length === 0 ? more : [...found, ...more];
  }
  return found;
}

export function readTitles(
  reading: Reading,
  element: XmlElement,
  paths: readonly (readonly [readonly string[], TitleKind])[],
): Title[] {
  const titles: Title[] = [];
  for (const [path, kind] of paths) {
    for (const found of elementsAt(element, path)) {
      const text = kind === 'display-text' ? found.text : (reading.values.text(found, 'TitleText') ?? '');
      if (text === '') continue;
      const { territories, excludedTerritories, isDefault } = reading.values.territorial(found);
      const type = found.attribute('TitleType');
      const subTitles = textsAt(found, 'SubTitle');
      titles.push({
        kind,
        type,
        text,
        subTitles,
        language: languageOf(found),
        territories,
        excludedTerritories,
        isDefault,
      });
    }
  }
  return titles;
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
  element: XmlElement,
  paths: readonly (readonly [readonly string[], DateKind])[],
): readonly DatedEvent[] {
  const { values } = reading;
  let dates: DatedEvent[] | undefined;
  for (const [path, kind] of paths) {
    for (const found of elementsAt(element, path)) {
      const date = values.day(found);
      if (date === null) continue;
      (dates ??= []).push({
        kind,
        date,
        isApproximate: values.flag(found, 'IsApproximate'),
        ...values.territorial(found),
      });
    }
  }
  return dates ?? NONE;
}

const NOT_SAID: Interval = { from: null, until: null };

export function readRightsController(reading: Reading, element: XmlElement, isOfWork: boolean): RightsController {
  const { values, layout } = reading;
  const period =
    reading.values.single(element, 'ValidityPeriod') ??
    (reading.values.single(element, 'StartDate') || reading.values.single(element, 'EndDate') ? element : undefined);
  return {
    party: readController(reading, element),
    roles: values.allowedAll(layout.controllerRoles.flatMap((name) => childrenOf(element, name))),
    rightsTypes: values.allowedAll(childrenOf(element, 'RightsType')),
    sharePercent: readShare(reading, element),
    period: period === undefined ? NOT_SAID : values.interval(period),
    delegated: eachOf(childrenOf(element, 'DelegatedUsageRights'), (found) => readDelegated(reading, found)),
    isOfWork,
    ...values.territorial(element),
  };
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
