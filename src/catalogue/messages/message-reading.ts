import { createHash } from 'node:crypto';
import {
  type Deal,
  type ErnHeader,
  ErnReader,
  type Problem,
  type PurgedRelease,
  readMessage,
  type Release,
  type Resource,
  type Visibility,
} from '../../ddex';
import {
  type ReleaseName,
  releaseName,
  resourcesOf,
  type ShownRelease,
  shownRelease,
  shownResource,
} from './searchable';

/** As it is kept; lists and objects as JSON. */
export interface KeptResource {
  readonly reference: string | null;
  readonly kind: string;
  readonly isrcs: string;
  readonly shown: string;
  readonly content: string;
}
export interface KeptRelease {
  readonly reference: string | null;
  readonly kind: string;
  readonly resources: string;
  readonly content: string;
}
export interface KeptDeal {
  readonly kind: 'deal' | 'visibility';
  readonly releases: string;
  /** Until when it grants something: a day and time as written, null without end, empty where it grants nothing. */
  readonly grantsUntil: string | null;
  readonly content: string;
}

/** What of a release that is no track says what the message is about. */
export interface SpokenOf {
  readonly path: string;
  /** Whether the message says that it is a main one. */
  readonly isMain: boolean;
  /** Null where there is nothing to know it by. */
  readonly name: ReleaseName | null;
  readonly shown: ShownRelease;
  readonly reference: string | null;
  readonly resources: readonly string[];
}

/** What a message tells, one after another. Plain values, the same from the same bytes: one worker may read a message and another one take it. */
export type Told =
  | { readonly header: ErnHeader }
  | { readonly resource: KeptResource }
  | { readonly release: KeptRelease; readonly spokenOf: SpokenOf | null }
  | { readonly deal: KeptDeal }
  | { readonly purged: PurgedRelease }
  | { readonly problem: Problem };

/** A message that has been read. */
export interface ReadMessage {
  /** Whether reading stopped before the end. */
  readonly isRefused: boolean;
  /** Of all bytes that were read, unpacked. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Has a message tell what is in it. `between` is given how many bytes were read since, and waited for. */
export type MessageReading = (
  tell: (told: Told) => void,
  between: (bytes: number) => Promise<void>,
) => Promise<ReadMessage>;

/** A message as bytes, packed by gzip or not. It rejects only when the source or `between` does. */
export const readingOf =
  (source: AsyncIterable<Uint8Array>): MessageReading =>
  async (tell, between) => {
    const hash = createHash('sha256');
    let bytes = 0;
    const reader = new ErnReader({
      header: (header) => tell({ header }),
      resource: (resource) => tell({ resource: keptResource(resource) }),
      release: (release) => tell({ release: keptRelease(release), spokenOf: spokenOf(release) }),
      deal: (deal) => tell({ deal: keptDeal(deal) }),
      visibility: (visibility) => tell({ deal: keptVisibility(visibility) }),
      purged: (purged) => tell({ purged }),
      problem: (problem) => tell({ problem }),
    });
    const { isRefused } = await readMessage(reader, source, (chunk) => {
      hash.update(chunk);
      bytes += chunk.length;
      return between(chunk.length);
    });
    return { isRefused, sha256: hash.digest('hex'), bytes };
  };

const keptResource = (resource: Resource): KeptResource => ({
  reference: resource.reference,
  kind: resource.kind,
  isrcs: JSON.stringify(resource.isrcs),
  shown: JSON.stringify(shownResource(resource)),
  content: JSON.stringify(resource),
});

const keptRelease = (release: Release): KeptRelease => ({
  reference: release.reference,
  kind: release.kind,
  resources: JSON.stringify(resourcesOf(release)),
  content: JSON.stringify(release),
});

const spokenOf = (release: Release): SpokenOf | null =>
  release.kind === 'Release'
    ? {
        path: release.path,
        isMain: release.isMain,
        name: releaseName(release.ids) ?? null,
        shown: shownRelease(release),
        reference: release.reference,
        resources: resourcesOf(release),
      }
    : null;

const keptDeal = (deal: Deal): KeptDeal => ({
  kind: 'deal',
  releases: JSON.stringify(deal.releases),
  grantsUntil: grantsUntil(deal),
  content: JSON.stringify(deal),
});

const keptVisibility = (visibility: Visibility): KeptDeal => ({
  kind: 'visibility',
  releases: '[]',
  grantsUntil: '',
  content: JSON.stringify(visibility),
});

/** A deal that is agreed elsewhere may grant; a take-down does not. */
function grantsUntil({ terms }: Deal): string | null {
  if (terms === null) return null;
  const { periods, isTakeDown } = terms;
  if (isTakeDown) return '';
  let last = periods.length === 0 ? null : '';
  for (const { until } of periods) {
    if (last === null || until === null) return null;
    const end = until.slice(0, 19);
    if (end > last) last = end;
  }
  return last;
}
