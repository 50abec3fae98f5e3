import { ErnReader, type ErnSummary, type Problem } from '../../src/ddex';
import {
  type Deal,
  type ErnHeader,
  type Release,
  RELEASE_KINDS,
  type ReleaseIds,
  type Resource,
  RESOURCE_KINDS,
} from '../../src/ddex/ern/model';
import { type ErnDigest } from './ern-oracle';

export interface ErnRead {
  readonly summary: ErnSummary;
  readonly problems: readonly Problem[];
  readonly digest: ErnDigest;
}

/** What our reader finds in a message, in the form in which the oracle tells it. */
export function readByUs(parts: Iterable<Uint8Array>): ErnRead {
  const problems: Problem[] = [];
  const resources: Resource[] = [];
  const releases: Release[] = [];
  const deals: Deal[] = [];
  const purged: object[] = [];
  const reader = new ErnReader({
    problem: (problem) => problems.push(problem),
    resource: (resource) => resources.push(resource),
    release: (release) => releases.push(release),
    deal: (deal) => deals.push(deal),
    purged: ({ ids }) => purged.push(idsOf(ids)),
  });
  for (const part of parts) reader.push(part);
  const summary = reader.finish();
  const { kind, version, header } = summary;
  return { summary, problems, digest: digestOf({ kind, version, header, resources, releases, deals, purged }) };
}

/** What was read, or kept, of a message. */
interface Told {
  readonly kind: string | null;
  readonly version: string | null;
  readonly header: ErnHeader | null;
  readonly resources: readonly Resource[];
  readonly releases: readonly Release[];
  readonly deals: readonly Deal[];
  readonly purged: readonly object[];
}

export function digestOf({ kind, version, header, resources, releases, deals, purged }: Told): ErnDigest {
  return {
    kind: kind ?? '',
    version,
    header: {
      messageId: header?.messageId ?? null,
      threadId: header?.threadId ?? null,
      createdAt: header?.createdAt ?? null,
      sender: header?.sender?.names[0]?.text ?? null,
      onBehalfOf: header?.onBehalfOf?.names[0]?.text ?? null,
      isTest: header?.isTest ?? false,
      isUpdate: header?.isUpdate ?? null,
    },
    resources: byKind(resources).map(resourceOf),
    releases: byKind(releases).map(releaseOf),
    deals: deals.map(dealOf),
    purged,
  };
}

const order = [...RESOURCE_KINDS, ...RELEASE_KINDS];
const byKind = <T extends { readonly kind: string }>(things: readonly T[]): T[] =>
  order.flatMap((kind) => things.filter((thing) => thing.kind === kind));

const resourceOf = (resource: Resource): object => ({
  kind: resource.kind,
  reference: resource.reference,
  isrcs: resource.isrcs,
  titles: resource.titles.map(({ text }) => text),
  artists: resource.artists.map(({ party }) => party.names[0]?.text ?? null),
  contributors: resource.contributors.map(({ party, roles, instruments }) => [
    party.names[0]?.text ?? null,
    ...roles.map(({ value }) => value),
    ...instruments.map(({ value }) => value),
  ]),
  shares: resource.rightsControllers
    .filter(({ isOfWork }) => !isOfWork)
    .map(({ party, sharePercent }) => [party.names[0]?.text ?? null, sharePercent]),
  lines: resource.pLines.map(({ text }) => text),
  seconds: resource.durationSeconds,
  works: resource.works.iswcs,
});

const releaseOf = (release: Release): object => ({
  kind: release.kind,
  reference: release.reference,
  ...idsOf(release.ids),
  titles: release.titles.map(({ text }) => text),
  labels: release.labels.map(({ party }) => party.names[0]?.text ?? null),
  types: release.types.map(({ value }) => value),
  genres: release.genres.map(({ text }) => text),
  items: release.groups.flatMap(itemsOf),
});

const itemsOf = (group: Release['groups'][number]): string[] => [
  ...group.items.map(({ reference }) => reference ?? ''),
  ...group.groups.flatMap(itemsOf),
];

const idsOf = ({ icpns, grids }: ReleaseIds): object => ({ icpns, grids });

function dealOf({ releases, terms }: Deal): object {
  if (terms === null) return { releases, terms };
  return {
    releases,
    models: terms.commercialModels.map(({ value }) => value),
    uses: terms.useTypes.map(({ value }) => value),
    territories: terms.territories,
    excluded: terms.excludedTerritories,
    periods: terms.periods.map(({ from, until }) => [from, until]),
    prices: terms.prices.map(({ type, code, wholesale }) => [
      type?.value ?? null,
      code?.id ?? null,
      wholesale?.amount ?? null,
    ]),
    policies: terms.claimPolicies.map(({ type }) => type),
    isTakeDown: terms.isTakeDown,
  };
}
