import type { HeldMoney } from '../../catalogue';
import { moneyText } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { Books } from '../ledger/ledger';

/** What a close holds for a conflict over a recording. */
export interface RightsHold {
  readonly conflictId: string;
  /** The most that the label states there, in millionths. */
  readonly share: number;
  /** Above nothing; in the currency of the terms, after its taxes. */
  readonly minor: bigint;
}

export const insertRightsHolds = (
  tx: Tx,
  { id, labelId, platformId, currency }: Books,
  { month, holds, at }: { readonly month: string; readonly holds: readonly RightsHold[]; readonly at: Date },
): Promise<number> =>
  tx.run(
    `INSERT INTO rights_conflict_holds (agreement_id, statement_month, conflict_id, label_id, platform_id, share, amount_minor, currency, held_at)
     SELECT $1, $2, conflict_id, $3, $4, share, amount_minor, $5, $6 FROM unnest($7::uuid[], $8::int[], $9::bigint[]) AS h (conflict_id, share, amount_minor)`,
    [
      ...[id, `${month}-01`, labelId, platformId, currency, at],
      ...[holds.map(({ conflictId }) => conflictId), holds.map(({ share }) => share), holds.map(({ minor }) => minor)],
    ],
  );

/** What is still held for conflicts of an agreement. */
export interface StillHeld {
  /** The statement's, its first day. */
  readonly month: string;
  readonly conflict_id: string;
  readonly share: number;
  readonly left_minor: bigint;
}

/** By month, and within it by conflict. */
export const stillHeld = (tx: Tx, agreementId: string): Promise<StillHeld[]> =>
  tx.rows(
    `SELECT h.statement_month AS month, h.conflict_id, h.share, (h.amount_minor - coalesce(r.released, 0))::bigint AS left_minor
       FROM rights_conflict_holds h,
            LATERAL (SELECT sum(amount_minor) AS released FROM rights_conflict_releases
                      WHERE agreement_id = h.agreement_id AND statement_month = h.statement_month AND conflict_id = h.conflict_id) AS r
      WHERE h.agreement_id = $1 AND h.amount_minor > coalesce(r.released, 0) ORDER BY h.statement_month, h.conflict_id`,
    [agreementId],
  );

/** Agreements that hold, or held, something for one of these conflicts. */
export const agreementsHolding = async (tx: Tx, conflictIds: readonly string[]): Promise<string[]> =>
  (
    await tx.rows<{ id: string }>(
      `SELECT DISTINCT agreement_id AS id FROM rights_conflict_holds WHERE conflict_id = ANY ($1::uuid[]) ORDER BY 1`,
      [conflictIds],
    )
  ).map(({ id }) => id);

export interface RightsRelease {
  readonly conflictId: string;
  readonly minor: bigint;
}

/** Keeps what of a month's holds is due again, and gives under which number. The caller holds the agreement. */
export async function insertRightsReleases(
  tx: Tx,
  { id, labelId, platformId }: Books,
  { month, releases, at }: { readonly month: string; readonly releases: readonly RightsRelease[]; readonly at: Date },
): Promise<number> {
  const { next } = await tx.one<{ next: number }>(
    'SELECT coalesce(max(number), 0) + 1 AS next FROM rights_conflict_releases WHERE agreement_id = $1 AND statement_month = $2',
    [id, month],
  );
  await tx.run(
    `INSERT INTO rights_conflict_releases (agreement_id, statement_month, conflict_id, number, label_id, platform_id, amount_minor, released_at)
     SELECT $1, $2, conflict_id, $3, $4, $5, amount_minor, $6 FROM unnest($7::uuid[], $8::bigint[]) AS r (conflict_id, amount_minor)`,
    [
      ...[id, month, next, labelId, platformId, at],
      ...[releases.map(({ conflictId }) => conflictId), releases.map(({ minor }) => minor)],
    ],
  );
  return next;
}

/** What is, or was, held for a conflict, of the agreements that the transaction's organization may see. */
export async function heldForConflict(tx: Tx, conflictId: string): Promise<HeldMoney[]> {
  const rows = await tx.rows<{ id: string; month: string; held: bigint; released: bigint; currency: string }>(
    `SELECT h.agreement_id AS id, to_char(h.statement_month, 'YYYY-MM') AS month, h.amount_minor AS held, h.currency,
            coalesce((SELECT sum(amount_minor) FROM rights_conflict_releases
                       WHERE agreement_id = h.agreement_id AND statement_month = h.statement_month AND conflict_id = h.conflict_id), 0)::bigint AS released
       FROM rights_conflict_holds h WHERE h.conflict_id = $1 ORDER BY h.statement_month, h.agreement_id`,
    [conflictId],
  );
  return rows.map(({ id: agreementId, month, held, released, currency }) => ({
    ...{ agreementId, month, currency },
    held: moneyText({ minor: held, currency }),
    released: moneyText({ minor: released, currency }),
  }));
}

/** What corrections took off beyond what was payable, and later months have not made up for: in minor units of the currency of the terms. */
export async function carriedForward(tx: Tx, { id, currency }: Pick<Books, 'id' | 'currency'>): Promise<bigint> {
  const { minor } = await tx.one<{ minor: bigint }>(
    `SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM ledger_postings
      WHERE agreement_id = $1 AND account = 'label-carried-forward' AND currency = $2`,
    [id, currency],
  );
  return minor;
}

/** When the latest of the issued statements of later months was drawn up; null: there is none. */
export async function lastDrawnUpAfter(tx: Tx, agreementId: string, month: string): Promise<Date | null> {
  const { drafted } = await tx.one<{ drafted: Date | null }>(
    `SELECT max(d.drafted_at) AS drafted FROM statements s
       JOIN statement_drafts d ON d.agreement_id = s.agreement_id AND d.month = s.month AND d.draft = s.draft
      WHERE s.agreement_id = $1 AND s.month > $2`,
    [agreementId, month],
  );
  return drafted;
}
