import { millionthsOf, type Overclaimed, type SettledShares, type StatedClaim } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';

export const conflictStates = ['open', 'withdrawn', 'agreed', 'decided'] as const;
export type ConflictState = (typeof conflictStates)[number];
/** `withdrawn`: one of them stated less, so that nothing is left of it. */
export type ConflictEnd = Exclude<ConflictState, 'open'>;

/** What two persons of the operator do. */
export const decideAction = 'rights-conflict.decide';

export const factKinds = [
  ...(['found', 'changed', 'answered', 'evidence', 'proposed', 'accepted', 'reminded', 'overdue'] as const),
  ...(['decision-asked', 'withdrawn', 'agreed', 'decided'] as const),
] as const;
export type FactKind = (typeof factKinds)[number];

/** Several labels state more than the whole of a recording. */
export interface RightsConflict {
  readonly id: string;
  readonly isrc: string;
  /** Labels, by their ids. */
  readonly parties: readonly string[];
  /** Of one that has ended as it stood last. */
  readonly pieces: readonly Overclaimed[];
  readonly state: ConflictState;
  readonly foundAt: Date;
  /** The last day for an answer of each party. */
  readonly answerBy: string;
  readonly endedAt: Date | null;
}

/** A label's share of a recording, as a proposal or a decision says it: decimal text from 0 to 1. */
export interface NamedShare {
  readonly labelId: string;
  readonly share: string;
}

