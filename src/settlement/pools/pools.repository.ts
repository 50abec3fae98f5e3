import type { Tx } from '../../platform/database/tx';
import type { Books } from '../ledger/ledger';

/** What the royalties of another agreement have recouped of one, and no close of that one has in its balances yet. */
export interface PoolRecoupment {
  /** 1, 2, 3 of the agreement that is recouped. */
  readonly number: number;
  readonly lender_id: string;
  readonly amount_minor: bigint;
}

export const untakenRecoupments = (tx: Tx, agreementId: string): Promise<PoolRecoupment[]> =>
  tx.rows<PoolRecoupment>(
    `SELECT number, lender_id, amount_minor FROM pool_recoupments r WHERE agreement_id = $1
        AND NOT EXISTS (SELECT FROM pool_recoupments_taken t WHERE t.agreement_id = r.agreement_id AND t.number = r.number) ORDER BY number`,
    [agreementId],
  );

interface Lent {
  /** The agreement that is recouped. */
  readonly agreementId: string;
  /** "2026-01", of the lender. */
  readonly month: string;
  readonly minor: bigint;
  readonly at: Date;
}

/** The caller holds both agreements. */
export const insertRecoupment = (tx: Tx, lender: Books, { agreementId, month, minor, at }: Lent): Promise<number> =>
  tx.run(
    `INSERT INTO pool_recoupments (agreement_id, number, label_id, platform_id, lender_id, lender_month, amount_minor, lent_at)
     SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7 FROM pool_recoupments WHERE agreement_id = $1`,
    [agreementId, lender.labelId, lender.platformId, lender.id, `${month}-01`, minor, at],
  );

/** Notes that the close of a month has all of them in its balances. */
export const takeRecoupments = (
  tx: Tx,
  { id, labelId, platformId }: Books,
  { numbers, month, at }: { readonly numbers: readonly number[]; readonly month: string; readonly at: Date },
): Promise<number> =>
  tx.run(
    `INSERT INTO pool_recoupments_taken (agreement_id, number, label_id, platform_id, month, taken_at)
     SELECT $1, number, $2, $3, $4, $5 FROM unnest($6::int[]) AS n(number)`,
    [id, labelId, platformId, `${month}-01`, at, numbers],
  );
