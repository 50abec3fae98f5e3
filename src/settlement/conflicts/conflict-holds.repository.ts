import type { HeldMoney } from '../../catalogue';
import { moneyText } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { Books } from '../ledger/ledger';

/** What a close holds of a recording's usage in one place, on days on which a conflict is about the label's share. */
export interface RightsHold {
  readonly conflictId: string;
  /** Whose usage it is, by its first month: that which is closed, or an earlier one that is corrected. */
  readonly period: string;
  readonly isrc: string;
  /** Its number. */
  readonly territory: number;
  readonly from: string;
  /** The first day that is not included. */
  readonly until: string;
  /** In millionths: what the label stated, and what of that was not held. */
  readonly share: number;
  readonly undisputed: number;
  /** Above nothing; in the currency of the terms, after its taxes. */
  readonly minor: bigint;
}

/** The holds of a statement, by numbers from 1. */
export const insertRightsHolds = (
  tx: Tx,
  { id, labelId, platformId, currency }: Books,
  { month, holds, at }: { readonly month: string; readonly holds: readonly RightsHold[]; readonly at: Date },
): Promise<number> =>
  tx.run(
    `INSERT INTO rights_conflict_holds (agreement_id, statement_month, number, conflict_id, label_id, platform_id, period, isrc, territory, days, share,
                                        undisputed, amount_minor, currency, held_at)
     SELECT $1, $2, number, conflict_id, $3, $4, period, isrc, territory, daterange(since, until), share, undisputed, amount_minor, $5, $6
       FROM unnest($7::uuid[], $8::date[], $9::text[], $10::int[], $11::date[], $12::date[], $13::int[], $14::int[], $15::bigint[]) WITH ORDINALITY
              AS h (conflict_id, period, isrc, territory, since, until, share, undisputed, amount_minor, number)`,
    [
      ...[id, `${month}-01`, labelId, platformId, currency, at],
      ...[holds.map(({ conflictId }) => conflictId), holds.map(({ period }) => `${period}-01`)],
      ...[holds.map(({ isrc }) => isrc), holds.map(({ territory }) => territory)],
      ...[holds.map(({ from }) => from), holds.map(({ until }) => until)],
      ...[holds.map(({ share }) => share), holds.map(({ undisputed }) => undisputed)],
      holds.map(({ minor }) => minor),
    ],
  );

/** Of a hold, what was released so far. */
const releasedOf = `coalesce((SELECT sum(r.amount_minor) FROM rights_conflict_releases r
  WHERE r.agreement_id = h.agreement_id AND r.statement_month = h.statement_month AND r.hold = h.number), 0)::bigint`;

/** A hold of which something is left. */
export interface StillHeld extends Omit<RightsHold, 'conflictId' | 'minor'> {
  /** The statement's, its first day, and the hold's number within it. */
  readonly month: string;
  readonly number: number;
  /** What was held, and what of that was released. */
  readonly minor: bigint;
  readonly released: bigint;
}

/** By month, and within it by number. */
export const stillHeld = (tx: Tx, agreementId: string): Promise<StillHeld[]> =>
  tx.rows(
    `SELECT * FROM (
       SELECT statement_month AS month, number, to_char(period, 'YYYY-MM') AS period, isrc::text AS isrc, territory, lower(days) AS from, upper(days) AS until,
              share, undisputed, amount_minor AS minor, ${releasedOf} AS released
         FROM rights_conflict_holds h WHERE agreement_id = $1) AS held
      WHERE minor > released ORDER BY month, number`,
    [agreementId],
  );

/** What is held of these periods of an agreement, by their first months, in minor units of the currency of the terms. */
export async function heldOfPeriods(
  tx: Tx,
  agreementId: string,
  periods: readonly string[],
): Promise<ReadonlyMap<string, bigint>> {
  if (periods.length === 0) return new Map();
  const rows = await tx.rows<{ period: string; minor: bigint }>(
    `SELECT to_char(period, 'YYYY-MM') AS period, sum(amount_minor - ${releasedOf})::bigint AS minor
       FROM rights_conflict_holds h WHERE agreement_id = $1 AND period = ANY ($2::date[]) GROUP BY period ORDER BY period`,
    [agreementId, periods.map((period) => `${period}-01`)],
  );
  return new Map(rows.map(({ period, minor }) => [period, minor]));
}

/** Agreements that still hold something of one of these recordings. */
export const agreementsHolding = async (tx: Tx, isrcs: readonly string[]): Promise<string[]> =>
  (
    await tx.rows<{ id: string }>(
      `SELECT DISTINCT agreement_id AS id FROM rights_conflict_holds h
        WHERE isrc = ANY ($1::bpchar[]) AND amount_minor > ${releasedOf} ORDER BY 1`,
      [isrcs],
    )
  ).map(({ id }) => id);

export interface RightsRelease {
  /** The number of the hold. */
  readonly hold: number;
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
    `INSERT INTO rights_conflict_releases (agreement_id, statement_month, hold, number, label_id, platform_id, amount_minor, released_at)
     SELECT $1, $2, hold, $3, $4, $5, amount_minor, $6 FROM unnest($7::int[], $8::bigint[]) AS r (hold, amount_minor)`,
    [
      ...[id, month, next, labelId, platformId, at],
      ...[releases.map(({ hold }) => hold), releases.map(({ minor }) => minor)],
    ],
  );
  return next;
}

/** What is, or was, held for a conflict, of the agreements that the transaction's organization may see. */
export async function heldForConflict(tx: Tx, conflictId: string): Promise<HeldMoney[]> {
  const rows = await tx.rows<{ id: string; month: string; held: bigint; released: bigint; currency: string }>(
    `SELECT h.agreement_id AS id, to_char(h.statement_month, 'YYYY-MM') AS month, h.currency,
            sum(h.amount_minor)::bigint AS held, sum(${releasedOf})::bigint AS released
       FROM rights_conflict_holds h WHERE h.conflict_id = $1
      GROUP BY h.agreement_id, h.statement_month, h.currency ORDER BY h.statement_month, h.agreement_id`,
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
