import { type StatementDocument, statementPdf, sealPdf } from '../../../documents';
import type { LanguageCode } from '../../../kernel';
import type { Tx } from '../../../platform/database/tx';
import type { Keyring } from '../../../platform/keyring/keyring';
import { lineView } from '../line-view';
import { largestLines } from '../lines.repository';
import { periodNameOf, standInNameOf } from '../statements.repository';
import { chartedMonths, paymentsShown, type StatementFacts, summaryOf } from './statement-facts';
import type { Reading } from './lines-csv';

/** Lines that a paper shows: what nobody reads on paper is in the other formats. */
const linesShown = 40;

/** A statement as a PDF under the marketplace's seal. */
export async function sealedStatement(
  read: Reading,
  keyring: Keyring,
  facts: StatementFacts,
  language: LanguageCode,
): Promise<Buffer> {
  const pdf = await statementPdf(await read((tx) => documentOf(tx, facts, language)));
  return sealPdf(pdf, await keyring.documentSeal(), facts.statement.issued_at, 'Sealed as issued');
}

async function documentOf(tx: Tx, facts: StatementFacts, language: LanguageCode): Promise<StatementDocument> {
  const { statement, terms, side, clauseLines, lineCount } = facts;
  const { currency } = statement;
  const { clauses, restatements, steps, breakage, payable, termsHash } = clauseLines;
  const summary = summaryOf(facts);
  return {
    language,
    side,
    id: statement.id,
    agreementId: statement.agreement_id,
    month: periodNameOf(statement),
    currency,
    issuedAt: statement.issued_at,
    estimatedFrom: standInNameOf(statement),
    parties: terms.parties,
    summary,
    payable: payable.payable,
    clauses,
    restatements,
    steps,
    payments: paymentsShown(facts),
    breakage,
    months: await chartedMonths(tx, statement),
    lines: (await largestLines(tx, statement, linesShown)).map((line) => {
      const { serviceId, ...view } = lineView(line, statement);
      return { ...view, service: terms.services.find(({ id }) => id === serviceId)?.name ?? serviceId };
    }),
    lineCount,
    hashes: { clauseLines: statement.sha256, terms: termsHash },
  };
}
