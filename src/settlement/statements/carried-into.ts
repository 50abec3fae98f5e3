import type { LivingAgreement } from '../../agreements';
import { type Carried, carriedAcross, openingCarried, termsOfMonth } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { latestStatement } from './statements.repository';

/** The balances of the close before; what an amendment added since joins them. */
export async function carriedInto(tx: Tx, { id, life }: LivingAgreement, month: string): Promise<Carried> {
  const latest = await latestStatement(tx, id);
  const terms = termsOfMonth(life, month);
  if (latest === undefined) return openingCarried(terms);
  return carriedAcross(latest.carried_out, termsOfMonth(life, latest.month.slice(0, 7)), terms);
}
