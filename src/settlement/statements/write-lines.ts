import type { AgreementWithTerms } from '../../agreements';
import { type BreakageLine, territoryNumber, useModelCode } from '../../kernel';
import type { Cell } from '../../platform/database/array-text';
import { insertMany } from '../../platform/database/insert-many';
import type { Tx } from '../../platform/database/tx';
import type { ClosedMonth } from './rate-close';
import { statementLines } from './statement-lines';

/** Columns that differ from line to line. */
const ofLine = {
  ...{ line: 'int', period: 'date', clause: 'text' },
  ...{ isrc: 'bpchar', service_id: 'uuid', territory: 'int', use_model: 'int' },
  ...{ quantity: 'bigint', returns: 'bigint', controlled_share: 'numeric', sales: 'numeric' },
  ...{ used_on: 'date', reported_on: 'date', exact: 'text', amount_minor: 'bigint' },
};

const ofBreakage = { line: 'int', isrc: 'bpchar', weight: 'text', exact: 'text', amount_minor: 'bigint' };

/** Writes the statement's lines: there may be a million. So may there be of breakage. */
export async function writeLines(
  tx: Tx,
  { id, labelId, platformId }: AgreementWithTerms,
  { closed, draft }: { closed: ClosedMonth; draft: number },
): Promise<void> {
  const same = { agreement_id: id, month: `${closed.month}-01`, draft, label_id: labelId, platform_id: platformId };
  await insertMany(tx, { table: 'statement_lines', same, each: ofLine }, rows(closed));
  const { breakage } = closed.settled;
  if (breakage === undefined) return;
  await insertMany(tx, { table: 'breakage_lines', same, each: ofBreakage }, breakageRows(breakage.lines));
}

function* breakageRows(lines: readonly BreakageLine[]): Generator<Cell[]> {
  for (const [place, { isrc, weight, exact, minor }] of lines.entries()) yield [place + 1, isrc, weight, exact, minor];
}

function* rows(closed: ClosedMonth): Generator<Cell[]> {
  let line = 0;
  for (const { period, clause, recording, quantity, returns, sales = null, exact, minor } of statementLines(closed)) {
    line += 1;
    const context =
      recording === undefined
        ? [null, null, null, null]
        : [
            recording.isrc,
            recording.service,
            territoryNumber(recording.territory),
            useModelCode(recording.use, recording.model),
          ];
    const { controlledShare = null, usedOn = null, reportedOn = null } = recording ?? {};
    const facts = [quantity, returns, controlledShare, sales, usedOn, reportedOn, exact, minor];
    yield [line, `${period}-01`, clause, ...context, ...facts];
  }
}
