import type { MigrationInterface, QueryRunner } from 'typeorm';
import { appendOnly, onlyChanges, readByBothParties } from './support/policies';

/** What an auditor sees of a table: rows of the one agreement whose months are audited, of these days. Nothing else says so for its role. */
const seenByAuditor = (table: string, within: string): string => `
CREATE POLICY ${table}_auditor ON ${table} FOR SELECT USING (accordo_role() = 'auditor' AND ${within});
`;

const audited = ['agreements', 'agreement_versions', 'agreement_facts', 'statements', 'statement_lines'];
const auditedBooks = ['ledger_transactions', 'ledger_postings'];

/** Audits of an agreement: the notice, who may look and until when, each look, what was found and what the platform says to it. */
export class Audits1795392000054 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Of the transaction of an auditor: the agreement, and the days from and before which it is audited.
CREATE FUNCTION accordo_audited_agreement() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(split_part(current_setting('accordo.audited', true), ' ', 1), '')::uuid $$;
CREATE FUNCTION accordo_is_audited(day date) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT day >= nullif(split_part(current_setting('accordo.audited', true), ' ', 2), '')::date
           AND day < nullif(split_part(current_setting('accordo.audited', true), ' ', 3), '')::date $$;

CREATE TABLE audits (
  agreement_id uuid NOT NULL REFERENCES agreements,
  number int NOT NULL CHECK (number > 0),
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  -- The day of the notice where the agreement's clocks hang, and the audited months by their days.
  noticed_on date NOT NULL,
  audited_from date NOT NULL CHECK (extract(day FROM audited_from) = 1),
  audited_until date NOT NULL CHECK (extract(day FROM audited_until) = 1),
  given_by text NOT NULL,
  given_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, number),
  CONSTRAINT audits_of_some_days CHECK (audited_from < audited_until),
  -- No month twice: the contract says so, and two notices at once must not get round it.
  CONSTRAINT audits_once EXCLUDE USING gist (agreement_id WITH =, daterange(audited_from, audited_until) WITH &&)
);
${readByBothParties('audits')}
${appendOnly('audits')}

-- Who may look, with a key of its own kind. The secret itself is never stored. A name can be taken away; what was looked at stays.
CREATE TABLE audit_accesses (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  agreement_id uuid NOT NULL,
  number int NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  name text NOT NULL,
  prefix text NOT NULL,
  secret_hash text NOT NULL,
  ends_at timestamptz NOT NULL,
  given_by text NOT NULL,
  given_at timestamptz NOT NULL,
  revoked_at timestamptz,
  FOREIGN KEY (agreement_id, number) REFERENCES audits
);
CREATE UNIQUE INDEX audit_accesses_one_prefix ON audit_accesses (prefix);
CREATE INDEX audit_accesses_of_audit ON audit_accesses (agreement_id, number, given_at);
${readByBothParties('audit_accesses')}
${onlyChanges('audit_accesses', ['name', 'revoked_at'])}

-- Each request of an auditor, whatever became of it.
CREATE TABLE audit_requests (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  access_id uuid NOT NULL REFERENCES audit_accesses,
  agreement_id uuid NOT NULL,
  number int NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  method text NOT NULL,
  path text NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX audit_requests_of_audit ON audit_requests (agreement_id, number, at, id);
${readByBothParties('audit_requests')}
${appendOnly('audit_requests')}

CREATE TABLE audit_conclusions (
  agreement_id uuid NOT NULL,
  number int NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  concluded_on date NOT NULL,
  currency char(3) NOT NULL,
  -- What should have been earned, by month, and what the audit cost: decimals in the currency. The outcome is the kernel's.
  findings jsonb NOT NULL,
  audit_cost numeric(38, 12) NOT NULL CHECK (audit_cost >= 0),
  outcome jsonb NOT NULL,
  owed_minor bigint NOT NULL CHECK (owed_minor >= 0),
  made_by text NOT NULL,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, number),
  FOREIGN KEY (agreement_id, number) REFERENCES audits
);
${readByBothParties('audit_conclusions')}
${appendOnly('audit_conclusions')}

CREATE TABLE audit_answers (
  agreement_id uuid NOT NULL,
  number int NOT NULL,
  label_id uuid NOT NULL,
  platform_id uuid NOT NULL,
  decision text NOT NULL CHECK (decision IN ('accepted', 'disputed')),
  reason text,
  made_by text NOT NULL,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (agreement_id, number),
  FOREIGN KEY (agreement_id, number) REFERENCES audit_conclusions,
  CONSTRAINT audit_answers_disputed_says_why CHECK ((decision = 'disputed') = (reason IS NOT NULL))
);
${readByBothParties('audit_answers')}
${appendOnly('audit_answers')}

${seenByAuditor('agreements', 'id = accordo_audited_agreement()')}
${seenByAuditor('agreement_versions', 'agreement_id = accordo_audited_agreement()')}
${seenByAuditor('agreement_facts', 'agreement_id = accordo_audited_agreement()')}
${seenByAuditor('statements', 'agreement_id = accordo_audited_agreement() AND accordo_is_audited(month)')}
${seenByAuditor('statement_lines', 'agreement_id = accordo_audited_agreement() AND accordo_is_audited(month)')}
${seenByAuditor('ledger_transactions', 'agreement_id = accordo_audited_agreement() AND accordo_is_audited(effective_on)')}
${seenByAuditor(
  'ledger_postings',
  'agreement_id = accordo_audited_agreement() AND EXISTS (SELECT FROM ledger_transactions t WHERE t.agreement_id = ledger_postings.agreement_id AND t.id = ledger_postings.transaction_id)',
)}
`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const policies = [...audited, ...auditedBooks].map((table) => `DROP POLICY ${table}_auditor ON ${table};`);
    await runner.query(`
${policies.join('\n')}
DROP TABLE audit_answers, audit_conclusions, audit_requests, audit_accesses, audits;
DROP FUNCTION accordo_is_audited(date), accordo_audited_agreement();
`);
  }
}
