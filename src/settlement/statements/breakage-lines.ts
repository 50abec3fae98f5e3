import { ApiProperty } from '@nestjs/swagger';
import { moneyText } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { csvRow } from '../../platform/http/csv';
import { batchesOf } from './formats/line-batches';
import type { Reading } from './formats/lines-csv';
import type { Statement } from './statements.repository';

/** What of a period's breakage is a recording's, as stored. */
export interface StoredBreakageLine {
  readonly line: number;
  readonly isrc: string;
  readonly weight: string;
  readonly exact: string;
  readonly amount_minor: bigint;
}

export const breakageAfter = (
  tx: Tx,
  { agreement_id, month, draft }: Pick<Statement, 'agreement_id' | 'month' | 'draft'>,
  line: number,
  limit: number,
): Promise<StoredBreakageLine[]> =>
  tx.rows<StoredBreakageLine>(
    `SELECT line, isrc, weight, exact, amount_minor FROM breakage_lines
      WHERE agreement_id = $1 AND month = $2 AND draft = $3 AND line > $4 ORDER BY line LIMIT $5`,
    [agreement_id, month, draft, line, limit],
  );

export class BreakageLineView {
  @ApiProperty({ type: 'integer' }) readonly line!: number;
  @ApiProperty({ example: 'ZZA012600001' }) readonly isrc!: string;
  @ApiProperty({ example: '1200', description: 'its net units or royalties of the period: what it is allocated by' })
  readonly weight!: string;
  @ApiProperty({ description: 'unrounded: a decimal or a quotient' }) readonly exact!: string;
  @ApiProperty({ example: '12.00' }) readonly amount!: string;
  @ApiProperty({ example: 'USD' }) readonly currency!: string;
}

export const breakageLineView = (
  { amount_minor: minor, line, isrc, weight, exact }: StoredBreakageLine,
  { currency }: Pick<Statement, 'currency'>,
): BreakageLineView => ({ line, isrc, weight, exact, amount: moneyText({ minor, currency }), currency });

export const breakageColumns = ['line', 'isrc', 'weight', 'exact', 'amount', 'currency'] as const;

/** The lines above `after` and up to `last`, in batches. */
export const breakageBatches = (
  read: Reading,
  statement: Statement,
  between: { readonly after: number; readonly last: number },
): AsyncGenerator<readonly StoredBreakageLine[]> =>
  batchesOf(read, (tx, line, limit) => breakageAfter(tx, statement, line, limit), between);

/** As the cells of `breakageColumns`. */
export function breakageCells(line: StoredBreakageLine, statement: Pick<Statement, 'currency'>): string[] {
  const view = breakageLineView(line, statement);
  return breakageColumns.map((column) => String(view[column]));
}

export async function* breakageCsv(read: Reading, statement: Statement): AsyncGenerator<string> {
  yield csvRow(breakageColumns);
  for await (const lines of breakageBatches(read, statement, { after: 0, last: Number.MAX_SAFE_INTEGER })) {
    yield lines.map((line) => csvRow(breakageCells(line, statement))).join('');
  }
}
