import { type Reading } from './context';
import { isrcsOf } from './identifiers';
import { resourceLayout, type ResourceLayout } from './layouts';
import { type Contributor, type Resource, type ResourceKind, type RightsController, type WorkIds } from './model';
import { readArtist, readContributor, readLabel } from './read-parties';
import { elementsOf, readDates, readGenre, readLine, readRightsController, readTitles } from './read-parts';
import { childrenOf, eachOf, elementsAt, textsAt, type XmlElement } from './xml/element';

/** Kinds that are played: they have titles, artists, durations and ISRCs. */
export const isPlayed = (kind: ResourceKind | undefined): boolean => kind === 'SoundRecording' || kind === 'Video';

/** One of the ResourceList. */
export function readResource(reading: Reading, element: XmlElement, kind: ResourceKind): Resource {
  const { values, identifiers, version } = reading;
  const layout = resourceLayout(version.family, kind);
  const ids = elementsOf(element, layout.ids);
  const { isrcs, replacedIsrcs } = isrcsOf(identifiers, ids);
  const reference = reading.required(element, 'ResourceReference');
  if (reference !== undefined && reference.text !== '') reading.resources.add(reference, kind);
  const resource: Resource = {
    kind,
    path: element.path,
    reference: reference?.text ?? null,
    types: values.allowedAll(elementsOf(element, layout.types)),
    isrcs,
    replacedIsrcs,
    catalogNumbers: identifiers.proprietary(ids, 'CatalogNumber'),
    proprietaryIds: identifiers.proprietary(ids, 'ProprietaryId'),
    titles: readTitles(reading, element, layout.titles),
    versionTypes: values.allowedAll(elementsOf(element, layout.versionTypes)),
    artistNames: values.localTexts(elementsOf(element, layout.artistNames)),
    artists: eachOf(elementsOf(element, layout.artists), (found) => readArtist(reading, found)),
    contributors: contributorsOf(reading, element, layout),
    labels: eachOf(elementsOf(element, layout.labels), (found) => readLabel(reading, found)),
    pLines: eachOf(elementsOf(element, layout.pLines), (found) => readLine(reading, found)),
    cLines: eachOf(elementsOf(element, layout.cLines), (found) => readLine(reading, found)),
    durationSeconds: values.duration(element),
    parentalWarnings: values.localValues(elementsOf(element, layout.parentalWarnings)),
    genres: eachOf(elementsOf(element, layout.genres), (found) => readGenre(reading, found)),
    dates: readDates(reading, element, layout.dates),
    works: worksOf(reading, element, layout),
    rightsControllers: controllersOf(reading, element, layout),
    relatedResources: eachOf(elementsOf(element, layout.relatedResources), (found) => ({
      type: reading.values.text(found, 'ResourceRelationshipType'),
      reference: expected(reading, found, 'ResourceRelatedResourceReference'),
      isrcs: identifiers.all('isrc', childrenOf(found, 'ResourceId'), 'ISRC'),
    })),
    languagesOfPerformance: textsAt(element, 'LanguageOfPerformance'),
    isInstrumental: values.boolean(element, 'IsInstrumental'),
  };
  if (isPlayed(kind)) checkPlayed(reading, element, layout, resource);
  return resource;
}

function expected(reading: Reading, element: XmlElement, name: string): string | null {
  const [reference] = childrenOf(element, name);
  if (reference === undefined || reference.text === '') return null;
  reading.resources.expect(reference);
  return reference.text;
}

function contributorsOf(reading: Reading, element: XmlElement, layout: ResourceLayout): readonly Contributor[] {
  const own = eachOf(elementsOf(element, layout.contributors), (found) => readContributor(reading, found, false));
  if (layout.indirectContributors.length === 0) return own;
  const indirect = elementsOf(element, layout.indirectContributors);
  return [...own, ...eachOf(indirect, (found) => readContributor(reading, found, true))];
}

function controllersOf(reading: Reading, element: XmlElement, layout: ResourceLayout): readonly RightsController[] {
  const own = eachOf(elementsOf(element, layout.rightsControllers), (found) =>
    readRightsController(reading, found, false),
  );
  const ofWork = elementsOf(element, layout.workRightsControllers);
  if (own.length > 1 && addUpAboveWhole(own)) {
    reading.problems.at(
      element,
      'shares-above-whole',
      'the shares of its rights controllers are more than 100 percent',
    );
  }
  if (ofWork.length === 0) return own;
  return [...own, ...eachOf(ofWork, (found) => readRightsController(reading, found, true))];
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

const WORKS = ['ResourceMusicalWorkReferenceList', 'ResourceMusicalWorkReference', 'ResourceMusicalWorkReference'];

/** Before version 4 a resource names works of the WorkList; from there on it has their identifiers itself. */
function worksOf(reading: Reading, element: XmlElement, layout: ResourceLayout): WorkIds {
  const own = reading.identifiers.works(elementsOf(element, layout.works));
  const references = elementsAt(element, WORKS);
  if (references.length === 0) return own;
  const named = references.flatMap((reference) => reading.works.expect(reference) ?? []);
  return { iswcs: [...new Set([...own.iswcs, ...named])], proprietary: own.proprietary };
}

function checkPlayed(reading: Reading, element: XmlElement, layout: ResourceLayout, resource: Resource): void {
  const { problems } = reading;
  const [title] = layout.titles[0]!;
  if (!resource.titles.some(({ kind }) => kind === 'reference' || kind === 'display-text')) {
    reading.missing(element, title.join('/'));
  }
  if (resource.durationSeconds === null) {
    const [duration] = childrenOf(element, 'Duration');
    if (duration === undefined || duration.text === '') reading.missing(element, 'Duration');
  }
  if (resource.artistNames.length === 0 && resource.artists.length === 0) reading.missing(element, 'DisplayArtistName');
  if (elementsOf(element, layout.ids).length === 0) reading.missing(element, layout.ids[0]!.join('/'));
  if (resource.isrcs.length === 0) {
    problems.at(element, 'isrc-missing', 'it has no ISRC, and cannot be licensed by one');
  }
}
