import type { Tx } from '../platform/database/tx';
import type { ClaimState } from './claim-states';

export interface Claim {
  readonly id: string;
  readonly label_id: string;
  readonly platform_id: string;
  readonly reference: string;
  readonly state: ClaimState;
  readonly agreement_id: string | null;
  readonly recorded_at: Date;
  readonly settled_at: Date | null;
}

/** One place where a recording was seen in use. */
export interface ClaimedUse {
  readonly isrc: string;
  readonly url: string;
  readonly seenOn: string;
}

export interface NewClaim {
  readonly labelId: string;
  readonly platformId: string;
  readonly reference: string;
  readonly uses: readonly ClaimedUse[];
  readonly at: Date;
}

export async function insertClaim(tx: Tx, { labelId, platformId, reference, uses, at }: NewClaim): Promise<Claim> {
  const claim = await tx.one<Claim>(
    `INSERT INTO claims (label_id, platform_id, reference, state, recorded_at) VALUES ($1, $2, $3, 'open', $4) RETURNING *`,
    [labelId, platformId, reference, at],
  );
  await tx.run(
    `INSERT INTO claimed_uses (claim_id, label_id, platform_id, number, isrc, url, seen_on)
     SELECT $1, $2, $3, number, isrc, url, seen_on
       FROM unnest($4::text[], $5::text[], $6::date[]) WITH ORDINALITY AS claimed (isrc, url, seen_on, number)`,
    [
      claim.id,
      labelId,
      platformId,
      uses.map(({ isrc }) => isrc),
      uses.map(({ url }) => url),
      uses.map(({ seenOn }) => seenOn),
    ],
  );
  return claim;
}

export const findClaim = (tx: Tx, id: string): Promise<Claim | undefined> =>
  tx.first<Claim>('SELECT * FROM claims WHERE id = $1', [id]);

export const claimedUses = (tx: Tx, claimId: string): Promise<ClaimedUse[]> =>
  tx.rows<ClaimedUse>('SELECT isrc, url, seen_on AS "seenOn" FROM claimed_uses WHERE claim_id = $1 ORDER BY number', [
    claimId,
  ]);

/** The claims that the caller is party to, in the order they were recorded. */
export const listClaims = (
  tx: Tx,
  { state, after, limit }: { state: ClaimState | null; after: readonly string[] | undefined; limit: number },
): Promise<(Claim & { readonly uses: bigint })[]> =>
  tx.rows(
    `SELECT claims.*, (SELECT count(*) FROM claimed_uses WHERE claim_id = claims.id) AS uses FROM claims
      WHERE ($2::text IS NULL OR state = $2) AND ($3::timestamptz IS NULL OR (recorded_at, id) > ($3, $4::uuid))
      ORDER BY recorded_at, id LIMIT $1 + 1`,
    [limit, state, after?.[0] ?? null, after?.[1] ?? null],
  );

/** Reserves these claims for the rest of the transaction, in one order for everybody so that two conclusions cannot block each other. */
export const lockClaims = (tx: Tx, ids: readonly string[]): Promise<Claim[]> =>
  tx.rows<Claim>('SELECT * FROM claims WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE', [ids]);

export const markSettled = (tx: Tx, ids: readonly string[], agreementId: string, at: Date): Promise<number> =>
  tx.run(`UPDATE claims SET state = 'settled', agreement_id = $2, settled_at = $3 WHERE id = ANY ($1::uuid[])`, [
    ids,
    agreementId,
    at,
  ]);

/** To withdrawn or reopened; the agreement that settled it stays named. */
export const markClaim = (tx: Tx, id: string, state: 'withdrawn' | 'reopened'): Promise<Claim> =>
  tx.one<Claim>('UPDATE claims SET state = $2, settled_at = NULL WHERE id = $1 RETURNING *', [id, state]);

/** One move of a claim, with what it rests on. */
export interface ClaimEvent {
  readonly kind: 'settled' | 'withdrawn' | 'reopened';
  readonly details: object;
  readonly at: Date;
}

/** The caller holds the claim's row, so numbers have no gaps. */
export async function insertClaimEvent(tx: Tx, claim: Claim, { kind, details, at }: ClaimEvent): Promise<void> {
  await tx.run(
    `INSERT INTO claim_events (claim_id, number, label_id, platform_id, kind, details, at)
     SELECT $1, 1 + count(*), $2, $3, $4, $5, $6 FROM claim_events WHERE claim_id = $1`,
    [claim.id, claim.label_id, claim.platform_id, kind, JSON.stringify(details), at],
  );
}

export const claimEvents = (tx: Tx, claimId: string): Promise<ClaimEvent[]> =>
  tx.rows<ClaimEvent>('SELECT kind, details, at FROM claim_events WHERE claim_id = $1 ORDER BY number', [claimId]);
