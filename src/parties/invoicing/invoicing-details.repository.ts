import { often, type Tx } from '../../platform/database/tx';

/** What an organization says of itself on invoices. `version` counts its statements; the last one holds. */
export interface InvoicingDetails {
  readonly version: number;
  readonly legalName: string;
  readonly street: string;
  readonly city: string;
  readonly postalCode: string | null;
  readonly region: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** With the prefix of its country: "DE123456789". */
  readonly vatId: string | null;
  /** What the tax authority knows it by where it has no VAT identifier: an INN, a Steuernummer. */
  readonly taxNumber: string | null;
  readonly registrationNumber: string | null;
  readonly email: string | null;
  readonly statedBy: string;
  readonly statedAt: Date;
}

export type StatedDetails = Omit<InvoicingDetails, 'version' | 'statedBy' | 'statedAt'>;

const columns = `version, legal_name AS "legalName", street, city, postal_code AS "postalCode", region, country, vat_id AS "vatId",
  tax_number AS "taxNumber", registration_number AS "registrationNumber", email, stated_by AS "statedBy", stated_at AS "statedAt"`;

/** The version that holds; undefined where nothing was stated. Another organization's are read by the system alone. */
export const latestDetails = (tx: Tx, organizationId: string): Promise<InvoicingDetails | undefined> =>
  tx.first<InvoicingDetails>(
    `SELECT ${columns} FROM invoicing_details WHERE organization_id = $1 ORDER BY version DESC LIMIT 1`,
    [organizationId],
  );

/** The version of each that holds, by organization; those that stated nothing are missing. Read by the system alone. */
export async function detailsInForce(
  tx: Tx,
  organizationIds: readonly [string, string],
): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.rows<{ organization: string; version: number }>(
    often(`SELECT organization_id AS organization, max(version) AS version FROM invoicing_details
      WHERE organization_id IN ($1, $2) GROUP BY organization_id`),
    organizationIds,
  );
  return new Map(rows.map(({ organization, version }) => [organization, version]));
}

export const detailsOfVersion = (
  tx: Tx,
  organizationId: string,
  version: number,
): Promise<InvoicingDetails | undefined> =>
  tx.first<InvoicingDetails>(`SELECT ${columns} FROM invoicing_details WHERE organization_id = $1 AND version = $2`, [
    organizationId,
    version,
  ]);

/** The transaction's own, latest first; one row more than `limit`. `before`: versions below it. */
export const listDetails = (
  tx: Tx,
  organizationId: string,
  limit: number,
  before: string | undefined,
): Promise<InvoicingDetails[]> =>
  tx.rows<InvoicingDetails>(
    `SELECT ${columns} FROM invoicing_details
      WHERE organization_id = $1 AND ($3::int IS NULL OR version < $3) ORDER BY version DESC LIMIT $2 + 1`,
    [organizationId, limit, before ?? null],
  );

/** The next version. The caller lets nobody else state one meanwhile. */
export const insertDetails = (
  tx: Tx,
  organizationId: string,
  { stated, by, at }: { readonly stated: StatedDetails; readonly by: string; readonly at: Date },
): Promise<InvoicingDetails> =>
  tx.one<InvoicingDetails>(
    `INSERT INTO invoicing_details
       (organization_id, version, legal_name, street, city, postal_code, region, country, vat_id, tax_number, registration_number, email, stated_by, stated_at)
     SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
       FROM invoicing_details WHERE organization_id = $1 RETURNING ${columns}`,
    [
      ...[organizationId, stated.legalName, stated.street, stated.city, stated.postalCode, stated.region],
      ...[stated.country, stated.vatId, stated.taxNumber, stated.registrationNumber, stated.email, by, at],
    ],
  );
