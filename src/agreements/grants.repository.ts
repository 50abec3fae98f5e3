import {
  COMMERCIAL_MODELS,
  coveredUses,
  type Grant,
  type GrantInForce,
  modelNumber,
  type Period,
  territoryNumbers,
  type Terms,
  USE_TYPES,
  useModelCode,
  useNumber,
} from '../kernel';
import type { Tx } from '../platform/database/tx';

/** A grant as the database holds it, with what a clearance answer says beside yes. Its `isrcs` are those asked for. */
export interface LicensedGrant extends GrantInForce {
  readonly timeZone: string;
  readonly rightsScope: Terms['rightsScope'];
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
 * Writes a row per clause and recording. Only the system may: a party grants by signing. An overlap with an exclusive grant
 * of another agreement is refused by the database (exclusive-grant-overlaps).
 */
export async function insertGrants(tx: Tx, agreementId: string, terms: Terms): Promise<void> {
  await tx.asSystem(async () => {
    // Two conclusions that overlap would wait for each other's rows; taken one after the other, the second sees the overlap.
    await tx.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`grants of ${terms.parties.label.id}`]);
    for (const grant of terms.grants) await insertGrant(tx, agreementId, terms, grant);
  });
}

async function insertGrant(tx: Tx, agreementId: string, terms: Terms, grant: Grant): Promise<void> {
  await tx.run(
    `INSERT INTO agreement_grants
       (agreement_id, clause, isrc, label_id, platform_id, services, territories, uses, in_force, exclusive, passing)
     SELECT a.id, $2, isrc, a.label_id, a.platform_id, $4::uuid[], $5::int[], $6::int[], a.in_force, $7::boolean,
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
    ],
  );
}

/** The combinations that a grant licenses, children of granted uses included. */
function useModelCodes({ uses, models }: Grant): number[] {
  const codes = uses.flatMap(coveredUses).flatMap((use) => models.map((model) => useModelCode(use, model)));
  return [...new Set(codes)].sort((a, b) => a - b);
}

/** What the platform may do with any of these recordings, by concluded agreements, oldest first; one statement for all of them. */
export async function grantsOfPlatform(tx: Tx, platformId: string, isrcs: readonly string[]): Promise<LicensedGrant[]> {
  const rows = await tx.rows<Row>(
    // Rows of one clause differ in their recording only, so one of them tells the long arrays for all.
    `WITH licensed AS (
       SELECT agreement_id, clause, in_force, array_agg(isrc::text) AS isrcs, min(isrc) AS one
         FROM agreement_grants WHERE platform_id = $1 AND isrc = ANY ($2::bpchar[])
        GROUP BY agreement_id, clause, in_force)
     SELECT g.agreement_id AS "agreementId", g.clause, g.services, g.territories, g.uses,
            lower(g.in_force) AS "from", upper(g.in_force) AS "until",
            a.time_zone AS "timeZone", a.rights_scope AS "rightsScope", l.isrcs
       FROM licensed l
       JOIN agreement_grants g ON g.agreement_id = l.agreement_id AND g.clause = l.clause AND g.isrc = l.one
       JOIN agreements a ON a.id = l.agreement_id
      ORDER BY a.ordinal, g.clause`,
    [platformId, isrcs],
  );
  return rows.map(toLicensedGrant);
}

function toLicensedGrant({ uses, from, until, services, territories, isrcs, ...row }: Row): LicensedGrant {
  const pairs = uses.map((code) => byCode.get(code)).filter((pair) => pair !== undefined);
  return {
    ...row,
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
