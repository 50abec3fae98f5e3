import {
  closePeriod,
  moneyText,
  periodsOfLife,
  type RatedPeriod,
  RatingRefused,
  type Reached,
  reachedIn,
  termsOfMonth,
} from '../../kernel';
import type { LivingAgreement } from '../../agreements';
import type { Tx } from '../../platform/database/tx';
import type { AccrualQuestion, KeptReadings } from '../../usage';
import { CountedMonths, heldSalesOf, type RatedUsage } from '../facts/counted-months';
import { factsWithPool } from '../pools/pool-of';
import { carriedInto } from './carried-into';
import { basesBeforeNow } from './drafts/live-bases';
import { rateSoFar } from './live-month';
import { inputOf } from './rate-close';
import { closedMonths } from './statements.repository';

/**
 * What a period's money has reached, by the close's own rating on what counts so far: floors and tiers, and an advance that is earned with
 * it. Nothing where a figure is still to be reported: no amount is known then.
 */
export async function reachedSoFar(
  tx: Tx,
  readings: KeptReadings,
  { agreement, month, usage }: AccrualQuestion,
): Promise<readonly Reached[]> {
  const months = new CountedMonths(tx, readings, agreement);
  const sofar = await ratedSoFar(tx, agreement, month, async () => ({
    ...usage,
    ...(await months.before(month, await basesBeforeNow(tx, agreement, month))),
    ...(await heldSalesOf(tx, agreement, month)),
  }));
  if (sofar === undefined) return [];
  const terms = termsOfMonth(agreement.life, month);
  return [...reachedIn(terms, sofar.rated), ...(await advancesEarned(tx, agreement, month, sofar.record))];
}

interface SoFar {
  readonly record: RatedUsage;
  readonly rated: RatedPeriod;
}

async function ratedSoFar(
  tx: Tx,
  agreement: LivingAgreement,
  month: string,
  recordOf: () => Promise<RatedUsage>,
): Promise<SoFar | undefined> {
  try {
    const record = await recordOf();
    return { record, rated: await rateSoFar(tx, agreement, month, record) };
  } catch (error) {
    if (error instanceof RatingRefused) return undefined;
    throw error;
  }
}

/** Only for the period that is to be closed next: what earlier ones that are open will recoup is not known. */
async function advancesEarned(
  tx: Tx,
  agreement: LivingAgreement,
  month: string,
  record: RatedUsage,
): Promise<Reached[]> {
  const closed = await closedMonths(tx, agreement.id);
  if (periodsOfLife(agreement.life).find((one) => !closed.has(one)) !== month) return [];
  const terms = termsOfMonth(agreement.life, month);
  const carried = await carriedInto(tx, agreement, month);
  const facts = await factsWithPool(tx, agreement, month);
  // By the close itself: what a reserve on sales holds back earns nothing yet.
  const { opening, closing, royalties } = closePeriod({ ...inputOf(terms, month, record), carried, facts }).settled;
  if (opening <= 0n || closing > 0n) return [];
  const text = (minor: bigint): string => moneyText({ minor, currency: terms.currency });
  return [
    {
      kind: 'guarantee-met',
      clause: '/advances',
      figures: { earned: text(royalties) },
      threshold: { amount: text(opening) },
    },
  ];
}
