import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, onlyChanges, sharedByBothParties, shownByLabel } from './support/policies';

/** How a negotiation begins: what labels offer to whom, and what platforms ask for. */
export class ListingsAndRequests1795392000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE FUNCTION refuse_other_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (to_jsonb(NEW) - TG_ARGV::text[]) IS DISTINCT FROM (to_jsonb(OLD) - TG_ARGV::text[]) THEN
    RAISE EXCEPTION 'only % of % may change', array_to_string(TG_ARGV, ', '), TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'append_only';
  END IF;
  RETURN NEW;
END $$;

ALTER TABLE packages ADD CONSTRAINT packages_of_owner UNIQUE (id, owner_id);

CREATE TABLE listings (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  label_id uuid NOT NULL REFERENCES organizations,
  package_id uuid NOT NULL,
  -- Platforms do not see the label's packages: what they may know of this one stands here.
  package_name text NOT NULL,
  package_version int NOT NULL,
  content_hash char(64) NOT NULL,
  track_count int NOT NULL,
  visibility text NOT NULL CHECK (visibility IN ('public', 'invited', 'one')),
  template text NOT NULL,
  note text,
  ends_at timestamptz,
  published_at timestamptz NOT NULL,
  closed_at timestamptz,
  CONSTRAINT listings_of_label UNIQUE (id, label_id),
  CONSTRAINT listings_own_package FOREIGN KEY (package_id, label_id) REFERENCES packages (id, owner_id),
  CONSTRAINT listings_end_later CHECK (ends_at > published_at)
);
CREATE INDEX listings_by_publication ON listings (published_at, id);

CREATE TABLE listing_invitations (
  listing_id uuid NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL REFERENCES organizations,
  PRIMARY KEY (listing_id, platform_id),
  -- A label invites to its own listings only.
  CONSTRAINT listing_invitations_own FOREIGN KEY (listing_id, label_id) REFERENCES listings (id, label_id)
);
${shownByLabel('listing_invitations', 'platform_id = accordo_organization()')}
${appendOnly('listing_invitations')}

${shownByLabel(
  'listings',
  `closed_at IS NULL
  AND EXISTS (SELECT FROM organizations o WHERE o.id = accordo_organization() AND o.kind = 'platform' AND o.state = 'verified')
  AND (visibility = 'public'
    OR EXISTS (SELECT FROM listing_invitations i WHERE i.listing_id = listings.id AND i.platform_id = accordo_organization()))`,
)}
${onlyChanges('listings', ['closed_at'])}

CREATE TABLE licence_requests (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  label_id uuid NOT NULL REFERENCES organizations,
  platform_id uuid NOT NULL REFERENCES organizations,
  state text NOT NULL CHECK (state IN ('open', 'answered', 'declined', 'withdrawn')),
  repertoire jsonb NOT NULL,
  service_ids uuid[] NOT NULL,
  uses text[] NOT NULL,
  models text[] NOT NULL,
  territories jsonb NOT NULL,
  term_from date,
  term_until date,
  message text,
  reason text,
  sent_at timestamptz NOT NULL,
  closed_at timestamptz,
  CONSTRAINT licence_requests_closed_whole CHECK ((state = 'open') = (closed_at IS NULL)),
  CONSTRAINT licence_requests_term_whole CHECK ((term_from IS NULL) = (term_until IS NULL) AND term_from < term_until)
);
CREATE INDEX licence_requests_by_label ON licence_requests (label_id, sent_at);
CREATE INDEX licence_requests_by_platform ON licence_requests (platform_id, sent_at);
${sharedByBothParties('licence_requests')}
CREATE POLICY licence_requests_own_hand ON licence_requests AS RESTRICTIVE FOR INSERT
  WITH CHECK (platform_id = accordo_organization());
${onlyChanges('licence_requests', ['state', 'reason', 'closed_at'])}

ALTER TABLE negotiations
  ADD COLUMN listing_id uuid REFERENCES listings,
  ADD COLUMN opening_message text,
  ADD COLUMN request_id uuid REFERENCES licence_requests;
CREATE UNIQUE INDEX negotiations_one_open_per_listing ON negotiations (listing_id, platform_id) WHERE state = 'open';
CREATE UNIQUE INDEX negotiations_one_per_request ON negotiations (request_id);
${onlyChanges('negotiations', ['state', 'latest_revision', 'accepted_revision', 'agreement_id', 'reason', 'closed_at'])}

-- A listing is the label's standing offer: its first revision is written when a platform takes it up. Nothing else is ever
-- written in another's hand.
DROP POLICY revisions_own_hand ON revisions;
CREATE POLICY revisions_own_hand ON revisions AS RESTRICTIVE FOR INSERT WITH CHECK (
  proposed_by = accordo_organization()
  OR accordo_role() = 'system' AND number = 1 AND proposed_by = label_id
    AND EXISTS (SELECT FROM negotiations n WHERE n.id = negotiation_id AND n.label_id = revisions.label_id AND n.listing_id IS NOT NULL));
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
DROP POLICY revisions_own_hand ON revisions;
CREATE POLICY revisions_own_hand ON revisions AS RESTRICTIVE FOR INSERT WITH CHECK (proposed_by = accordo_organization());
DROP TRIGGER negotiations_only_changes ON negotiations;
ALTER TABLE negotiations DROP COLUMN listing_id, DROP COLUMN opening_message, DROP COLUMN request_id;
DROP TABLE licence_requests, listing_invitations, listings;
ALTER TABLE packages DROP CONSTRAINT packages_of_owner;
DROP FUNCTION refuse_other_change();
`);
  }
}
