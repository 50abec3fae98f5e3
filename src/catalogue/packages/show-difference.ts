import type { Tx } from '../../platform/database/tx';
import { fromCursor, pageOf, type PageQuery } from '../../platform/http/paging';
import { isrcKey } from '../isrc-list';
import { findRecordings } from '../recordings.repository';
import { changedTracks } from './changed-tracks';
import { type PackageDifferenceView, packageView } from './package.view';
import { isrcsOfPackage, type Package } from './packages.repository';

/** A list of recordings as a package has it or would have it, in ISRC order, and the package that it is compared with. */
export interface Compared {
  readonly ownerId: string;
  readonly tracks: readonly string[];
  readonly contentHash: string;
  readonly against: Package | undefined;
}

/** One page of what came in and what left since the older package. Refuses a cursor that is none of ours with request-invalid. */
export async function showDifference(
  tx: Tx,
  { ownerId, tracks, contentHash, against }: Compared,
  { limit, cursor }: PageQuery,
): Promise<PackageDifferenceView> {
  const after = fromCursor(cursor, [isrcKey])?.[0] ?? '';
  const changes = changedTracks(against ? await isrcsOfPackage(tx, against.id) : [], tracks);
  const added = changes.filter(({ change }) => change === 'added').length;
  const begin = changes.findIndex(({ isrc }) => isrc > after);
  const shown = begin < 0 ? [] : changes.slice(begin, begin + limit + 1);
  const recordings = await findRecordings(
    tx,
    ownerId,
    shown.map(({ isrc }) => isrc),
  );
  const told = new Map(recordings.map((recording) => [recording.isrc, recording]));
  const page = pageOf(
    shown,
    limit,
    ({ isrc, change }) => {
      const { title, version, artists } = told.get(isrc)!;
      return { isrc, title, version, artists, change };
    },
    ({ isrc }) => [isrc],
  );
  return {
    against: against ? packageView(against) : null,
    contentHash,
    trackCount: tracks.length,
    added,
    removed: changes.length - added,
    ...page,
  };
}
