import type { OrganizationKind } from '../platform/auth/actor';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';

export interface Organization {
  readonly id: string;
  readonly kind: OrganizationKind;
  readonly name: string;
  readonly country: string;
  /** DDEX party identifier (DPID), as reports name the organization. */
  readonly party_id: string | null;
  readonly state: 'registered' | 'verified';
  readonly registered_at: Date;
  readonly verified_at: Date | null;
}

export interface OrganizationDetails {
  readonly organization_id: string;
  readonly legal_name: string;
  readonly registration_number: string;
  readonly address: string;
  readonly tax_id: string;
}

export interface Service {
  readonly id: string;
  readonly organization_id: string;
  readonly name: string;
  readonly created_at: Date;
}

export interface MemberRow {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly created_at: Date;
}

/** Where a list goes on: after this instant and id. */
export type After = readonly string[] | undefined;

const organizationColumns = 'id, kind, name, country, party_id, state, registered_at, verified_at';

/** The organization as the directory shows it. Refuses with not-found when it is neither verified nor the transaction's own. */
export async function getOrganization(tx: Tx, id: string): Promise<Organization> {
  const organization = await tx.first<Organization>(`SELECT ${organizationColumns} FROM organizations WHERE id = $1`, [
    id,
  ]);
  if (organization === undefined) throw new DomainError('not-found');
  return organization;
}

/** Which of these are verified organizations of the kind. */
export async function verifiedAmong(tx: Tx, kind: OrganizationKind, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx.rows<{ id: string }>(
    `SELECT id FROM organizations WHERE id = ANY ($1::uuid[]) AND kind = $2 AND state = 'verified'`,
    [ids, kind],
  );
  return new Set(rows.map(({ id }) => id));
}

/** As getOrganization, held until the transaction ends. */
export async function getOrganizationForUpdate(tx: Tx, id: string): Promise<Organization> {
  const organization = await tx.first<Organization>(
    `SELECT ${organizationColumns} FROM organizations WHERE id = $1 FOR UPDATE`,
    [id],
  );
  if (organization === undefined) throw new DomainError('not-found');
  return organization;
}

export const markVerified = (tx: Tx, id: string, by: string, at: Date): Promise<Organization> =>
  tx.one<Organization>(
    `UPDATE organizations SET state = 'verified', verified_at = $2, verified_by = $3 WHERE id = $1 RETURNING ${organizationColumns}`,
    [id, at, by],
  );

/** The organization that a DDEX message names, if the transaction may see it. */
export const findOrganizationByPartyId = (tx: Tx, partyId: string): Promise<Organization | undefined> =>
  tx.first<Organization>(`SELECT ${organizationColumns} FROM organizations WHERE party_id = $1`, [partyId]);

/** One row more than `limit`, so that the caller knows whether the list goes on. */
export const listOrganizations = (
  tx: Tx,
  kind: string | undefined,
  limit: number,
  after: After,
): Promise<Organization[]> =>
  tx.rows<Organization>(
    `SELECT ${organizationColumns} FROM organizations
      WHERE ($1::text IS NULL OR kind = $1) AND ($3::timestamptz IS NULL OR (registered_at, id) > ($3, $4::uuid))
      ORDER BY registered_at, id LIMIT $2 + 1`,
    [kind ?? null, limit, after?.[0] ?? null, after?.[1] ?? null],
  );

/** Registration, tax and address: for the organization itself and the operator. Refuses with not-found. */
export async function getOrganizationDetails(tx: Tx, id: string): Promise<OrganizationDetails> {
  const details = await tx.first<OrganizationDetails>(
    'SELECT organization_id, legal_name, registration_number, address, tax_id FROM organization_details WHERE organization_id = $1',
    [id],
  );
  if (details === undefined) throw new DomainError('not-found');
  return details;
}

/** A platform's services, oldest first; empty when the platform is not one the transaction may see. */
export const getServices = (tx: Tx, platformId: string): Promise<Service[]> =>
  tx.rows<Service>(
    'SELECT id, organization_id, name, created_at FROM services WHERE organization_id = $1 ORDER BY created_at, id',
    [platformId],
  );

/** As listOrganizations: one row more than `limit`. */
export const listServices = (tx: Tx, platformId: string | undefined, limit: number, after: After): Promise<Service[]> =>
  tx.rows<Service>(
    `SELECT id, organization_id, name, created_at FROM services
      WHERE ($1::uuid IS NULL OR organization_id = $1) AND ($3::timestamptz IS NULL OR (created_at, id) > ($3, $4::uuid))
      ORDER BY created_at, id LIMIT $2 + 1`,
    [platformId ?? null, limit, after?.[0] ?? null, after?.[1] ?? null],
  );

/** The transaction's own members; one row more than `limit`. */
export const listMembers = (tx: Tx, limit: number, after: After): Promise<MemberRow[]> =>
  tx.rows<MemberRow>(
    `SELECT id, name, email, roles, created_at FROM members
      WHERE ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::uuid)) ORDER BY created_at, id LIMIT $1 + 1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null],
  );

/** Whether the transaction's organization has the member. */
export const memberExists = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.first('SELECT FROM members WHERE id = $1', [id])) !== undefined;

export interface NewMember {
  readonly organizationId: string;
  readonly name: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly roles: readonly string[];
  readonly at: Date;
}

/** Refuses with email-taken: a mail address is one person, wherever they work. */
export const insertMember = (tx: Tx, member: NewMember): Promise<MemberRow> =>
  tx.one<MemberRow>(
    `INSERT INTO members (organization_id, name, email, password_hash, roles, created_at) VALUES ($1, $2, $3, $4, $5, $6)
     RETURNING id, name, email, roles, created_at`,
    [member.organizationId, member.name, member.email, member.passwordHash, member.roles, member.at],
  );

export interface NewOrganization {
  readonly kind: OrganizationKind;
  readonly name: string;
  readonly country: string;
  readonly partyId: string | null;
  readonly at: Date;
  /** Who vouches for it; absent: it waits for the operator. */
  readonly verifiedBy?: string;
}

/** Refuses with party-id-taken, and with operator-exists for a second operator. */
export const insertOrganization = (
  tx: Tx,
  { kind, name, country, partyId, at, verifiedBy }: NewOrganization,
): Promise<Organization> =>
  tx.one<Organization>(
    `INSERT INTO organizations (kind, name, country, party_id, state, registered_at, verified_at, verified_by)
     VALUES ($1, $2, $3, $4, CASE WHEN $6::text IS NULL THEN 'registered' ELSE 'verified' END, $5,
             CASE WHEN $6::text IS NULL THEN NULL ELSE $5::timestamptz END, $6) RETURNING ${organizationColumns}`,
    [kind, name, country, partyId, at, verifiedBy ?? null],
  );

export const insertOrganizationDetails = (tx: Tx, details: OrganizationDetails): Promise<number> =>
  tx.run(
    `INSERT INTO organization_details (organization_id, legal_name, registration_number, address, tax_id) VALUES ($1, $2, $3, $4, $5)`,
    [details.organization_id, details.legal_name, details.registration_number, details.address, details.tax_id],
  );
