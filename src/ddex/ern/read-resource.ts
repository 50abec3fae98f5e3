import { type Reading, readEach } from './context';
import { Gathered } from './gather';
import { isrcsOf } from './identifiers';
import { resourceLayout, type ResourceLayout } from './layouts';
import {
  type Contributor,
  type RelatedResource,
  type Resource,
  type ResourceKind,
  type RightsController,
  type WorkIds,
} from './model';
import { readArtist, readContributor, readIndirectContributor, readLabel } from './read-parties';
import {
  readDates,
  readGenre,
  readLine,
  readRightsController,
  readTitles,
  readWorkRightsController,
  requireTitle,
} from './read-parts';
import { childrenOf, eachOf, type XmlElement } from './xml/element';

/** Kinds that are played: they have titles, artists, durations and ISRCs. */
export const isPlayed = (kind: ResourceKind | undefined): boolean => kind === 'SoundRecording' || kind === 'Video';

/** One of the ResourceList. */
export function readResource(reading: Reading, element: XmlElement, kind: ResourceKind): Resource {
  const { values, identifiers, version } = reading;
  const layout = resourceLayout(version.family, kind);
  const gathered = new Gathered(element, layout, reading.other);
  const each = <T>(slots: readonly number[], read: (reading: Reading, found: XmlElement) => T | null): readonly T[] =>
    readEach(reading, gathered.all(slots), read);
  const ids = gathered.all(layout.ids);
  const { isrcs, replacedIsrcs } = isrcsOf(identifiers, ids);
  const reference = values.only(gathered.all(layout.reference));
  if (reference === undefined || reference.text === '') reading.missing(element, 'ResourceReference');
  else reading.resources.add(reference, kind);
  const resource: Resource = {
    kind,
    path: element.path,
    reference: reference?.text || null,
    types: values.allowedAll(gathered.all(layout.types)),
    isrcs,
    replacedIsrcs,
    catalogNumbers: identifiers.proprietary(ids, 'CatalogNumber'),
    proprietaryIds: identifiers.proprietary(ids, 'ProprietaryId'),
    titles: readTitles(reading, gathered, layout.titles),
    versionTypes: values.allowedAll(gathered.all(layout.versionTypes)),
    artistNames: values.localTexts(gathered.all(layout.artistNames)),
    artists: each(layout.artists, readArtist),
    contributors: contributorsOf(reading, gathered, layout),
    labels: each(layout.labels, readLabel),
    pLines: each(layout.pLines, readLine),
    cLines: each(layout.cLines, readLine),
    durationSeconds: values.duration(values.only(gathered.all(layout.duration))),
    parentalWarnings: values.localValues(gathered.all(layout.parentalWarnings)),
    genres: each(layout.genres, readGenre),
    dates: readDates(reading, gathered, layout.dates),
    works: worksOf(reading, gathered, layout),
    rightsControllers: controllersOf(reading, element, { gathered, layout }),
    relatedResources: each(layout.relatedResources, readRelated),
    languagesOfPerformance: eachOf(gathered.all(layout.languages), ({ text }) => text || null),
    isInstrumental: values.truth(values.only(gathered.all(layout.instrumental))),
  };
  if (isPlayed(kind)) checkPlayed(reading, element, { gathered, layout }, resource);
  return resource;
}

interface Places {
  readonly gathered: Gathered;
  readonly layout: ResourceLayout;
}

function readRelated(reading: Reading, element: XmlElement): RelatedResource {
  const reference = reading.values.single(element, 'ResourceRelatedResourceReference');
  if (reference !== undefined && reference.text !== '') reading.resources.expect(reference);
  return {
    type: reading.values.text(element, 'ResourceRelationshipType'),
    reference: reference?.text || null,
    isrcs: reading.identifiers.all('isrc', childrenOf(element, 'ResourceId'), 'ISRC'),
  };
}

function contributorsOf(reading: Reading, gathered: Gathered, layout: ResourceLayout): readonly Contributor[] {
  const own = readEach(reading, gathered.all(layout.contributors), readContributor);
  if (layout.indirectContributors.length === 0) return own;
  return [...own, ...readEach(reading, gathered.all(layout.indirectContributors), readIndirectContributor)];
}

function controllersOf(
  reading: Reading,
  element: XmlElement,
  { gathered, layout }: Places,
): readonly RightsController[] {
  const own = readEach(reading, gathered.all(layout.rightsControllers), readRightsController);
  const ofWork = gathered.all(layout.workRightsControllers);
  if (own.length > 1 && addUpAboveWhole(own)) {
    reading.problems.at(
      element,
      'shares-above-whole',
      'the shares of its rights controllers are more than 100 percent',
    );
  }
  return ofWork.length === 0 ? own : [...own, ...readEach(reading, ofWork, readWorkRightsController)];
}

const SHARE_DIGITS = 30;

/** In units of the thirtieth decimal, so that nothing is rounded. */
function addUpAboveWhole(controllers: readonly RightsController[]): boolean {
  const units = (percent: string): bigint => {
    const [whole = '', fraction = ''] = percent.split('.');
    return BigInt(whole + fraction.padEnd(SHARE_DIGITS, '0').slice(0, SHARE_DIGITS));
  };
  const sum = controllers.reduce((total, { sharePercent }) => total + units(sharePercent ?? '0'), 0n);
  return sum > units('100');
}

/** Before version 4 a resource names works of the WorkList; from there on it has their identifiers itself. */
function worksOf(reading: Reading, gathered: Gathered, layout: ResourceLayout): WorkIds {
  const own = reading.identifiers.works(gathered.all(layout.works));
  const references = gathered.all(layout.workReferences);
  if (references.length === 0) return own;
  const named = references.flatMap((reference) => reading.works.expect(reference) ?? []);
  return { iswcs: [...new Set([...own.iswcs, ...named])], proprietary: own.proprietary };
}

function checkPlayed(reading: Reading, element: XmlElement, { gathered, layout }: Places, resource: Resource): void {
  requireTitle(reading, element, layout, resource.titles);
  if (resource.durationSeconds === null && (gathered.all(layout.duration)[0]?.text ?? '') === '') {
    reading.missing(element, 'Duration');
  }
  if (resource.artistNames.length === 0 && resource.artists.length === 0) reading.missing(element, 'DisplayArtistName');
  if (gathered.all(layout.ids).length === 0) reading.missing(element, layout.pathOf(layout.ids[0]!));
  if (resource.isrcs.length === 0) {
    reading.problems.at(element, 'isrc-missing', 'it has no ISRC, and cannot be licensed by one');
  }
  for (const isrc of resource.isrcs) {
    if (reading.isKnownIsrc(isrc)) reading.problems.at(element, 'isrc-repeated', `another one has the ISRC ${isrc}`);
  }
}