export interface AttachedFile {
  readonly fileName: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a fact says, by its kind. */
export interface Said {
  readonly note?: string;
  readonly pieces?: readonly Overclaimed[];
  readonly shares?: readonly NamedShare[];
  readonly file?: AttachedFile;
  /** The number of the proposal that is accepted. */
  readonly proposal?: number;
}

export interface ConflictFact {
  readonly number: number;
  readonly kind: FactKind;
  readonly organizationId: string | null;
  readonly said: Said;
  readonly at: Date;
}

const columns = `id, isrc::text AS isrc, parties, pieces, state, found_at AS "foundAt", answer_by AS "answerBy", ended_at AS "endedAt"`;

/** Refuses with not-found. */
export async function getConflict(tx: Tx, id: string): Promise<RightsConflict> {
  const conflict = await tx.first<RightsConflict>(`SELECT ${columns} FROM rights_conflicts WHERE id = $1`, [id]);
  if (conflict === undefined) throw new DomainError('not-found');
  return conflict;
}

export interface ConflictsAsked {
  readonly state: ConflictState | null;
  readonly isrc: string | null;
  /** The last one of the page before. */
  readonly after: { readonly foundAt: string; readonly id: string } | null;
  readonly limit: number;
}

/** Up to limit + 1 conflicts that the transaction's organization may see, the latest first. */
export const listConflicts = (tx: Tx, { state, isrc, after, limit }: ConflictsAsked): Promise<RightsConflict[]> =>
  tx.rows(
    `SELECT ${columns} FROM rights_conflicts
      WHERE ($1::text IS NULL OR state = $1) AND ($2::bpchar IS NULL OR isrc = $2)
        AND ($3::timestamptz IS NULL OR (found_at, id) < ($3, $4::uuid)) ORDER BY found_at DESC, id DESC LIMIT $5 + 1`,
    [state, isrc, after?.foundAt ?? null, after?.id ?? null, limit],
  );

/** Facts that are shown of a conflict: each statement about the recording may be one. */
export const factsShown = 1000;

// The pieces of each change are kept as they were, and nobody reads them all.
const factColumns = `number, kind, organization_id AS "organizationId", said - 'pieces' AS said, at`;

/** What was said last, in order. */
export const factsOf = (tx: Tx, id: string): Promise<ConflictFact[]> =>
  tx.rows(
    `SELECT * FROM (SELECT ${factColumns} FROM rights_conflict_facts WHERE conflict_id = $1 ORDER BY number DESC LIMIT ${factsShown}) AS last ORDER BY number`,
    [id],
  );

export const findFact = (tx: Tx, id: string, number: number): Promise<ConflictFact | undefined> =>
  tx.first(`SELECT ${factColumns} FROM rights_conflict_facts WHERE conflict_id = $1 AND number = $2`, [id, number]);

/** The last fact of one of these kinds. */
export const lastFactOf = (tx: Tx, id: string, kinds: readonly FactKind[]): Promise<ConflictFact | undefined> =>
  tx.first(
    `SELECT ${factColumns} FROM rights_conflict_facts WHERE conflict_id = $1 AND kind = ANY ($2) ORDER BY number DESC LIMIT 1`,
    [id, kinds],
  );

/** Who has accepted a proposal. */
export const acceptedBy = async (tx: Tx, id: string, proposal: number): Promise<(string | null)[]> =>
  (
    await tx.rows<{ organizationId: string | null }>(
      `SELECT organization_id AS "organizationId" FROM rights_conflict_facts
        WHERE conflict_id = $1 AND kind = 'accepted' AND said @> jsonb_build_object('proposal', $2::int)`,
      [id, proposal],
    )
  ).map(({ organizationId }) => organizationId);

/** How many notes, files and proposals of a conflict are a label's. */
export async function wordsOf(tx: Tx, id: string, organizationId: string): Promise<number> {
  const { words } = await tx.one<{ words: number }>(
    `SELECT count(*)::int AS words FROM rights_conflict_facts
      WHERE conflict_id = $1 AND organization_id = $2 AND kind IN ('answered', 'evidence', 'proposed')`,
    [id, organizationId],
  );
  return words;
}

/** Which open conflict of a label each of these recordings is in. Also for the other party of a deal: ask only about what the deal names. */
export async function openConflictsOf(
  tx: Tx,
  labelId: string,
  isrcs: readonly string[],
): Promise<ReadonlyMap<string, RightsConflict>> {
  const rows = await tx.asSystem(() =>
    tx.rows<RightsConflict>(
      `SELECT ${columns} FROM rights_conflicts WHERE state = 'open' AND isrc = ANY ($2::bpchar[]) AND $1::uuid = ANY (parties) ORDER BY isrc`,
      [labelId, isrcs],
    ),
  );
  return new Map(rows.map((conflict) => [conflict.isrc, conflict]));
}

/** The open conflicts that a label is in which are about one of these days, by ISRC. The system's question. */
export const openConflictsWith = (
  tx: Tx,
  labelId: string,
  { from, until }: { readonly from: string; readonly until: string },
): Promise<RightsConflict[]> =>
  tx.rows(
    `SELECT ${columns} FROM rights_conflicts
      WHERE state = 'open' AND parties @> ARRAY[$1::uuid]
        AND EXISTS (SELECT FROM jsonb_to_recordset(pieces) AS p ("from" date, until date) WHERE daterange(p."from", p.until) && daterange($2, $3)) ORDER BY isrc`,
    [labelId, from, until],
  );

/**
 * Nobody else states shares of these recordings, or ends a conflict of one, until the transaction ends: two labels that do so at once would not see each other. Recordings share 64 locks,
 * taken in one order.
 */
export const lockClaims = (tx: Tx, isrcs: readonly string[]): Promise<number> =>
  tx.run(
    `SELECT pg_advisory_xact_lock(hashtextextended('claims of recordings ' || shelf, 0))
       FROM (SELECT DISTINCT hashtextextended(isrc, 0) & 63 AS shelf FROM unnest($1::text[]) AS isrc ORDER BY shelf) AS shelves`,
    [isrcs],
  );

export interface ClaimOfRecording extends StatedClaim {
  readonly isrc: string;
}

/** What verified labels state of these recordings, where another one states something of a same place and day too; by recording. The system's question. */
export const claimsMeeting = (tx: Tx, isrcs: readonly string[]): Promise<ClaimOfRecording[]> =>
  tx.rows(
    `WITH stated AS MATERIALIZED (
       SELECT r.isrc::text AS isrc, x.owner_id, (x.share * 1000000)::int AS share, x.territories, x.in_force
         FROM unnest($1::bpchar[]) AS asked (isrc)
         JOIN recordings r ON r.isrc = asked.isrc
         JOIN organizations o ON o.id = r.owner_id AND o.state = 'verified'
         JOIN recording_rights x ON x.recording_id = r.id AND x.replaced_at IS NULL AND x.share > 0)
     SELECT isrc, owner_id AS "labelId", share, territories, lower(in_force) AS from, upper(in_force) AS until FROM stated s
      WHERE EXISTS (SELECT FROM stated o WHERE o.isrc = s.isrc AND o.owner_id <> s.owner_id AND o.in_force && s.in_force AND o.territories && s.territories)
      ORDER BY isrc`,
    [isrcs],
  );

/** Open conflicts of these recordings. The caller holds the claims. */
export const openConflicts = (tx: Tx, isrcs: readonly string[]): Promise<RightsConflict[]> =>
  tx.rows(`SELECT ${columns} FROM rights_conflicts WHERE state = 'open' AND isrc = ANY ($1::bpchar[])`, [isrcs]);

/** With what conflicts of these recordings have ended by agreement or decision, by recording, the latest last. The system's question. */
export async function settledShares(tx: Tx, isrcs: readonly string[]): Promise<ReadonlyMap<string, SettledShares[]>> {
  const ended = await tx.rows<Pick<RightsConflict, 'isrc' | 'pieces'> & { readonly shares: readonly NamedShare[] }>(
    `SELECT isrc::text AS isrc, pieces, f.said -> 'shares' AS shares
       FROM rights_conflicts c JOIN rights_conflict_facts f ON f.conflict_id = c.id AND f.kind = c.state
      WHERE isrc = ANY ($1::bpchar[]) AND state IN ('agreed', 'decided') ORDER BY isrc, ended_at, found_at, c.id`,
    [isrcs],
  );
  const settled = new Map<string, SettledShares[]>();
  for (const { isrc, pieces, shares: named } of ended) {
    // Each label is named once, and is bound where it stated something.
    const places = pieces.map(({ territories, from, until, claims }) => ({
      ...{ territories, from, until },
      shares: new Map(
        named
          .filter(({ labelId }) => claims.some((claim) => claim.labelId === labelId))
          .map(({ labelId, share }) => [labelId, millionthsOf(share)]),
      ),
    }));
    settled.set(isrc, [...(settled.get(isrc) ?? []), ...places]);
  }
  return settled;
}

export interface FoundConflict {
  readonly isrc: string;
  readonly parties: readonly string[];
  readonly pieces: readonly Overclaimed[];
}

/** As many as there are, in one statement. Gives their ids. */
export const insertConflicts = (
  tx: Tx,
  found: readonly FoundConflict[],
  { at, answerBy }: { readonly at: Date; readonly answerBy: string },
): Promise<RightsConflict[]> =>
  tx.rows(
    `INSERT INTO rights_conflicts (isrc, parties, pieces, found_at, answer_by)
     SELECT isrc, ARRAY(SELECT jsonb_array_elements_text(parties)::uuid), pieces, $2, $3
       FROM jsonb_to_recordset($1::jsonb) AS found (isrc text, parties jsonb, pieces jsonb) RETURNING ${columns}`,
    [JSON.stringify(found), at, answerBy],
  );

/** Others state other shares now, in other places or on other days. */
export const changeConflicts = (
  tx: Tx,
  changed: readonly (FoundConflict & { readonly id: string })[],
): Promise<number> =>
  tx.run(
    `UPDATE rights_conflicts c SET parties = ARRAY(SELECT jsonb_array_elements_text(x.parties)::uuid), pieces = x.pieces
       FROM jsonb_to_recordset($1::jsonb) AS x (id uuid, parties jsonb, pieces jsonb) WHERE c.id = x.id`,
    [JSON.stringify(changed)],
  );

export const endConflicts = (tx: Tx, ids: readonly string[], end: ConflictEnd, at: Date): Promise<number> =>
  tx.run('UPDATE rights_conflicts SET state = $2, ended_at = $3 WHERE id = ANY ($1::uuid[])', [ids, end, at]);

export interface NewFact {
  readonly conflictId: string;
  readonly said?: Said;
}

/** The next fact of each of these conflicts. The caller holds the claims, so that numbers have no gaps. Gives nothing: numbers follow from the order. */
export const insertFacts = (
  tx: Tx,
  facts: readonly NewFact[],
  {
    kind,
    organizationId,
    madeBy,
    at,
  }: { readonly kind: FactKind; readonly organizationId: string | null; readonly madeBy: string; readonly at: Date },
): Promise<number> =>
  tx.run(
    `INSERT INTO rights_conflict_facts (conflict_id, number, kind, organization_id, said, made_by, at)
     SELECT id, coalesce((SELECT max(number) FROM rights_conflict_facts WHERE conflict_id = id), 0) + 1, $2, $3, coalesce(said, '{}'), $4, $5
       FROM jsonb_to_recordset($1::jsonb) AS fact (id uuid, said jsonb)`,
    [JSON.stringify(facts.map(({ conflictId: id, said }) => ({ id, said }))), kind, organizationId, madeBy, at],
  );

/** Those of these conflicts that the operator was about to decide. */
export const askedToDecide = async (tx: Tx, ids: readonly string[]): Promise<string[]> =>
  (
    await tx.rows<{ id: string }>(
      `SELECT DISTINCT conflict_id AS id FROM rights_conflict_facts WHERE conflict_id = ANY ($1::uuid[]) AND kind = 'decision-asked'`,
      [ids],
    )
  ).map(({ id }) => id);

/** What the parties of a conflict are called: each may know of the others. */
export async function namesOf(tx: Tx, organizationIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.asSystem(() =>
    tx.rows<{ id: string; name: string }>('SELECT id, name FROM organizations WHERE id = ANY ($1::uuid[])', [
      organizationIds,
    ]),
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}
