import { type Reading } from './context';
import { releaseLayout, type ReleaseLayout } from './layouts';
import { type GroupItem, type PurgedRelease, type Release, type ReleaseKind, type ResourceGroup } from './model';
import { readArtist, readLabel } from './read-parties';
import { isPlayed } from './read-resource';
import { elementsOf, readDates, readGenre, readLine, readTitles } from './read-parts';
import { childrenOf, eachOf, type XmlElement } from './xml/element';

/** One of the ReleaseList. */
export function readRelease(reading: Reading, element: XmlElement, kind: ReleaseKind): Release {
  const { values, identifiers, version } = reading;
  const layout = releaseLayout(version.family, kind);
  const reference = reading.required(element, 'ReleaseReference');
  if (reference !== undefined && reference.text !== '') reading.releases.add(reference, true);
  const groups = elementsOf(element, layout.groups);
  const resourceReferences = resourceReferencesOf(reading, element);
  const release: Release = {
    kind,
    path: element.path,
    reference: reference?.text ?? null,
    isMain: kind === 'Release' && (version.family !== '3' || values.flag(element, 'IsMainRelease')),
    ids: identifiers.release(elementsOf(element, layout.ids)),
    types: values.localValues(elementsOf(element, layout.types)),
    titles: readTitles(reading, element, layout.titles),
    versionTypes: values.allowedAll(elementsOf(element, layout.versionTypes)),
    artistNames: values.localTexts(elementsOf(element, layout.artistNames)),
    artists: eachOf(elementsOf(element, layout.artists), (found) => readArtist(reading, found)),
    labels: eachOf(elementsOf(element, layout.labels), (found) => readLabel(reading, found)),
    pLines: eachOf(elementsOf(element, layout.pLines), (found) => readLine(reading, found)),
    cLines: eachOf(elementsOf(element, layout.cLines), (found) => readLine(reading, found)),
    genres: eachOf(elementsOf(element, layout.genres), (found) => readGenre(reading, found)),
    parentalWarnings: values.localValues(elementsOf(element, layout.parentalWarnings)),
    dates: readDates(reading, element, layout.dates),
    durationSeconds: values.duration(element),
    groups: eachOf(groups, (found) => readGroup(reading, found)),
    resourceReferences,
    relatedReleases: eachOf(elementsOf(element, layout.relatedReleases), (found) => ({
      type: reading.values.text(found, 'ReleaseRelationshipType'),
      ids: identifiers.release(childrenOf(found, 'ReleaseId')),
    })),
    visibilityReferences: eachOf(elementsOf(element, VISIBILITIES), ({ text }) => text || null),
    tracks: groups.length === 0 ? playedAmong(reading, [...new Set(resourceReferences)]) : tracksIn(reading, groups),
  };
  checkRelease(reading, element, layout, release);
  return release;
}

const playedAmong = (reading: Reading, references: readonly string[]): number =>
  references.filter((reference) => isPlayed(reading.resources.find(reference))).length;

/** Before version 4 each territory may have groups of its own: those of the first count. */
function tracksIn(reading: Reading, groups: readonly XmlElement[]): number {
  const [first] = groups;
  return groups
    .filter(({ parent }) => parent === first!.parent)
    .reduce((total, group) => total + tracksOf(reading, group), 0);
}

const tracksOf = (reading: Reading, group: XmlElement): number =>
  playedAmong(
    reading,
    childrenOf(group, 'ResourceGroupContentItem').map(
      (item) => reading.values.text(item, 'ReleaseResourceReference') ?? '',
    ),
  ) + childrenOf(group, 'ResourceGroup').reduce((total, inner) => total + tracksOf(reading, inner), 0);

/** A list before version 4, and the recording of a track release. */
function resourceReferencesOf(reading: Reading, element: XmlElement): readonly string[] {
  const references = elementsOf(element, RESOURCES_OF_RELEASE);
  return eachOf(references, (reference) => expected(reading, reference));
}

const VISIBILITIES = [['ReleaseVisibilityReference'], ['TrackReleaseVisibilityReference']];
const RESOURCES_OF_RELEASE = [
  ['ReleaseResourceReferenceList', 'ReleaseResourceReference'],
  ['ReleaseResourceReference'],
];

function expected(reading: Reading, reference: XmlElement): string | null {
  if (reference.text === '') return null;
  reading.resources.expect(reference);
  return reference.text;
}

function readGroup(reading: Reading, element: XmlElement): ResourceGroup {
  const { values, identifiers } = reading;
  const titles = [
    ['Title', 'additional'],
    ['DisplayTitle', 'display'],
    ['AdditionalTitle', 'additional'],
  ] as const;
  return {
    type: element.attribute('ResourceGroupType') ?? reading.values.text(element, 'ResourceGroupType'),
    sequence: values.sequence(reading.values.text(element, 'SequenceNumber'), element),
    titles: titles.flatMap(([name, kind]) => readTitles(reading, element, [[[name], kind]])),
    ids: identifiers.release([...childrenOf(element, 'ReleaseId'), ...childrenOf(element, 'ResourceGroupReleaseId')]),
    items: eachOf(childrenOf(element, 'ResourceGroupContentItem'), (found) => readItem(reading, found)),
    linked: linkedOf(reading, element),
    groups: eachOf(childrenOf(element, 'ResourceGroup'), (found) => readGroup(reading, found)),
  };
}

function readItem(reading: Reading, element: XmlElement): GroupItem {
  const { values } = reading;
  const reference = reading.required(element, 'ReleaseResourceReference');
  if (reference !== undefined) expected(reading, reference);
  return {
    sequence: values.sequence(reading.values.text(element, 'SequenceNumber'), element),
    reference: reference?.text ?? null,
    linked: linkedOf(reading, element),
    isBonus: (values.boolean(element, 'IsBonusResource') ?? values.boolean(element, 'IsHiddenResource')) === true,
  };
}

const linkedOf = (reading: Reading, element: XmlElement): readonly string[] =>
  eachOf(childrenOf(element, 'LinkedReleaseResourceReference'), (found) => expected(reading, found));

function checkRelease(reading: Reading, element: XmlElement, layout: ReleaseLayout, release: Release): void {
  if (reading.values.single(element, 'ReleaseId') === undefined) reading.missing(element, 'ReleaseId');
  // A track release says little of itself: the rest is its recording's.
  if (release.kind !== 'Release') {
    if (release.resourceReferences.length === 0) reading.missing(element, 'ReleaseResourceReference');
    return;
  }
  if (!release.titles.some(({ kind }) => kind === 'reference' || kind === 'display-text')) {
    reading.missing(element, layout.titles[0]![0].join('/'));
  }
  if (reading.version.family === '3') return;
  if (release.types.length === 0) reading.missing(element, 'ReleaseType');
  if (release.artistNames.length === 0 && release.artists.length === 0) reading.missing(element, 'DisplayArtistName');
  if (release.labels.length === 0) reading.missing(element, 'ReleaseLabelReference');
  if (release.groups.length === 0) reading.missing(element, 'ResourceGroup');
}

/** A release that a PurgeReleaseMessage takes back. */
export function readPurged(reading: Reading, element: XmlElement): PurgedRelease {
  const ids = childrenOf(element, 'ReleaseId');
  if (ids.length === 0) reading.missing(element, 'ReleaseId');
  return {
    path: element.path,
    ids: reading.identifiers.release(ids),
    titles: readTitles(reading, element, [
      [['Title'], 'additional'],
      [['DisplayTitleText'], 'display-text'],
      [['DisplayTitle'], 'display'],
    ]),
  };
}
