import {
  COMMERCIAL_MODELS,
  coveredUses,
  endOf,
  type Grant,
  type GrantInForce,
  type Life,
  modelNumber,
  type Pause,
  pausesOf,
  type Period,
  territoryNumbers,
  type Terms,
  USE_TYPES,
  useModelCode,
  useNumber,
} from '../kernel';
import type { Tx } from '../platform/database/tx';
import { factsOf } from './life.repository';

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

/** Every use under every model by its combined code: the columns' codes back into the two numbers that matching wants. */
const byCode: ReadonlyMap<number, { readonly use: number; readonly model: number }> = new Map(
  USE_TYPES.flatMap((use) =>
    COMMERCIAL_MODELS.map((model) => [useModelCode(use, model), { use: useNumber(use), model: modelNumber(model) }]),
  ),
);

/**
 * Makes the rows of grants say what the life says: a row per version, clause and recording, for the days on which it holds. Only the system
 * may: a party grants by signing. An overlap with an exclusive grant of another agreement is refused by the database
 * (exclusive-grant-overlaps).
 */
export async function placeGrants(tx: Tx, { id, labelId }: GrantedBy, life: Life): Promise<void> {
  await tx.asSystem(async () => {
    // Two conclusions that overlap would wait for each other's rows; taken one after the other, the second sees the overlap.
    await tx.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`grants of ${labelId}`]);
    const placed = await placedGrants(tx, id);
    const { until, sellOffUntil } = endOf(life);
    for (const [place, { number, effectiveFrom, terms }] of life.versions.entries()) {
      const next = life.versions[place + 1]?.effectiveFrom ?? sellOffUntil;
      const soldOff = new Set(terms.termination?.sellOff?.grants);
      for (const grant of terms.grants) {
        const end = soldOff.has(grant.id) ? sellOffUntil : until;
        const last = next < end ? next : end;
        // Without a day on which it holds a grant is an empty range: it stands in nobody's way.
        const days = { from: effectiveFrom, until: last > effectiveFrom ? last : effectiveFrom };
        const standsUntil = days.until === days.from ? null : days.until;
        const before = placed.get(`${number} ${grant.id}`);
        if (before === undefined) await insertGrant(tx, id, { version: number, terms, grant, days });
        else if (before !== standsUntil) await cutGrant(tx, id, { version: number, clause: grant.id, days });
      }
    }
  });
}

interface GrantedBy {
  readonly id: string;
  readonly labelId: string;
}

interface Placed {
  readonly version: number;
  readonly terms: Terms;
  readonly grant: Grant;
  readonly days: Period;
}

/** The first day after each grant by version and clause; null where its range is empty. */
async function placedGrants(tx: Tx, agreementId: string): Promise<Map<string, string | null>> {
  const rows = await tx.rows<{ version: number; clause: string; until: string | null }>(
    'SELECT DISTINCT version, clause, upper(in_force) AS until FROM agreement_grants WHERE agreement_id = $1',
    [agreementId],
  );
  return new Map(rows.map(({ version, clause, until }) => [`${version} ${clause}`, until]));
}

async function cutGrant(
  tx: Tx,
  agreementId: string,
  { version, clause, days: { from, until } }: Pick<Placed, 'version' | 'days'> & { readonly clause: string },
): Promise<void> {
  await tx.run(
    `UPDATE agreement_grants SET in_force = daterange($4, $5)
      WHERE agreement_id = $1 AND version = $2 AND clause = $3`,
    [agreementId, version, clause, from, until],
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

/** The combinations that a grant licenses, children of granted uses included. */
function useModelCodes({ uses, models }: Grant): number[] {
  const codes = uses.flatMap(coveredUses).flatMap((use) => models.map((model) => useModelCode(use, model)));
  return [...new Set(codes)].sort((a, b) => a - b);
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
  const pairs = uses.map((code) => byCode.get(code)).filter((pair) => pair !== undefined);
  return {
    ...row,
    pauses,
    services: new Set(services),
    isrcs: new Set(isrcs),
    // A clause grants every one of its uses under every one of its models, so the pairs come apart without loss.
    uses: new Set(pairs.map((pair) => pair.use)),
    models: new Set(pairs.map((pair) => pair.model)),
    territories: new Set(territories),
    inForce: { from, until },
    state: 'in-force',
  };
}
