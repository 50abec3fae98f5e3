import { type CalendarDate, dayAfter, reportingPeriodAround, type Terms } from '../../kernel';
import type { Tx } from '../../platform/database/tx';

/** What an authority certifies about tax that was withheld and paid in the label's name. */
export interface TaxCertificate {
  readonly agreement_id: string;
  /** 1, 2, 3 within the agreement. */
  readonly number: number;
  /** The first day of the first month that it is about, and of the first one after them. */
  readonly from_month: string;
  readonly until_month: string;
  readonly reference: string;
  readonly file_sha256: string;
  readonly bytes: bigint;
  readonly brought_by: string;
  readonly brought_at: Date;
}

/** So many days after a period's end its certificate is due: authorities give them by the quarter at the fastest. No clause of the terms names a day. */
const certificateDays = 120;

export const certificateDueOf = ({ reportingPeriod }: Pick<Terms, 'reportingPeriod'>, month: string): CalendarDate =>
  dayAfter(reportingPeriodAround(reportingPeriod, month).until, certificateDays - 1);

export const listCertificates = (tx: Tx, agreementId: string): Promise<TaxCertificate[]> =>
  tx.rows<TaxCertificate>('SELECT * FROM tax_certificates WHERE agreement_id = $1 ORDER BY number', [agreementId]);

export const findCertificate = (tx: Tx, agreementId: string, number: number): Promise<TaxCertificate | undefined> =>
  tx.first<TaxCertificate>('SELECT * FROM tax_certificates WHERE agreement_id = $1 AND number = $2', [
    agreementId,
    number,
  ]);

interface Parties {
  readonly id: string;
  readonly labelId: string;
  readonly platformId: string;
}

type NewCertificate = Omit<TaxCertificate, 'agreement_id' | 'number'>;

/** The caller holds the agreement, so that numbers have no gaps. */
export const insertCertificate = (
  tx: Tx,
  { id, labelId, platformId }: Parties,
  certificate: NewCertificate,
): Promise<TaxCertificate> =>
  tx.one<TaxCertificate>(
    `INSERT INTO tax_certificates (agreement_id, number, label_id, platform_id, from_month, until_month, reference, file_sha256, bytes, brought_by, brought_at)
     SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM tax_certificates WHERE agreement_id = $1 RETURNING *`,
    [
      ...[id, labelId, platformId, certificate.from_month, certificate.until_month, certificate.reference],
      ...[certificate.file_sha256, certificate.bytes, certificate.brought_by, certificate.brought_at],
    ],
  );

/** A month in which tax was withheld that no certificate is about. */
export interface Uncertified {
  /** "2026-01" */
  readonly month: string;
  /** Decimal, of the terms' currency. */
  readonly amount: string;
  readonly currency: string;
}

/** Oldest first. What is not owed after all is taken off. */
export const uncertifiedMonths = (tx: Tx, agreementId: string): Promise<Uncertified[]> =>
  tx.rows<Uncertified>(
    `SELECT to_char(u.month, 'YYYY-MM') AS month, sum(u.amount_to::numeric)::text AS amount, u.currency_to AS currency
       FROM rate_uses u
      WHERE u.agreement_id = $1 AND u.kind = 'withholding'
        AND NOT EXISTS (SELECT FROM tax_certificates c WHERE c.agreement_id = u.agreement_id AND c.from_month <= u.month AND u.month < c.until_month)
      GROUP BY u.month, u.currency_to HAVING sum(u.amount_to::numeric) > 0 ORDER BY u.month`,
    [agreementId],
  );
