import type { CalendarDate } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { AgreedKind } from './agreed-rates.repository';

/** A rate that a close may use, whichever rows it is made of. */
export interface UsableRate {
  readonly kind: AgreedKind;
  /** Exact, as the kernel is given it. */
  readonly rate: string;
  readonly source: string;
  /** The day that it is of: of tax, since when it is in force. */
  readonly on: CalendarDate;
  /** The day that it was asked for. */
  readonly asked: CalendarDate;
  readonly formula: string;
  readonly from:
    | { readonly published: string; readonly crossedWith: string | null }
    | { readonly agreedNumber: number }
    | { readonly taxRule: string };
}

interface Amount {
  /** Decimal, in units of the currency. */
  readonly amount: string;
  readonly currency: string;
}

export interface RateUse {
  /** "2026-01" */
  readonly month: string;
  /** `close`, or what else booked something of the month: "dispute 3", "advance spring #1". One use of each kind. */
  readonly occasion: string;
  readonly rate: UsableRate;
  /** Of tax: what it is taken from, and what it came to. Of exchange: what was exchanged, and into what. */
  readonly amountFrom: Amount;
  readonly amountTo: Amount;
  readonly at: Date;
}

interface Parties {
  readonly id: string;
  readonly labelId: string;
  readonly platformId: string;
}

/** Records that a booking of the agreement used a rate, in the booking's transaction. Once for each month, occasion and kind: the database refuses another. */
export async function recordUse(tx: Tx, { id, labelId, platformId }: Parties, use: RateUse): Promise<void> {
  const { month, occasion, rate, amountFrom, amountTo, at } = use;
  const { from } = rate;
  const published = 'published' in from ? from : { published: null, crossedWith: null };
  await tx.asSystem(() =>
    tx.run(
      `INSERT INTO rate_uses (agreement_id, month, occasion, kind, label_id, platform_id, rate, source, rate_day, asked_day, formula, exchange_rate_id, crossed_with_id,
                              agreed_number, tax_rule_id, amount_from, currency_from, amount_to, currency_to, used_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
      [
        ...[id, `${month}-01`, occasion, rate.kind, labelId, platformId],
        ...[rate.rate, rate.source, rate.on, rate.asked, rate.formula],
        ...[published.published, published.crossedWith, 'agreedNumber' in from ? from.agreedNumber : null],
        'taxRule' in from ? from.taxRule : null,
        ...[amountFrom.amount, amountFrom.currency, amountTo.amount, amountTo.currency, at],
      ],
    ),
  );
}

/** What of a month's statement was exchanged so far: first by its close. What is paid beforehand is none of it. */
export const exchangesOf = (tx: Tx, agreementId: string, month: string): Promise<Omit<RecordedUse, 'is_corrected'>[]> =>
  tx.rows(
    `SELECT * FROM rate_uses WHERE agreement_id = $1 AND month = $2 AND kind = 'exchange' AND (occasion = 'close' OR occasion LIKE 'dispute %')
      ORDER BY occasion <> 'close', occasion`,
    [agreementId, `${month}-01`],
  );

/** The rate of a use, to be used again. */
export const usedRate = (use: Omit<RecordedUse, 'is_corrected'>): UsableRate => ({
  kind: use.kind,
  rate: use.rate,
  source: use.source,
  on: use.rate_day,
  asked: use.asked_day,
  formula: use.formula,
  from: rowsUsed(use),
});

function rowsUsed(use: Omit<RecordedUse, 'is_corrected'>): UsableRate['from'] {
  if (use.tax_rule_id !== null) return { taxRule: use.tax_rule_id };
  if (use.agreed_number !== null) return { agreedNumber: use.agreed_number };
  return { published: use.exchange_rate_id!, crossedWith: use.crossed_with_id };
}

export interface UsesCorrected {
  readonly agreement_id: string;
  readonly label_id: string;
  readonly platform_id: string;
  /** What was booked with a row that was corrected: "2026-01 close". */
  readonly uses: readonly string[];
}

/** Whose bookings rest on rows that an import corrected, by agreement. */
export const usesCorrectedBy = (tx: Tx, importId: string): Promise<UsesCorrected[]> =>
  tx.rows<UsesCorrected>(
    `SELECT u.agreement_id, u.label_id, u.platform_id, array_agg(DISTINCT to_char(u.month, 'YYYY-MM') || ' ' || u.occasion) AS uses
       FROM exchange_rates n
       JOIN exchange_rates e ON (e.source, e.base, e.quote, e.day, e.number) = (n.source, n.base, n.quote, n.day, n.number - 1)
       JOIN rate_uses u ON u.exchange_rate_id = e.id OR u.crossed_with_id = e.id
      WHERE n.import_id = $1 AND n.number > 1
      GROUP BY u.agreement_id, u.label_id, u.platform_id ORDER BY u.agreement_id`,
    [importId],
  );

export interface RecordedUse {
  readonly month: CalendarDate;
  readonly occasion: string;
  readonly kind: AgreedKind;
  readonly rate: string;
  readonly source: string;
  readonly rate_day: CalendarDate;
  readonly asked_day: CalendarDate;
  readonly formula: string;
  readonly exchange_rate_id: string | null;
  readonly crossed_with_id: string | null;
  readonly agreed_number: number | null;
  readonly tax_rule_id: string | null;
  readonly amount_from: string;
  readonly currency_from: string;
  readonly amount_to: string;
  readonly currency_to: string;
  readonly used_at: Date;
  /** Whether a published row that was used has been corrected since. */
  readonly is_corrected: boolean;
}

const withCorrections = `
  SELECT u.*, EXISTS (SELECT FROM exchange_rates e JOIN exchange_rates n
                          ON (n.source, n.base, n.quote, n.day, n.number) = (e.source, e.base, e.quote, e.day, e.number + 1)
                       WHERE e.id IN (u.exchange_rate_id, u.crossed_with_id)) AS is_corrected
    FROM rate_uses u`;

/** Uses by month, occasion and kind. */
export const listUses = (
  tx: Tx,
  agreementId: string,
  { limit, after }: { readonly limit: number; readonly after: readonly string[] | undefined },
): Promise<RecordedUse[]> =>
  tx.rows<RecordedUse>(
    `${withCorrections} WHERE agreement_id = $1 AND ($2::date IS NULL OR (month, occasion, kind) > ($2, $3, $4))
      ORDER BY month, occasion, kind LIMIT $5`,
    [agreementId, ...(after ?? [null, null, null]), limit],
  );

/** What was taxed or exchanged at once: of a close the month says which, else the occasion does. */
export const usesOf = (
  tx: Tx,
  agreementId: string,
  { occasion, month }: { readonly occasion: string; readonly month: string | null },
): Promise<RecordedUse[]> =>
  tx.rows<RecordedUse>(
    `${withCorrections} WHERE agreement_id = $1 AND occasion = $2 AND ($3::date IS NULL OR month = $3) ORDER BY kind`,
    [agreementId, occasion, month === null ? null : `${month}-01`],
  );
