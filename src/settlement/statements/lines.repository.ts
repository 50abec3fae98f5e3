import type { Tx } from '../../platform/database/tx';
import type { Statement } from './statements.repository';

/** A line as stored: `isrc` and what follows are null where a clause owes something to no recording. */
export interface StoredLine {
  readonly line: number;
  readonly period: string;
  readonly clause: string;
  readonly isrc: string | null;
  readonly service_id: string | null;
  readonly territory: number | null;
  readonly use_model: number | null;
  readonly quantity: bigint;
  readonly returns: bigint;
  /** Null: the whole of the recording. */
  readonly controlled_share: string | null;
  /** These are null where the terms do not ask. */
  readonly sales: string | null;
  readonly used_on: string | null;
  readonly reported_on: string | null;
  readonly exact: string;
  readonly amount_minor: bigint;
}

const shown = `line, period, clause, isrc, service_id, territory, use_model, quantity, returns, trim_scale(controlled_share)::text AS controlled_share,
               trim_scale(sales)::text AS sales, used_on, reported_on, exact,
               amount_minor`;

export const linesAfter = (
  tx: Tx,
  { agreement_id, month, draft }: Pick<Statement, 'agreement_id' | 'month' | 'draft'>,
  line: number,
  limit: number,
): Promise<StoredLine[]> =>
  tx.rows<StoredLine>(
    `SELECT ${shown} FROM statement_lines
      WHERE agreement_id = $1 AND month = $2 AND draft = $3 AND line > $4 ORDER BY line LIMIT $5`,
    [agreement_id, month, draft, line, limit],
  );

/** The lines with the largest amounts, credits too, in the statement's own order where amounts are the same. */
export const largestLines = (
  tx: Tx,
  { agreement_id, month, draft }: Pick<Statement, 'agreement_id' | 'month' | 'draft'>,
  limit: number,
): Promise<StoredLine[]> =>
  tx.rows<StoredLine>(
    `SELECT ${shown} FROM statement_lines
      WHERE agreement_id = $1 AND month = $2 AND draft = $3 ORDER BY abs(amount_minor) DESC, line LIMIT $4`,
    [agreement_id, month, draft, limit],
  );
