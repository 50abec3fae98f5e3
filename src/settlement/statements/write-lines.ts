import type { AgreementWithTerms } from '../../agreements';
import { type BreakageLine, territoryNumber, useModelCode } from '../../kernel';
import type { Cell } from '../../platform/database/array-text';
import { insertMany } from '../../platform/database/insert-many';
import type { Tx } from '../../platform/database/tx';
import type { ClosedMonth, RatedCorrection } from './rate-close';
import { linesOfCorrection, linesOfMonth, type StatementLine } from './statement-lines';

/** Columns that differ from line to line. */
const ofLine = {
  ...{ line: 'int', period: 'date', clause: 'text' },
  ...{ isrc: 'bpchar', service_id: 'uuid', territory: 'int', use_model: 'int' },
  ...{ quantity: 'bigint', returns: 'bigint', controlled_share: 'numeric', sales: 'numeric' },
  ...{ used_on: 'date', reported_on: 'date', exact: 'text', amount_minor: 'bigint' },
};

const ofBreakage = { line: 'int', isrc: 'bpchar', weight: 'text', exact: 'text', amount_minor: 'bigint' };

interface Written {
  readonly closed: ClosedMonth;
  readonly draft: number;
  /** Of each corrected month; one at a time is in memory. */
  readonly correctionOf: (month: string) => Promise<RatedCorrection>;
}

/**
 * Writes the statement's lines, those of its corrections last: there may be a million of each month. So may there be of breakage. They sum to the royalties: checked here, where
 * they are made, and a difference ends the close.
 */
export async function writeLines(
  tx: Tx,
  { id, labelId, platformId }: AgreementWithTerms,
  { closed, draft, correctionOf }: Written,
): Promise<void> {
  const { month, settled, corrected } = closed;
  const same = { agreement_id: id, month: `${month}-01`, draft, label_id: labelId, platform_id: platformId };
  let [line, sum] = [0, 0n];
  const write = (lines: Iterable<StatementLine>): Promise<void> =>
    insertMany(tx, { table: 'statement_lines', same, each: ofLine }, numbered(lines));
  function* numbered(lines: Iterable<StatementLine>): Generator<Cell[]> {
    for (const one of lines) {
      line += 1;
      sum += one.minor;
      yield [line, ...cellsOf(one)];
    }
  }
  await write(linesOfMonth(closed));
  for (const { month: of } of corrected) await write(linesOfCorrection(await correctionOf(of)));
  if (sum !== settled.royalties) throw new Error(`the lines of ${month} sum to ${sum}, not to ${settled.royalties}`);
  const { breakage } = settled;
  if (breakage === undefined) return;
  await insertMany(tx, { table: 'breakage_lines', same, each: ofBreakage }, breakageRows(breakage.lines));
}

function* breakageRows(lines: readonly BreakageLine[]): Generator<Cell[]> {
  for (const [place, { isrc, weight, exact, minor }] of lines.entries()) yield [place + 1, isrc, weight, exact, minor];
}

/** The columns of a line, but its number. */
function cellsOf({ period, clause, recording, quantity, returns, sales, exact, minor }: StatementLine): Cell[] {
  const facts = [quantity, returns, recording?.controlledShare ?? null, sales ?? null];
  const days = [recording?.usedOn ?? null, recording?.reportedOn ?? null];
  if (recording === undefined) return [`${period}-01`, clause, null, null, null, null, ...facts, ...days, exact, minor];
  const { isrc, service, territory, use, model } = recording;
  const context = [isrc, service, territoryNumber(territory), useModelCode(use, model)];
  return [`${period}-01`, clause, ...context, ...facts, ...days, exact, minor];
}
