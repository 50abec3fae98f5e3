import {
  moneyText,
  periodOfMonth,
  periodsOfLife,
  type RatedPeriod,
  RatingRefused,
  type Reached,
  reachedIn,
  settlePeriod,
  type Terms,
  termsOfMonth,
} from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import type { AccrualQuestion, KeptReadings } from '../../usage';
import { CountedMonths, type RatedUsage } from '../facts/counted-months';
import { closeFactsOf } from '../facts/facts.repository';
import { poolFactsOf } from '../pools/pool-of';
import { carriedInto } from './carried-into';
import { basesBeforeNow } from './drafts/live-bases';
import { rateMonth } from './rate-close';
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
  const terms = termsOfMonth(agreement.life, month);
  const months = new CountedMonths(tx, readings, agreement);
  const rated = await ratedSoFar(terms, month, async () => ({
    ...usage,
    ...(await months.before(month, await basesBeforeNow(tx, agreement, month))),
  }));
  if (rated === undefined) return [];
  return [...reachedIn(terms, rated), ...(await advancesEarned(tx, { agreement, month, usage }, { terms, rated }))];
}

async function ratedSoFar(
  terms: Terms,
  month: string,
  record: () => Promise<RatedUsage>,
): Promise<RatedPeriod | undefined> {
  try {
    return rateMonth(terms, month, await record());
  } catch (error) {
    if (error instanceof RatingRefused) return undefined;
    throw error;
  }
}

/** Only for the period that is to be closed next: what earlier ones that are open will recoup is not known. */
async function advancesEarned(
  tx: Tx,
  { agreement, month, usage: { context } }: AccrualQuestion,
  { terms, rated }: { terms: Terms; rated: RatedPeriod },
): Promise<Reached[]> {
  const closed = await closedMonths(tx, agreement.id);
  if (periodsOfLife(agreement.life).find((one) => !closed.has(one)) !== month) return [];
  const carried = await carriedInto(tx, agreement, month);
  const pool = await poolFactsOf(tx, agreement, month);
  const facts = { ...(await closeFactsOf(tx, agreement, month)), ...(pool && { pool }) };
  const { opening, closing, royalties } = settlePeriod({
    terms,
    period: periodOfMonth(agreement.life, month),
    rated,
    context,
    carried,
    facts,
  });
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
