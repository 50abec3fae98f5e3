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

/** The rate in force on a day. Refuses with commission-missing. */
export async function commissionRate(tx: Tx, day: string): Promise<Rational> {
  const schedule = await tx.first<{ rate: string }>(
    'SELECT rate FROM commission_schedules WHERE in_force @> $1::date',
    [day],
  );
  if (schedule === undefined) throw new DomainError('commission-missing');
  return rational(schedule.rate);
}
