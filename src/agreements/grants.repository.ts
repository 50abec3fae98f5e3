import {
  endOf,
  type Fault,
  type GrantInForce,
  type Life,
  type Pause,
  pausesOf,
  type Period,
  territoryNumbers,
  type Terms,
} from '../kernel';
import { isRefusedBy } from '../platform/database/constraints';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { matchedCodes, useModelCodes } from './grant-codes';
import { factsOf } from './life.repository';
import { overlapsInWords, type PlacedGrant } from './overlaps';

/** A grant as the database holds it, with what a clearance answer says beside yes. Its `isrcs` are those asked for. */
export interface LicensedGrant extends GrantInForce {
  readonly timeZone: string;
  readonly rightsScope: Terms['rightsScope'];
  /** When its agreement waited or was suspended. */
  readonly pauses: readonly Pause[];
}

interface Row {
  readonly agreementId: string;
  readonly clause: string;
  readonly services: readonly string[];
  readonly territories: readonly number[];
  readonly uses: readonly number[];
  readonly from: Period['from'];
  readonly until: Period['until'];
  readonly timeZone: string;
  readonly rightsScope: Terms['rightsScope'];
  readonly isrcs: readonly string[];
}

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
function placementsOf(life: Life): Placed[] {
  const { until, sellOffUntil } = endOf(life);
  return life.versions.flatMap(({ number, effectiveFrom, terms }, at) => {
    const next = life.versions[at + 1]?.effectiveFrom ?? sellOffUntil;
    const soldOff = new Set(terms.termination?.sellOff?.grants);
    return terms.grants.map((grant) => {
      const end = soldOff.has(grant.id) ? sellOffUntil : until;
      const last = next < end ? next : end;
      const days = { from: effectiveFrom, until: last > effectiveFrom ? last : effectiveFrom };
      return { version: number, terms, grant, days };
    });
  });
}

async function place(tx: Tx, { id, labelId }: GrantedBy, all: readonly Placed[]): Promise<void> {
  // Two conclusions that overlap would wait for each other's rows; taken one after the other, the second sees the overlap.
  await tx.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`grants of ${labelId}`]);
  const before = await placedGrants(tx, id);
  for (const placed of all) {
    const { version, grant, days } = placed;
    const standsUntil = before.get(`${version} ${grant.id}`);
    if (standsUntil === undefined) await insertGrant(tx, id, placed);
    else if (standsUntil !== (days.until === days.from ? null : days.until)) await cutGrant(tx, id, placed);
  }
}

interface GrantedBy {
  readonly id: string;
  readonly labelId: string;
}

interface Placed extends PlacedGrant {
  readonly version: number;
}

/** The first day after each grant by version and clause; null where its range is empty. */
async function placedGrants(tx: Tx, agreementId: string): Promise<Map<string, string | null>> {
  const rows = await tx.rows<{ version: number; clause: string; until: string | null }>(
    'SELECT DISTINCT version, clause, upper(in_force) AS until FROM agreement_grants WHERE agreement_id = $1',
    [agreementId],
  );
  return new Map(rows.map(({ version, clause, until }) => [`${version} ${clause}`, until]));
}

async function cutGrant(tx: Tx, agreementId: string, { version, grant, days: { from, until } }: Placed): Promise<void> {
  await tx.run(
    `UPDATE agreement_grants SET in_force = daterange($4, $5)
      WHERE agreement_id = $1 AND version = $2 AND clause = $3`,
    [agreementId, version, grant.id, from, until],
  );
}

async function insertGrant(tx: Tx, agreementId: string, { version, terms, grant, days }: Placed): Promise<void> {
  await tx.run(
    `INSERT INTO agreement_grants
       (agreement_id, version, clause, isrc, label_id, platform_id, services, territories, uses, in_force, exclusive, passing)
     SELECT a.id, $8, $2, isrc, a.label_id, a.platform_id, $4::uuid[], $5::int[], $6::int[], daterange($9, $10), $7::boolean,
            CASE WHEN $7::boolean THEN int8range(NULL, NULL) ELSE int8range(a.ordinal, a.ordinal + 1) END
       FROM agreements a, unnest($3::text[]) AS isrc WHERE a.id = $1`,
    [
      agreementId,
      grant.id,
      terms.repertoire.isrcs,
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

/** What the platform may do with any of these recordings, by signed agreements, oldest first; two statements for all of them. */
export async function grantsOfPlatform(tx: Tx, platformId: string, isrcs: readonly string[]): Promise<LicensedGrant[]> {
  const rows = await tx.rows<Row>(
    // Rows of one clause differ in their recording only, so one of them tells the long arrays for all.
    `WITH licensed AS (
       SELECT agreement_id, version, clause, in_force, array_agg(isrc::text) AS isrcs, min(isrc) AS one
         FROM agreement_grants WHERE platform_id = $1 AND isrc = ANY ($2::bpchar[]) AND NOT isempty(in_force)
        GROUP BY agreement_id, version, clause, in_force)
     SELECT g.agreement_id AS "agreementId", g.clause, g.services, g.territories, g.uses,
            lower(g.in_force) AS "from", upper(g.in_force) AS "until",
            a.time_zone AS "timeZone", v.rights_scope AS "rightsScope", l.isrcs
       FROM licensed l
       JOIN agreement_grants g USING (agreement_id, version, clause)
       JOIN agreement_versions v ON v.agreement_id = l.agreement_id AND v.number = l.version
       JOIN agreements a ON a.id = l.agreement_id
      WHERE g.isrc = l.one
      ORDER BY a.ordinal, l.version, g.clause`,
    [platformId, isrcs],
  );
  const facts = await factsOf(tx, [...new Set(rows.map(({ agreementId }) => agreementId))]);
  return rows.map((row) =>
    toLicensedGrant(row, pausesOf({ facts: facts.get(row.agreementId) ?? [], timeZone: row.timeZone })),
  );
}

function toLicensedGrant(
  { uses, from, until, services, territories, isrcs, ...row }: Row,
  pauses: readonly Pause[],
): LicensedGrant {
  return {
    ...row,
    ...matchedCodes(uses),
    pauses,
    services: new Set(services),
    isrcs: new Set(isrcs),
    territories: new Set(territories),
    inForce: { from, until },
    state: 'in-force',
  };
}
