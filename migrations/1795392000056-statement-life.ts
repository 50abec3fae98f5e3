import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, readByBothParties } from './support/policies';

/** What becomes of a statement once it is issued: accepted as a whole, or disputed by line, with the money that waits meanwhile. */
export class StatementLife1795392000056 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE statement_acceptances (
  agreement_id uuid NOT NULL,
  month date NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  made_by text NOT NULL,
  accepted_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, month),
  FOREIGN KEY (agreement_id, month) REFERENCES statements (agreement_id, month)
);
${readByBothParties('statement_acceptances')}
${appendOnly('statement_acceptances')}

-- The platform disputes lines of a statement; what becomes of it are facts beside it.
CREATE TABLE statement_disputes (
  agreement_id uuid NOT NULL,
  -- 1, 2, 3 within the agreement.
  number int NOT NULL CHECK (number > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  month date NOT NULL,
  lines int[] NOT NULL CHECK (cardinality(lines) > 0),
  reason text NOT NULL,
  evidence text,
  -- What the lines should come to, where the platform says so.
  expected_minor bigint,
  -- What they come to beyond that.
  disputed_minor bigint NOT NULL CHECK (disputed_minor > 0),
  -- What of it waits: nothing where it is paid, or was never payable.
  held_minor bigint NOT NULL CHECK (held_minor BETWEEN 0 AND disputed_minor),
  -- Why less waits than is disputed.
  held_less text CHECK (held_less IN ('paid', 'not-payable')),
  currency char(3) NOT NULL,
  answer_by date NOT NULL,
  made_by text NOT NULL,
  opened_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, number),
  FOREIGN KEY (agreement_id, month) REFERENCES statements (agreement_id, month)
);
${readByBothParties('statement_disputes')}
${appendOnly('statement_disputes')}

-- Accepted and rejected by the label; an amount offered by either, and agreed once both have offered the same; withdrawn by the platform; corrected by a later
-- statement; overdue while nobody answers; paid although it was held.
CREATE TABLE statement_dispute_facts (
  agreement_id uuid NOT NULL,
  number int NOT NULL,
  sequence int NOT NULL CHECK (sequence > 0),
  kind text NOT NULL CHECK (kind IN ('accepted', 'rejected', 'amount-offered', 'agreed', 'withdrawn', 'corrected', 'overdue', 'paid')),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  -- Null: a job, or what a job brought.
  organization_id uuid CHECK (organization_id IN (label_id, platform_id)),
  note text,
  amount_minor bigint CHECK (amount_minor >= 0),
  made_by text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, number, sequence),
  FOREIGN KEY (agreement_id, number) REFERENCES statement_disputes,
  CONSTRAINT statement_dispute_facts_amount CHECK ((kind IN ('amount-offered', 'agreed')) = (amount_minor IS NOT NULL))
);
${readByBothParties('statement_dispute_facts')}
${appendOnly('statement_dispute_facts')}

-- What was taken off an invoice that was not paid: by a credit note of the provider, where there is one.
CREATE TABLE invoice_credits (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  invoice_id uuid NOT NULL REFERENCES invoices,
  agreement_id uuid NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  source text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  credited_at timestamptz NOT NULL,
  CONSTRAINT invoice_credits_once UNIQUE (agreement_id, source)
);
CREATE INDEX invoice_credits_of_invoice ON invoice_credits (invoice_id);
${readByBothParties('invoice_credits')}
${appendOnly('invoice_credits')}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE invoice_credits, statement_dispute_facts, statement_disputes, statement_acceptances;',
    );
  }
}
