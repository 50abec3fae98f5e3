import { coveredUses, expandTerritories, type Terms } from '../../kernel';
import type { PlannedUsage } from './basis';

/** Where planned usage stands: terms license recordings in contexts, while a plan names at most a part of the context. */
export interface Placed {
  readonly isrc: string;
  readonly service: string;
  readonly territory: string;
  readonly use: string;
  readonly model: string;
}

type Dimension = 'use' | 'model' | 'service' | 'territory';
/** A grant of one of the revisions, as what may stand at each place. */
type Granted = { readonly revision: number } & Readonly<Record<Dimension, readonly string[]>>;

const dimensions = ['use', 'model', 'service', 'territory'] as const;
const downloadUses: ReadonlySet<string> = new Set(coveredUses('Download'));

/**
 * Puts planned usage on a place that as many revisions as possible license; of several it is the first in the first revision's own order.
 * What the plan names itself stands as it is, also where nobody licenses it: the runs then tell so.
 */
export function placePlanned(
  revisions: readonly Terms[],
  { planned, what }: { planned: PlannedUsage; what: 'plays' | 'downloads' },
): Placed {
  let grants = revisions.flatMap((terms, revision) =>
    terms.grants.map((grant) => grantedBy(grant, { revision, what })),
  );
  const place: Record<Dimension, string> = { use: '', model: '', service: '', territory: '' };
  for (const dimension of dimensions) {
    const value = planned[dimension] ?? mostLicensed(grants, dimension);
    const left = grants.filter((grant) => grant[dimension].includes(value));
    if (left.length > 0) grants = left;
    place[dimension] = value;
  }
  return { ...place, isrc: sharedRecording(revisions) };
}

function grantedBy(
  { services, uses, models, territories }: Terms['grants'][number],
  { revision, what }: { revision: number; what: 'plays' | 'downloads' },
): Granted {
  const all = uses.flatMap(coveredUses);
  return {
    revision,
    use: all.filter((use) => downloadUses.has(use) === (what === 'downloads')),
    model: models,
    service: services,
    territory: expandTerritories(territories),
  };
}

/** The value that most revisions have a grant for; where no grant is left, the commonest of its kind. */
function mostLicensed(grants: readonly Granted[], dimension: Dimension): string {
  const revisions = new Map<string, Set<number>>();
  for (const grant of grants) {
    for (const value of grant[dimension]) {
      const having = revisions.get(value) ?? new Set();
      revisions.set(value, having.add(grant.revision));
    }
  }
  let best: { value: string; count: number } | undefined;
  for (const [value, { size: count }] of revisions)
    if (best === undefined || count > best.count) best = { value, count };
  return best?.value ?? otherwise[dimension];
}

/** Where no revision grants any play, or any download: told as not licensed. */
const otherwise: Readonly<Record<Dimension, string>> = { use: 'Use', model: 'Unknown', service: '', territory: '' };

/** The first recording that all revisions license, or else the first one's first. */
function sharedRecording([first, ...others]: readonly Terms[]): string {
  const sets = others.map(({ repertoire }) => new Set(repertoire.isrcs));
  const isrcs = first?.repertoire.isrcs ?? [];
  return isrcs.find((isrc) => sets.every((set) => set.has(isrc))) ?? isrcs[0] ?? '';
}
