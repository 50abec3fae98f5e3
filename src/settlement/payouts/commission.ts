import { allocate, multiply, rational, type Rational, round } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';

export interface Commission {
  readonly gross: bigint;
  readonly commission: bigint;
  /** The commission's part on each invoice, in their order. */
  readonly parts: readonly bigint[];
}

export interface Paid {
  readonly amount_minor: bigint;
  /** Inside the amount, and the state's: no commission is taken of it. */
  readonly vat_minor: bigint;
}

/** Rate × what is the label's own, rounded half-up once at the currency's minor unit, and spread over the invoices by largest remainder. */
export function commissionOn(invoices: readonly Paid[], rate: Rational): Commission {
  const own = invoices.map(({ amount_minor, vat_minor }) => amount_minor - vat_minor);
  const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
  // In minor units already, so whole numbers are what is rounded to.
  const commission = round(multiply(rational(sum(own)), rate), { decimals: 0, mode: 'half-up' });
  const exact = own.map((amount) => multiply(rational(amount), rate));
  return {
    gross: sum(invoices.map(({ amount_minor }) => amount_minor)),
    commission,
    parts: allocate(commission, exact),
  };
}

/**
 * The rate that a label has accepted for a day: of the schedules that it accepted and that have begun, the one that began last. A later one that it has not accepted is none of its
 * own, so the one before goes on, even past its end. Refuses with commission-missing.
 */
export async function commissionRate(tx: Tx, labelId: string, day: string): Promise<Rational> {
  const schedule = await tx.first<{ rate: string }>(
    `SELECT s.rate FROM commission_acceptances a JOIN commission_schedules s ON s.id = a.schedule_id
      WHERE a.label_id = $1 AND lower(s.in_force) <= $2::date ORDER BY lower(s.in_force) DESC LIMIT 1`,
    [labelId, day],
  );
  if (schedule === undefined) throw new DomainError('commission-missing');
  return rational(schedule.rate);
}

/**
 * With the first agreement that a label concludes it accepts the schedule in force, which everybody signed in can read; and so it does with a later one while none that it accepted has
 * begun. Every other one it accepts by itself, or not: signing something else raises nothing.
 */
export const acceptWithSignature = (
  tx: Tx,
  { id, labelId }: { readonly id: string; readonly labelId: string },
  { day, at }: { readonly day: string; readonly at: Date },
): Promise<number> =>
  tx.asSystem(() =>
    tx.run(
      `INSERT INTO commission_acceptances (label_id, schedule_id, accepted_by, accepted_at)
       SELECT $1, s.id, 'signature', $3 FROM commission_schedules s
        WHERE s.in_force @> $2::date
          AND (NOT EXISTS (SELECT FROM agreements WHERE label_id = $1 AND id <> $4 AND concluded_at IS NOT NULL)
           OR NOT EXISTS (SELECT FROM commission_acceptances a JOIN commission_schedules begun ON begun.id = a.schedule_id
                           WHERE a.label_id = $1 AND lower(begun.in_force) <= $2::date))
           ON CONFLICT DO NOTHING`,
      [labelId, day, at, id],
    ),
  );
