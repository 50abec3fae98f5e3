import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, ownedBy } from './support/policies';

/** What an organization states of itself for invoices, under its own numbers: what it writes and what it gets. */
export class InvoicingDetails1795392000080 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE invoicing_details (
  organization_id uuid NOT NULL REFERENCES organizations,
  -- 1, 2, 3 within the organization: the last one holds.
  version int NOT NULL CHECK (version > 0),
  legal_name text NOT NULL,
  street text NOT NULL,
  city text NOT NULL,
  postal_code text,
  region text,
  country char(2) NOT NULL,
  vat_id text,
  tax_number text,
  registration_number text,
  email text,
  stated_by text NOT NULL,
  stated_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, version),
  CONSTRAINT invoicing_details_identified CHECK (num_nonnulls(vat_id, tax_number, registration_number) > 0)
);
${ownedBy('invoicing_details', 'organization_id')}
${appendOnly('invoicing_details')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE invoicing_details;');
  }
}
