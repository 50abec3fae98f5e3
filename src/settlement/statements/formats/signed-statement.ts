import { createHash } from 'node:crypto';
import { STATEMENT_SCHEMA, STATEMENT_SEAL_TYPE } from '../../../evidence';
import { canonicalText, moneyText } from '../../../kernel';
import type { Keyring } from '../../../platform/keyring/keyring';
import { detachedSeal } from '../../../platform/keyring/signed-text';
import { parsedLines } from '../clause-lines';
import { periodNameOf, standInNameOf } from '../statements.repository';
import { csvOfLines, type Reading } from './lines-csv';
import { invoicedOf, type StatementFacts, summaryOf } from './statement-facts';

/**
 * A statement as canonical JSON under the marketplace's seal. The clause lines are in it; the lines of recordings, of which there may be
 * a million, are held by the SHA-256 of their CSV.
 */
export async function signedStatement(read: Reading, keyring: Keyring, facts: StatementFacts): Promise<string> {
  const { statement, terms, side, lineCount } = facts;
  const { currency } = statement;
  const money = (minor: bigint): string => moneyText({ minor, currency });
  const invoiced = invoicedOf(facts);
  const paper = {
    schema: STATEMENT_SCHEMA,
    for: side,
    id: statement.id,
    agreementId: statement.agreement_id,
    month: periodNameOf(statement),
    issuedAt: statement.issued_at.toISOString(),
    ...(statement.estimated_from === null ? {} : { estimatedFrom: standInNameOf(statement) }),
    parties: terms.parties,
    currency,
    royalties: money(statement.royalties_minor),
    recouped: money(statement.recouped_minor),
    payable: money(statement.total_minor),
    held: money(statement.held_minor),
    invoiced: moneyText(invoiced),
    // Only where it is paid in another currency.
    ...(invoiced.currency === currency ? {} : { invoicedIn: invoiced.currency }),
    summary: summaryOf(facts).map(({ name, amount, currency: of }) => ({
      ...{ name, amount },
      ...(of === currency ? {} : { currency: of }),
    })),
    clauseLines: parsedLines(statement.clause_lines),
    clauseLinesSha256: statement.sha256,
    lines: { count: lineCount, csvSha256: await csvHash(read, facts) },
  };
  const kind = { purpose: 'statement', typ: STATEMENT_SEAL_TYPE } as const;
  const seal = await detachedSeal(keyring, kind, canonicalText(paper));
  return canonicalText({ seal, statement: paper });
}

async function csvHash(read: Reading, { statement }: StatementFacts): Promise<string> {
  const hash = createHash('sha256');
  for await (const text of csvOfLines(read, statement)) hash.update(text);
  return hash.digest('hex');
}
