import { type Fault, heldDays, type Life, type Period, spansOf, territoryNumbers } from '../kernel';
import { isRefusedBy } from '../platform/database/constraints';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { useModelCodes } from './grant-codes';
import { overlapsInWords, type PlacedGrant } from './overlaps';

/**
 * Makes the rows of grants say what the life says: a row per version, clause and recording, for the days on which it holds. Only the system
 * may: a party grants by signing. The database refuses an overlap with an exclusive grant of another agreement; the refusal
 * (exclusive-grant-overlaps) says all of them in words.
 */
export async function placeGrants(tx: Tx, by: GrantedBy, life: Life): Promise<void> {
  const all = placementsOf(life);
  try {
    await tx.savepoint(() => tx.asSystem(() => place(tx, by, all)));
  } catch (error) {
    if (!isRefusedBy(error, 'agreement_grants_exclusive')) throw error;
    const faults: Fault[] = [];
    for (const placed of all) faults.push(...(await overlapsInWords(tx, by, placed)));
    throw new DomainError('exclusive-grant-overlaps', undefined, faults);
  }
}

/** Every grant of every signed version with the days on which it holds; an empty range stands in nobody's way. */
const placementsOf = (life: Life): Placed[] =>
  spansOf(life).map((span) => {
    const { version, terms, grant, isrcs } = span;
    const from = life.versions.find(({ number }) => number === version)?.effectiveFrom;
    if (from === undefined) throw new Error(`there is no version ${version}`);
    return { version, terms, grant, isrcs, days: heldDays(span) ?? { from, until: from } };
  });

async function place(tx: Tx, { id, labelId }: GrantedBy, all: readonly Placed[]): Promise<void> {
  // Two conclusions that overlap would wait for each other's rows; taken one after the other, the second sees the overlap.
  await tx.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`grants of ${labelId}`]);
  const before = await placedGrants(tx, id);
  for (const own of Map.groupBy(all, nameOf).values()) await placeGrant(tx, id, own, before);
}

/**
 * The groups of one grant: those of a day on which more recordings end than in the rows. No fact takes one recording away from a day and gives it
 * another, so where they are as many nothing has changed, and where they are fewer those that went are placed with their new day.
 */
async function placeGrant(
  tx: Tx,
  agreementId: string,
  groups: readonly Placed[],
  before: ReadonlyMap<string, Ends>,
): Promise<void> {
  const sizes = new Map<string | null, number>();
  for (const { isrcs, days } of groups) sizes.set(endOf(days), (sizes.get(endOf(days)) ?? 0) + isrcs.length);
  for (const placed of groups) {
    const end = endOf(placed.days);
    const ends = before.get(nameOf(placed));
    if (ends === undefined) await insertGrant(tx, agreementId, placed);
    else if ((ends.get(end) ?? 0) < (sizes.get(end) ?? 0)) await cutGrant(tx, agreementId, placed);
  }
}

const nameOf = ({ version, grant }: Placed): string => `${version} ${grant.id}`;
const endOf = ({ from, until }: Period): string | null => (until === from ? null : until);

/** How many recordings of a grant have each first day after it; null where the range is empty. */
type Ends = ReadonlyMap<string | null, number>;

interface GrantedBy {
  readonly id: string;
  readonly labelId: string;
}

interface Placed extends PlacedGrant {
  readonly version: number;
}

/** By version and clause. */
async function placedGrants(tx: Tx, agreementId: string): Promise<Map<string, Ends>> {
  const rows = await tx.rows<{ name: string; end: string | null; size: number }>(
    `SELECT version || ' ' || clause AS name, upper(in_force)::text AS "end", count(*)::int AS size FROM agreement_grants
      WHERE agreement_id = $1 GROUP BY version, clause, upper(in_force)`,
    [agreementId],
  );
  const grants = Map.groupBy(rows, ({ name }) => name);
  return new Map([...grants].map(([name, own]) => [name, new Map(own.map(({ end, size }) => [end, size]))]));
}

async function cutGrant(
  tx: Tx,
  agreementId: string,
  { version, grant, isrcs, days: { from, until } }: Placed,
): Promise<void> {
  await tx.run(
    `UPDATE agreement_grants SET in_force = daterange($4, $5)
      WHERE agreement_id = $1 AND version = $2 AND clause = $3 AND isrc = ANY ($6::bpchar[]) AND in_force <> daterange($4, $5)`,
    [agreementId, version, grant.id, from, until, isrcs],
  );
}

async function insertGrant(tx: Tx, agreementId: string, { version, grant, isrcs, days }: Placed): Promise<void> {
  await tx.run(
    `INSERT INTO agreement_grants
       (agreement_id, version, clause, isrc, label_id, platform_id, services, territories, uses, in_force, exclusive, passing)
     SELECT a.id, $8, $2, isrc, a.label_id, a.platform_id, $4::uuid[], $5::int[], $6::int[], daterange($9, $10), $7::boolean,
            CASE WHEN $7::boolean THEN int8range(NULL, NULL) ELSE int8range(a.ordinal, a.ordinal + 1) END
       FROM agreements a, unnest($3::text[]) AS isrc WHERE a.id = $1`,
    [
      agreementId,
      grant.id,
      isrcs,
      grant.services,
      territoryNumbers(grant.territories),
      useModelCodes(grant),
      grant.exclusive,
      version,
      days.from,
      days.until,
    ],
  );
}

/** The agreements that ever granted a platform anything of a recording, whatever has become of the grant. */
export async function agreementsGranting(tx: Tx, platformId: string, isrc: string): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(
    'SELECT DISTINCT agreement_id AS id FROM agreement_grants WHERE platform_id = $1 AND isrc = $2',
    [platformId, isrc],
  );
  return rows.map(({ id }) => id);
}

/** Which of these recordings of a label its agreements name, whatever has become of the grants. */
export async function grantedAmong(tx: Tx, labelId: string, isrcs: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.rows<{ isrc: string }>(
    'SELECT DISTINCT isrc FROM agreement_grants WHERE label_id = $1 AND isrc = ANY ($2::bpchar[])',
    [labelId, isrcs],
  );
  return new Set(rows.map(({ isrc }) => isrc));
}

export interface ElsewhereQuestion {
  readonly labelId: string;
  readonly isrcs: readonly string[];
  /** "2026-01-01"; `until` is the first day after. */
  readonly from: string;
  readonly until: string;
}

/** Services that these recordings are granted to for some day of the period. Only agreements that the caller is party to are looked at. */
export async function servicesGranted(
  tx: Tx,
  { labelId, isrcs, from, until }: ElsewhereQuestion,
): Promise<Map<string, Set<string>>> {
  const rows = await tx.rows<{ isrc: string; services: string[] }>(
    `SELECT isrc, array_agg(DISTINCT service::text) AS services FROM agreement_grants, unnest(services) AS service
      WHERE label_id = $1 AND isrc = ANY ($2::bpchar[]) AND in_force && daterange($3, $4) GROUP BY isrc`,
    [labelId, isrcs, from, until],
  );
  return new Map(rows.map(({ isrc, services }) => [isrc, new Set(services)]));
}
