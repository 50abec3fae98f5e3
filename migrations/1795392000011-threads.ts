import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, ownedBy, sharedByBothParties } from './support/policies';

/** What a party says on behalf of another is not said by it. */
const ownHand = (table: string): string => `
CREATE POLICY ${table}_own_hand ON ${table} AS RESTRICTIVE FOR INSERT WITH CHECK (author_id = accordo_organization());
`;

/** What surrounds revisions: drafts and notes of one party, messages and attachments of both. */
export class Threads1795392000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE drafts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  owner_id uuid NOT NULL REFERENCES organizations,
  state text NOT NULL CHECK (state IN ('open', 'sent', 'discarded')),
  version int NOT NULL CHECK (version > 0),
  negotiation_id uuid REFERENCES negotiations,
  counterparty_id uuid REFERENCES organizations,
  based_on int CHECK (based_on > 0),
  terms text NOT NULL CHECK (length(terms) <= 1000000),
  message text CHECK (length(message) <= 2000),
  sent_negotiation_id uuid,
  sent_revision int,
  saved_by text NOT NULL,
  opened_at timestamptz NOT NULL,
  saved_at timestamptz NOT NULL,
  ended_at timestamptz,
  CONSTRAINT drafts_one_aim CHECK (negotiation_id IS NULL OR counterparty_id IS NULL),
  CONSTRAINT drafts_sent_whole CHECK ((state = 'sent') = (sent_negotiation_id IS NOT NULL) AND (state = 'sent') = (sent_revision IS NOT NULL)),
  CONSTRAINT drafts_ended_whole CHECK ((state = 'open') = (ended_at IS NULL)),
  CONSTRAINT drafts_discarded_empty CHECK (state <> 'discarded' OR terms = '{}' AND message IS NULL),
  CONSTRAINT drafts_sent_once UNIQUE (sent_negotiation_id, sent_revision),
  FOREIGN KEY (sent_negotiation_id, sent_revision) REFERENCES revisions (negotiation_id, number)
);
CREATE INDEX drafts_by_owner ON drafts (owner_id, opened_at, id) WHERE state <> 'discarded';
${ownedBy('drafts')}

CREATE TABLE negotiation_notes (
  negotiation_id uuid NOT NULL REFERENCES negotiations,
  owner_id uuid NOT NULL REFERENCES organizations,
  number int NOT NULL CHECK (number > 0),
  text text NOT NULL,
  written_by text NOT NULL,
  written_at timestamptz NOT NULL,
  PRIMARY KEY (negotiation_id, owner_id, number)
);
${ownedBy('negotiation_notes')}
${appendOnly('negotiation_notes')}

CREATE TABLE negotiation_messages (
  negotiation_id uuid NOT NULL REFERENCES negotiations,
  number int NOT NULL CHECK (number > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  author_id uuid NOT NULL CHECK (author_id IN (label_id, platform_id)),
  text text NOT NULL,
  written_by text NOT NULL,
  written_at timestamptz NOT NULL,
  PRIMARY KEY (negotiation_id, number)
);
${sharedByBothParties('negotiation_messages')}
${ownHand('negotiation_messages')}
${appendOnly('negotiation_messages')}

CREATE TABLE negotiation_attachments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  negotiation_id uuid NOT NULL REFERENCES negotiations,
  number int NOT NULL CHECK (number > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  author_id uuid NOT NULL CHECK (author_id IN (label_id, platform_id)),
  file_name text NOT NULL,
  media_type text NOT NULL,
  bytes bigint NOT NULL CHECK (bytes > 0),
  sha256 char(64) NOT NULL,
  message int,
  revision int,
  attached_by text NOT NULL,
  attached_at timestamptz NOT NULL,
  UNIQUE (negotiation_id, number),
  FOREIGN KEY (negotiation_id, message) REFERENCES negotiation_messages (negotiation_id, number),
  FOREIGN KEY (negotiation_id, revision) REFERENCES revisions (negotiation_id, number)
);
${sharedByBothParties('negotiation_attachments')}
${ownHand('negotiation_attachments')}
${appendOnly('negotiation_attachments')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE negotiation_attachments, negotiation_messages, negotiation_notes, drafts;`);
  }
}
