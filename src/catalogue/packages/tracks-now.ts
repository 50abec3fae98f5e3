import type { Actor } from '../../platform/auth/actor';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import type { OfferedPackages } from '../search/offered-packages';
import { queryFaults, type RecordingQuery, wantedBy } from '../search/search-query';
import { foundIsrcs } from '../search/search.repository';
import { searchScope } from '../search/search-scope';

/** The most recordings of one package, however they are chosen. */
export const tracksMax = 10_000;

/**
 * What a query takes of the label's recordings now: those that it finds but its exceptions, in ISRC order. No more are read than are needed to tell that
 * there are too many. Refuses with package-size, and with request-invalid where a code that was saved is none any more.
 */
export async function tracksNow(
  tx: Tx,
  actor: Actor,
  { query, exceptIsrcs }: { readonly query: RecordingQuery; readonly exceptIsrcs: readonly string[] },
  offered: OfferedPackages,
): Promise<string[]> {
  const faults = queryFaults(query, '/query');
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
  const scope = await searchScope(tx, actor, query, offered);
  if (scope === undefined) return [];
  const found = await foundIsrcs(tx, scope, wantedBy(query), tracksMax + exceptIsrcs.length + 1);
  const except = new Set(exceptIsrcs);
  const taken = found.filter((isrc) => !except.has(isrc));
  if (taken.length > tracksMax) {
    throw new DomainError(
      'package-size',
      `the query takes more than ${tracksMax} recordings: ask for less, or in parts`,
    );
  }
  return taken.sort();
}
