import type { Actor } from '../../platform/auth/actor';
import type { Tx } from '../../platform/database/tx';

/** These run for the system: nobody is signed in yet. */
interface AccessRow {
  readonly id: string;
  readonly agreement_id: string;
  readonly label_id: string;
  readonly audited_from: string;
  readonly audited_until: string;
  readonly secret_hash: string;
}

/** The auditor whose key has this prefix, while it holds: neither over nor revoked at `now`. It looks at an agreement for the label. */
export async function findAuditorOfKey(
  tx: Tx,
  prefix: string,
  now: Date,
): Promise<{ actor: Actor; secretHash: string } | undefined> {
  const row = await tx.first<AccessRow>(
    `SELECT a.id, a.agreement_id, a.label_id, u.audited_from, u.audited_until, a.secret_hash
       FROM audit_accesses a JOIN audits u ON u.agreement_id = a.agreement_id AND u.number = a.number
      WHERE a.prefix = $1 AND a.revoked_at IS NULL AND a.ends_at > $2`,
    [prefix, now],
  );
  if (row === undefined) return undefined;
  const audited = { agreementId: row.agreement_id, from: row.audited_from, until: row.audited_until };
  const by = { kind: 'auditor', id: row.id } as const;
  const actor = {
    organizationId: row.label_id,
    organizationKind: 'auditor',
    verified: true,
    roles: ['reader'],
    by,
    audited,
  } as const;
  return { actor, secretHash: row.secret_hash };
}

/** So much of an address is kept. */
const pathMax = 500;

export const logAuditorRequest = (
  tx: Tx,
  { accessId, method, path, at }: { accessId: string; method: string; path: string; at: Date },
): Promise<number> =>
  tx.run(
    `INSERT INTO audit_requests (access_id, agreement_id, number, label_id, platform_id, method, path, at)
     SELECT id, agreement_id, number, label_id, platform_id, $2, $3, $4 FROM audit_accesses WHERE id = $1`,
    [accessId, method, path.slice(0, pathMax).replaceAll('\0', ''), at],
  );
