import { type Actor, actorName, type OrganizationKind, type Role } from '../../platform/auth/actor';
import type { Database } from '../../platform/database/database';
import { often, type Tx } from '../../platform/database/tx';
import type { SessionClaim } from './session-tokens';

/** These run for the system: nobody is signed in yet. They are the only reads of the module that see every organization. */
interface ActorRow {
  readonly id: string;
  readonly organization_id: string;
  readonly kind: OrganizationKind;
  readonly verified: boolean;
  readonly roles: readonly Role[];
}

const actorOf = (row: ActorRow, by: Actor['by']): Actor => ({
  organizationId: row.organization_id,
  organizationKind: row.kind,
  verified: row.verified,
  roles: row.roles,
  by,
});

/** The member whose session is open: neither ended nor revoked at `now`. */
export async function findActorOfSession(tx: Tx, claim: SessionClaim, now: Date): Promise<Actor | undefined> {
  const row = await tx.first<ActorRow>(
    `SELECT m.id, m.organization_id, o.kind, o.state = 'verified' AS verified, m.roles
       FROM sessions s JOIN members m ON m.id = s.member_id JOIN organizations o ON o.id = m.organization_id
      WHERE s.id = $1 AND s.member_id = $2 AND s.revoked_at IS NULL AND s.expires_at > $3`,
    [claim.sessionId, claim.memberId, now],
  );
  return row && actorOf(row, { kind: 'member', id: row.id, sessionId: claim.sessionId });
}

/** The live key of this prefix; whether the secret is right is the caller's question. */
export async function findActorOfKey(
  database: Database,
  prefix: string,
): Promise<{ actor: Actor; secretHash: string } | undefined> {
  const text = `
    SELECT k.id, k.organization_id, o.kind, o.state = 'verified' AS verified, k.roles, k.secret_hash
      FROM api_keys k JOIN organizations o ON o.id = k.organization_id
     WHERE k.prefix = $1 AND k.revoked_at IS NULL`;
  const statement = { ...often(text), values: [prefix] };
  const [row] = await database.statementAsSystem<ActorRow & { secret_hash: string }>(statement, 'read');
  return row && { actor: actorOf(row, { kind: 'api-key', id: row.id }), secretHash: row.secret_hash };
}

export interface Credentials {
  readonly id: string;
  readonly organization_id: string;
  readonly password_hash: string;
}

export const findCredentials = (tx: Tx, email: string): Promise<Credentials | undefined> =>
  tx.first<Credentials>('SELECT id, organization_id, password_hash FROM members WHERE lower(email) = lower($1)', [
    email,
  ]);

/** What a member that is signed in is checked against once more. The address is as attempts are counted for it. */
export const findOwnCredentials = (tx: Tx, memberId: string): Promise<{ email: string; password_hash: string }> =>
  tx.one<{ email: string; password_hash: string }>(
    'SELECT lower(email) AS email, password_hash FROM members WHERE id = $1',
    [memberId],
  );

export async function openSession(
  tx: Tx,
  { id, organization_id }: Credentials,
  { at, expiresAt }: { at: Date; expiresAt: Date },
): Promise<string> {
  const session = await tx.one<{ id: string }>(
    'INSERT INTO sessions (organization_id, member_id, created_at, expires_at) VALUES ($1, $2, $3, $4) RETURNING id',
    [organization_id, id, at, expiresAt],
  );
  return session.id;
}

export const revokeSession = (tx: Tx, sessionId: string, at: Date): Promise<number> =>
  tx.run('UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL', [sessionId, at]);

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly roles: readonly string[];
  readonly created_at: Date;
  readonly revoked_at: Date | null;
}

export interface NewApiKey {
  readonly organizationId: string;
  readonly name: string;
  readonly prefix: string;
  readonly secretHash: string;
  readonly roles: readonly string[];
  readonly createdBy: string;
  readonly at: Date;
}

const keyColumns = 'id, name, prefix, roles, created_at, revoked_at';

export const insertApiKey = (tx: Tx, key: NewApiKey): Promise<ApiKey> =>
  tx.one<ApiKey>(
    `INSERT INTO api_keys (organization_id, name, prefix, secret_hash, roles, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
     RETURNING ${keyColumns}`,
    [key.organizationId, key.name, key.prefix, key.secretHash, key.roles, key.createdBy, key.at],
  );

/** The transaction's own keys, revoked ones too; one row more than `limit`. */
export const listApiKeys = (tx: Tx, limit: number, after: readonly string[] | undefined): Promise<ApiKey[]> =>
  tx.rows<ApiKey>(
    `SELECT ${keyColumns} FROM api_keys
      WHERE ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::uuid)) ORDER BY created_at, id LIMIT $1 + 1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null],
  );

export async function revokeApiKey(tx: Tx, id: string, at: Date): Promise<'revoked' | 'already-revoked' | 'unknown'> {
  const key = await tx.first<{ revoked_at: Date | null }>('SELECT revoked_at FROM api_keys WHERE id = $1 FOR UPDATE', [
    id,
  ]);
  if (key === undefined) return 'unknown';
  if (key.revoked_at !== null) return 'already-revoked';
  await tx.run('UPDATE api_keys SET revoked_at = $2 WHERE id = $1', [id, at]);
  return 'revoked';
}

/** "member:<id>": the person whose deed it is. What a key does, whoever made the key has asked for: by their own key nobody becomes a second person. */
export async function personBehind(tx: Tx, actor: Actor): Promise<string> {
  if (actor.by.kind === 'member') return actorName(actor);
  const { made_by } = await tx.one<{ made_by: string }>('SELECT created_by AS made_by FROM api_keys WHERE id = $1', [
    actor.by.id,
  ]);
  return `member:${made_by}`;
}
