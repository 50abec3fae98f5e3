import { type Reading, readEach } from './context';
import { Gathered } from './gather';
import { releaseLayout, type ReleaseLayout } from './layouts';
import {
  type GroupItem,
  type PurgedRelease,
  type RelatedRelease,
  type Release,
  type ReleaseKind,
  type ResourceGroup,
  type Title,
  type TitleKind,
} from './model';
import { readArtist, readLabel } from './read-parties';
import { readDates, readGenre, readLine, readTitle, readTitles, requireTitle } from './read-parts';
import { isPlayed } from './read-resource';
import { childrenOf, eachOf, type XmlElement } from './xml/element';

/** One of the ReleaseList. */
export function readRelease(reading: Reading, element: XmlElement, kind: ReleaseKind): Release {
  const { values, identifiers, version } = reading;
  const layout = releaseLayout(version.family);
  const gathered = new Gathered(element, layout, reading.other);
  const each = <T>(slots: readonly number[], read: (reading: Reading, found: XmlElement) => T | null): readonly T[] =>
    readEach(reading, gathered.all(slots), read);
  const reference = values.only(gathered.all(layout.reference));
  if (reference === undefined || reference.text === '') reading.missing(element, 'ReleaseReference');
  else reading.releases.add(reference, true);
  const groups = gathered.all(layout.groups);
  const resourceReferences = each(layout.resources, expected);
  const release: Release = {
    kind,
    path: element.path,
    reference: reference?.text || null,
    isMain: kind === 'Release' && (version.family !== '3' || values.flag(element, 'IsMainRelease')),
    ids: identifiers.release(gathered.all(layout.ids)),
    types: values.localValues(gathered.all(layout.types)),
    titles: readTitles(reading, gathered, layout.titles),
    versionTypes: values.allowedAll(gathered.all(layout.versionTypes)),
    artistNames: values.localTexts(gathered.all(layout.artistNames)),
    artists: each(layout.artists, readArtist),
    labels: each(layout.labels, readLabel),
    pLines: each(layout.pLines, readLine),
    cLines: each(layout.cLines, readLine),
    genres: each(layout.genres, readGenre),
    parentalWarnings: values.localValues(gathered.all(layout.parentalWarnings)),
    dates: readDates(reading, gathered, layout.dates),
    durationSeconds: values.duration(values.only(gathered.all(layout.duration))),
    groups: readEach(reading, groups, readGroup),
    resourceReferences,
    relatedReleases: each(layout.relatedReleases, readRelated),
    visibilityReferences: eachOf(gathered.all(layout.visibilities), ({ text }) => text || null),
    tracks: groups.length === 0 ? playedAmong(reading, [...new Set(resourceReferences)]) : tracksIn(reading, groups),
  };
  checkRelease(reading, element, layout, release);
  return release;
}

const readRelated = (reading: Reading, element: XmlElement): RelatedRelease => ({
  type: reading.values.text(element, 'ReleaseRelationshipType'),
  ids: reading.identifiers.release(childrenOf(element, 'ReleaseId')),
});

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

/** A resource that must be there. */
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
    titles: titles.flatMap(([name, kind]) => titlesAt(reading, element, name, kind)),
    ids: identifiers.release([...childrenOf(element, 'ReleaseId'), ...childrenOf(element, 'ResourceGroupReleaseId')]),
    items: eachOf(childrenOf(element, 'ResourceGroupContentItem'), (found) => readItem(reading, found)),
    linked: linkedOf(reading, element),
    groups: eachOf(childrenOf(element, 'ResourceGroup'), (found) => readGroup(reading, found)),
  };
}

const titlesAt = (reading: Reading, element: XmlElement, name: string, kind: TitleKind): readonly Title[] =>
  eachOf(childrenOf(element, name), (found) => readTitle(reading, found, kind));

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
  if (childrenOf(element, 'ReleaseId')[0] === undefined) reading.missing(element, 'ReleaseId');
  // A track release says little of itself: the rest is its recording's.
  if (release.kind !== 'Release') {
    if (release.resourceReferences.length === 0) reading.missing(element, 'ReleaseResourceReference');
    return;
  }
  requireTitle(reading, element, layout, release.titles);
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
    titles: [
      ...titlesAt(reading, element, 'Title', 'additional'),
      ...titlesAt(reading, element, 'DisplayTitleText', 'display-text'),
      ...titlesAt(reading, element, 'DisplayTitle', 'display'),
    ],
  };
}
