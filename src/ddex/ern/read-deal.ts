import { coveredUses, isCommercialModel, isTerritory, isUseType, WORLDWIDE } from '../../kernel';
import { type Reading } from './context';
import {
  type AllowedValue,
  type Deal,
  type DealTerms,
  type Price,
  type RightsClaimPolicy,
  type Visibility,
} from './model';
import { quoted } from './problems';
import { readParty } from './read-parties';
import { childrenOf, eachOf, elementsAt, textsAt, type XmlElement } from './xml/element';

/** A deal, and the releases that are named before it. */
export function readDeal(reading: Reading, element: XmlElement, releases: readonly string[]): Deal {
  const { values } = reading;
  const references = textsAt(element, 'DealReference');
  const terms = reading.values.single(element, 'DealTerms');
  const isElsewhere = references.length > 0 || values.boolean(element, 'IsCommunicatedOutOfBand') === true;
  if (terms === undefined && !isElsewhere) reading.missing(element, 'DealTerms');
  return {
    path: element.path,
    releases,
    references,
    terms: terms === undefined ? null : readTerms(reading, terms, isElsewhere),
  };
}

function readTerms(reading: Reading, element: XmlElement, isElsewhere: boolean): DealTerms {
  const { values, layout, problems } = reading;
  const uses = layout.useTypes.flatMap((path) => elementsAt(element, path.split('/')));
  const models = childrenOf(element, 'CommercialModelType');
  for (const model of models) known(reading, model, isCommercialModel(model.text), 'commercial model');
  for (const use of uses) known(reading, use, isUseType(use.text), 'use type');
  const terms: DealTerms = {
    commercialModels: values.allowedAll(models),
    useTypes: values.allowedAll(uses),
    territories: territoriesOf(reading, element, 'TerritoryCode'),
    excludedTerritories: territoriesOf(reading, element, 'ExcludedTerritoryCode'),
    channels: eachOf(childrenOf(element, 'DistributionChannel'), (found) => readParty(reading, found)),
    excludedChannels: eachOf(childrenOf(element, 'ExcludedDistributionChannel'), (found) => readParty(reading, found)),
    periods: eachOf(childrenOf(element, 'ValidityPeriod'), (period) => values.interval(period)),
    prices: eachOf(childrenOf(element, 'PriceInformation'), (found) => readPrice(reading, found)),
    isPreOrder: values.boolean(element, 'IsPreOrderDeal') === true,
    displayDates: datesOf(reading, element),
    instantGratification: elementsAt(element, ['InstantGratificationResourceList', 'DealResourceReference']).map(
      (found) => {
        reading.resources.expect(found);
        return found.text;
      },
    ),
    claimPolicies: eachOf(childrenOf(element, 'RightsClaimPolicy'), (found) => readPolicy(reading, found)),
    isTakeDown: [values.boolean(element, 'TakeDown'), values.boolean(element, 'AllDealsCancelled')].includes(true),
  };
  for (let found = element.first; found !== null; found = found.next) {
    if (!displayDates.includes(found.name)) reading.other(found);
  }
  checkTerms(reading, element, terms, isElsewhere);
  if (terms.useTypes.length === 0 && !terms.isTakeDown) {
    problems.at(element, 'deal-without-use', 'it names no use, and grants nothing by itself');
  }
  return terms;
}

function known(reading: Reading, element: XmlElement, isKnown: boolean, what: string): void {
  if (isKnown || element.text === '') return;
  reading.problems.at(element, 'value-unknown', `${quoted(element.text)} is not a ${what} that is known`);
}

/** The only parts of a country that DDEX has codes for. */
const partsOfSpain: readonly string[] = ['ES-CE', 'ES-CN', 'ES-ML'];

/** Numbers of another list (TIS) are kept as written. */
function territoriesOf(reading: Reading, element: XmlElement, name: string): readonly string[] {
  return eachOf(childrenOf(element, name), (found) => {
    const { text } = found;
    if (text === '') {
      reading.problems.at(found, 'element-missing', `${name} has nothing in it`);
      return null;
    }
    const isOther = (found.attribute('IdentifierType') ?? 'ISO') !== 'ISO';
    if (!isOther)
      known(reading, found, text === WORLDWIDE || isTerritory(text) || partsOfSpain.includes(text), 'territory');
    return text;
  });
}

