import type { DelegableRole } from '../platform/auth/delegated';
import type { Tx } from '../platform/database/tx';

/** A label lets a distributor act for it, within scopes, until it ends or is revoked. */
export interface Delegation {
  readonly id: string;
  readonly labelId: string;
  readonly distributorId: string;
  readonly scopes: readonly DelegableRole[];
  readonly endsAt: Date | null;
  readonly grantedAt: Date;
  readonly revokedAt: Date | null;
}

const columns = `id, label_id AS "labelId", distributor_id AS "distributorId", scopes, ends_at AS "endsAt", granted_at AS "grantedAt",
  revoked_at AS "revokedAt"`;

export interface NewDelegation {
  readonly labelId: string;
  readonly distributorId: string;
  readonly scopes: readonly DelegableRole[];
  readonly endsAt: Date | null;
  readonly grantedBy: string;
  readonly at: Date;
}

/** Refuses with delegation-exists while one is live between the two. */
export const insertDelegation = (tx: Tx, delegation: NewDelegation): Promise<Delegation> =>
  tx.one<Delegation>(
    `INSERT INTO delegations (label_id, distributor_id, scopes, ends_at, granted_by, granted_at) VALUES ($1, $2, $3, $4, $5, $6)
     RETURNING ${columns}`,
    [
      delegation.labelId,
      delegation.distributorId,
      delegation.scopes,
      delegation.endsAt,
      delegation.grantedBy,
      delegation.at,
    ],
  );

/** Those that the organization gave and those that it was given, over ones included; oldest first, after the given keys. */
export const listDelegations = (tx: Tx, limit: number, after: readonly string[] | undefined): Promise<Delegation[]> =>
  tx.rows<Delegation>(
    `SELECT ${columns} FROM delegations
      WHERE $2::timestamptz IS NULL OR (granted_at, id) > ($2, $3::uuid) ORDER BY granted_at, id LIMIT $1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null],
  );

/** The delegation, held until the transaction ends, if the organization gave it. */
export const findGivenDelegation = (tx: Tx, id: string): Promise<Delegation | undefined> =>
  tx.first<Delegation>(`SELECT ${columns} FROM delegations WHERE id = $1 FOR UPDATE`, [id]);

export async function markRevoked(tx: Tx, id: string, by: string, at: Date): Promise<void> {
  await tx.run('UPDATE delegations SET revoked_by = $2, revoked_at = $3 WHERE id = $1', [id, by, at]);
}

interface LiveDelegation {
  readonly scopes: readonly DelegableRole[];
  /** Whether the label is. */
  readonly verified: boolean;
}

/** What the distributor may do for the label now. Runs for the system: nobody acts yet. */
export const findLiveDelegation = (
  tx: Tx,
  { labelId, distributorId, now }: { labelId: string; distributorId: string; now: Date },
): Promise<LiveDelegation | undefined> =>
  tx.first<LiveDelegation>(
    `SELECT d.scopes, o.state = 'verified' AS verified FROM delegations d JOIN organizations o ON o.id = d.label_id
      WHERE d.label_id = $1 AND d.distributor_id = $2 AND d.revoked_at IS NULL AND (d.ends_at IS NULL OR d.ends_at > $3)`,
    [labelId, distributorId, now],
  );

/** The distributors that may do this for the label now, with their DDEX party identifiers. */
export const delegatesOf = (
  tx: Tx,
  labelId: string,
  scope: DelegableRole,
  now: Date,
): Promise<{ readonly organizationId: string; readonly partyId: string | null }[]> =>
  tx.asSystem(() =>
    tx.rows(
      `SELECT o.id AS "organizationId", o.party_id AS "partyId" FROM delegations d JOIN organizations o ON o.id = d.distributor_id
        WHERE d.label_id = $1 AND $2 = ANY (d.scopes) AND d.revoked_at IS NULL AND (d.ends_at IS NULL OR d.ends_at > $3) ORDER BY o.id`,
      [labelId, scope, now],
    ),
  );
