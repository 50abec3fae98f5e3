import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, sharedByBothParties } from './support/policies';

/** Negotiations: threads of numbered revisions that nobody can rewrite. */
export class Offers1795392000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE negotiations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  label_id uuid NOT NULL REFERENCES organizations,
  platform_id uuid NOT NULL REFERENCES organizations,
  state text NOT NULL CHECK (state IN ('open', 'accepted', 'refused', 'withdrawn')),
  latest_revision int NOT NULL,
  accepted_revision int,
  agreement_id uuid REFERENCES agreements,
  reason text,
  opened_by uuid NOT NULL,
  opened_at timestamptz NOT NULL,
  closed_at timestamptz,
  CONSTRAINT negotiations_accepted_whole CHECK ((state = 'accepted') = (accepted_revision IS NOT NULL) AND (state = 'accepted') = (agreement_id IS NOT NULL)),
  CONSTRAINT negotiations_closed_whole CHECK ((state = 'open') = (closed_at IS NULL))
);
CREATE INDEX negotiations_by_label ON negotiations (label_id, opened_at);
CREATE INDEX negotiations_by_platform ON negotiations (platform_id, opened_at);
${sharedByBothParties('negotiations')}

CREATE TABLE revisions (
  negotiation_id uuid NOT NULL REFERENCES negotiations,
  number int NOT NULL CHECK (number > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  proposed_by uuid NOT NULL,
  terms text NOT NULL,
  terms_hash char(64) NOT NULL,
  message text,
  proposed_at timestamptz NOT NULL,
  PRIMARY KEY (negotiation_id, number)
);
${sharedByBothParties('revisions')}
CREATE POLICY revisions_own_hand ON revisions AS RESTRICTIVE FOR INSERT WITH CHECK (proposed_by = accordo_organization());
${appendOnly('revisions')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE revisions, negotiations;`);
  }
}