function checkTerms(reading: Reading, element: XmlElement, terms: DealTerms, isElsewhere: boolean): void {
  const { problems, layout } = reading;
  const { territories, excludedTerritories, periods } = terms;
  if (territories.length > 0 && excludedTerritories.length > 0) {
    problems.at(element, 'territories-both', 'it has TerritoryCode and ExcludedTerritoryCode');
  }
  if (territories.length + excludedTerritories.length === 0) {
    problems.at(element, 'territories-missing', 'it has neither TerritoryCode nor ExcludedTerritoryCode');
  }
  if (terms.commercialModels.length === 0 && !isElsewhere && !terms.isTakeDown) {
    reading.missing(element, 'CommercialModelType');
  }
  if (periods.length === 0) reading.missing(element, 'ValidityPeriod');
  for (const period of layout.isStartMandatory ? childrenOf(element, 'ValidityPeriod') : []) {
    if (reading.values.text(period, 'StartDate') === null && reading.values.text(period, 'StartDateTime') === null) {
      reading.missing(period, 'StartDate');
    }
  }
  const inner = coveredAmong(terms.useTypes);
  if (inner !== undefined) problems.at(element, 'use-within-use', `${inner} stands beside the use that covers it`);
}

function coveredAmong(uses: readonly AllowedValue[]): string | undefined {
  const names = new Set(uses.map(({ value }) => value));
  for (const name of names) {
    if (!isUseType(name)) continue;
    const inner = coveredUses(name).find((use) => use !== name && names.has(use));
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function readPrice(reading: Reading, element: XmlElement): Price {
  const { values } = reading;
  const [type] = values.allowedAll(childrenOf(element, 'PriceType'));
  const [range] = values.allowedAll(childrenOf(element, 'PriceRangeType'));
  const code = reading.values.single(element, 'PriceCode');
  const said = element.attribute('PriceType');
  return {
    type: type ?? (said === null ? null : { value: said, namespace: null, userDefined: null }),
    range: range ?? null,
    code: code === undefined || code.text === '' ? null : { namespace: code.attribute('Namespace'), id: code.text },
    wholesale: values.amount(element, 'WholesalePricePerUnit'),
    bulkWholesale: values.amount(element, 'BulkOrderWholesalePricePerUnit'),
    suggestedRetail: values.amount(element, 'SuggestedRetailPrice'),
  };
}

const readPolicy = (reading: Reading, element: XmlElement): RightsClaimPolicy => ({
  type: reading.values.text(element, 'RightsClaimPolicyType'),
  conditions: childrenOf(element, 'Condition').map((condition) => ({
    value: reading.values.text(condition, 'Value'),
    unit: reading.values.text(condition, 'Unit'),
    reference: reading.values.text(condition, 'ReferenceCreation'),
    relator: reading.values.text(condition, 'RelationalRelator'),
  })),
});

/** What may be shown or ordered from when on: a day or a moment, by its name. */
const displayDates: readonly string[] = [
  'PreOrderReleaseDate',
  'PreOrderPreviewDate',
  'PreOrderPreviewDateTime',
  'ReleaseDisplayStartDate',
  'ReleaseDisplayStartDateTime',
  'TrackListingPreviewStartDate',
  'TrackListingPreviewStartDateTime',
  'FullTrackListingPreviewStartDateTime',
  'CoverArtPreviewStartDate',
  'CoverArtPreviewStartDateTime',
  'ClipPreviewStartDate',
  'ClipPreviewStartDateTime',
];

function datesOf(reading: Reading, element: XmlElement): Record<string, string> {
  const dates: Record<string, string> = {};
  for (let found = element.first; found !== null; found = found.next) {
    if (!displayDates.includes(found.name)) continue;
    const date = found.name.endsWith('DateTime') ? reading.values.dateTime(found) : reading.values.day(found);
    if (date !== null) dates[found.name] ??= date;
  }
  return dates;
}

export const readVisibility = (reading: Reading, element: XmlElement): Visibility => ({
  reference: reading.values.text(element, 'VisibilityReference'),
  dates: datesOf(reading, element),
});
