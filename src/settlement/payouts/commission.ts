import { allocate, multiply, rational, type Rational, round } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';

export interface Commission {
  readonly gross: bigint;
  readonly commission: bigint;
  /** The commission's part on each amount, in their order. */
  readonly parts: readonly bigint[];
}

/** Rate × gross, rounded half-up once at the currency's minor unit, and spread over the amounts by largest remainder. */
export function commissionOn(amounts: readonly bigint[], rate: Rational): Commission {
  const exact = amounts.map((amount) => multiply(rational(amount), rate));
  const gross = amounts.reduce((sum, amount) => sum + amount, 0n);
  // In minor units already, so whole numbers are what is rounded to.
  const commission = round(multiply(rational(gross), rate), { decimals: 0, mode: 'half-up' });
  return { gross, commission, parts: allocate(commission, exact) };
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
