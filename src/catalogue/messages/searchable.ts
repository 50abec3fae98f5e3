import {
  artistsOf,
  mainOf,
  mainTitle,
  nameOf,
  type Release,
  type ReleaseIds,
  type Resource,
  type ResourceGroup,
} from '../../ddex';
import { gtin14 } from '../../kernel';
import { isLanguage } from '../catalogue-row';

/** What of a recording or video stands beside its content, to be searched and licensed by: as a catalogue file would tell it. */
export interface ShownResource {
  readonly title: string;
  readonly version: string | null;
  readonly artists: readonly string[];
  readonly duration: number | null;
  readonly pLine: string | null;
  readonly genre: string | null;
  readonly label: string | null;
  readonly language: string | null;
}

/** What counts where nothing is known of the territory; of a duration whole seconds, as everywhere. */
export function shownResource(resource: Resource): ShownResource {
  const title = mainTitle(resource.titles);
  return {
    title: title?.text ?? '',
    version: title?.subTitles[0] ?? null,
    artists: artistsOf(resource.artists, resource.artistNames),
    duration: wholeSeconds(resource.durationSeconds),
    pLine: mainOf(resource.pLines)?.text ?? null,
    genre: mainOf(resource.genres)?.text ?? null,
    label: nameOf(mainOf(resource.labels)?.party),
    language: resource.languagesOfPerformance.find(isLanguage) ?? null,
  };
}

/** Longer than a column holds is as good as not known. */
function wholeSeconds(seconds: string | null): number | null {
  const [whole = ''] = (seconds ?? '').split('.');
  return /^[1-9]\d{0,8}$/.test(whole) ? parseInt(whole, 10) : null;
}

/** What a release is known by: any one suffices; the label's own number only where it has neither of the others. */
export interface ReleaseName {
  readonly gtin: string | null;
  readonly grid: string | null;
  readonly ownId: string | null;
}

/** Undefined where there is nothing to know it by. */
export function releaseName({
  icpns,
  grids,
  proprietaryIds,
  catalogNumbers,
  isrcs,
}: ReleaseIds): ReleaseName | undefined {
  const [icpn] = icpns;
  const grid = grids[0] ?? null;
  if (icpn !== undefined || grid !== null) return { gtin: icpn === undefined ? null : gtin14(icpn), grid, ownId: null };
  const own =
    proprietaryIds[0] ??
    catalogNumbers[0] ??
    (isrcs[0] === undefined ? undefined : { namespace: 'ISRC', id: isrcs[0] });
  const ownId = own && `${own.namespace ?? ''}:${own.id}`;
  // Longer ones could not be looked up.
  return ownId === undefined || ownId.length > 500 ? undefined : { gtin: null, grid: null, ownId };
}

export const nameText = ({ gtin, grid, ownId }: ReleaseName): string => gtin ?? grid ?? ownId ?? '';

export interface ShownRelease {
  readonly title: string;
  readonly artists: readonly string[];
  readonly label: string | null;
  readonly kind: string | null;
  readonly genre: string | null;
  readonly catalogueNumber: string | null;
  readonly releasedOn: string | null;
}

export function shownRelease(release: Release): ShownRelease {
  const ofKind = (kind: string): string | undefined => mainOf(release.dates.filter((date) => date.kind === kind))?.date;
  return {
    title: mainTitle(release.titles)?.text ?? '',
    artists: artistsOf(release.artists, release.artistNames),
    label: nameOf(mainOf(release.labels)?.party),
    kind: mainOf(release.types)?.value ?? null,
    genre: mainOf(release.genres)?.text ?? null,
    catalogueNumber: release.ids.catalogNumbers[0]?.id ?? null,
    releasedOn: ofKind('release') ?? ofKind('original-release') ?? null,
  };
}

/** The references of everything that is on a release. */
export function resourcesOf({ groups, resourceReferences }: Release): string[] {
  const found = new Set(resourceReferences);
  const walk = ({ items, linked, groups: inner }: ResourceGroup): void => {
    for (const { reference, linked: belonging } of items) {
      if (reference !== null) found.add(reference);
      for (const one of belonging) found.add(one);
    }
    for (const one of linked) found.add(one);
    for (const one of inner) walk(one);
  };
  for (const group of groups) walk(group);
  return [...found];
}
