import { holdReason } from './payout-holds.repository';

/** What a payout that has not reached its end waits for. */
export const payoutWaits = [
  'to-approve',
  'on-hold',
  'to-send',
  'account-unable',
  'to-file',
  'in-file',
  'outcome-unknown',
  'at-the-bank',
  'bank-refused',
  'bank-differs',
  'taken-back-in-part',
] as const;
export type PayoutWaits = (typeof payoutWaits)[number];

/** In SQL: one of `payoutWaits` for payout `o`; null where it has reached its end. By bank `first_attempt_at` says that it is in a file. */
export const waitsFor = (o: string): string => `CASE
    WHEN ${o}.state IN ('planned', 'approved') AND ${holdReason(`${o}.id`)} IS NOT NULL THEN 'on-hold'
    WHEN ${o}.state = 'planned' THEN 'to-approve'
    WHEN ${o}.state = 'unknown' THEN 'outcome-unknown'
    WHEN ${o}.state = 'approved' AND ${o}.rail = 'bank' THEN CASE WHEN ${o}.first_attempt_at IS NULL THEN 'to-file' ELSE 'in-file' END
    WHEN ${o}.state = 'approved' AND ${o}.first_attempt_at IS NULL
      AND (EXISTS (SELECT FROM payment_accounts c WHERE c.owner_id = ${o}.owner_id AND c.external_id = ${o}.account AND NOT c.able)
        OR EXISTS (SELECT FROM payee_accounts c WHERE c.owner_id = ${o}.owner_id AND c.external_id = ${o}.account AND NOT c.able))
      THEN 'account-unable'
    WHEN ${o}.state = 'approved' THEN 'to-send'
    WHEN ${o}.state = 'sent' AND ${o}.problem IS NULL THEN 'at-the-bank'
    WHEN ${o}.state = 'sent' AND ${o}.rail = 'bank' THEN 'bank-differs'
    WHEN ${o}.state = 'sent' AND ${o}.provider_payout_id IS NOT NULL THEN 'bank-refused'
    WHEN ${o}.state = 'sent' THEN 'taken-back-in-part' END`;
