import { TakeEvents } from '../../../src/usage/events/take-events';
import { readUsageEvent } from '../../../src/usage/events/usage-event';
import { usageEvent } from '../../support/usage-events';
import { closeMonth } from '../simulator/closing';
import type { Bug } from '../simulator/mutants';
import type { Product } from '../simulator/product';
import type { Found } from './trial';

/** Units of a recording in a month of one of the world's deals, told by an event. */
export interface Play {
  readonly id: string;
  /** Its place among the world's deals. */
  readonly deal: number;
  readonly month: string;
  readonly isrc: string;
  readonly territory: string;
  readonly useType: string;
  readonly units: number;
}

export const territories = ['RU', 'BY', 'KZ', 'AM', 'AZ', 'KG', 'MD', 'TJ', 'UZ'] as const;
export const streams = ['OnDemandStream', 'UserMakeAvailableUserProvided'] as const;

/** The commercial model that a use is told under. */
export const modelOf = (useType: string) =>
  useType === 'PermanentDownload' ? 'PayAsYouGoModel' : 'AdvertisementSupportedModel';

const batch = 1_000;

/** The event that tells of a play. */
export function eventOf({ world }: Product, { id, deal, month, isrc, territory, useType, units }: Play): object {
  const serviceId = world.deals[deal]!.serviceId;
  const commercialModel = modelOf(useType);
  const parts = { id, source: '/trials', time: `${month}-01T14:00:00Z`, isrc, territory, useType, commercialModel };
  return usageEvent({ serviceIds: [serviceId], isrcs: world.isrcs }, { ...parts, quantity: units });
}

/** Sends plays by batches, as the platform would; gives how many were new. Throws where one is refused. */
export async function sendPlays(product: Product, plays: readonly Play[]): Promise<number> {
  let added = 0;
  for (let at = 0; at < plays.length; at += batch) {
    const readings = plays.slice(at, at + batch).map((play) => readUsageEvent(eventOf(product, play)));
    const answers = await product.service(TakeEvents).execute(product.actor('platform'), readings);
    const rejected = answers.find(({ outcome }) => outcome === 'rejected');
    if (rejected !== undefined) throw new Error(`an event was rejected: ${JSON.stringify(rejected)}`);
    added += answers.filter(({ outcome }) => outcome === 'accepted').length;
  }
  return added;
}

/** The clock stands on the fifth of the month after: it may be closed wherever its deal's clocks hang. */
export function endMonth(product: Product, month: string): void {
  const [year = 0, number = 0] = month.split('-').map(Number);
  product.clock.moveTo(new Date(Date.UTC(year, number, 5, 9)));
}

/** Closes a month of a deal, once, and has a second person issue its statement. Gives the statement's id. */
export async function closed(product: Product, deal: number, month: string): Promise<string> {
  const { agreementId } = product.world.deals[deal]!;
  const [ending] = await closeMonth(product, { agreementId, month, times: 1 });
  if (ending?.state !== 'done' || ending.statementId === null)
    throw new Error(`the close of ${month} ended as ${JSON.stringify(ending)}`);
  return ending.statementId;
}

/** Sees that the postings of each currency sum to zero, over all books. */
export async function seeBalanced(product: Product, found: Found): Promise<void> {
  const rows = await product.look<{ said: string }>(
    `SELECT sum(amount_minor) || ' ' || currency AS said FROM ledger_postings GROUP BY currency HAVING sum(amount_minor) <> 0`,
  );
  for (const { said } of rows) found.add(`the books sum to ${said}`);
}

/** Works on a fresh copy of the world, with its own provider and the clock at the beginning, and perhaps with a bug. */
export async function onACopy<Result>(product: Product, work: () => Promise<Result>, bug?: Bug): Promise<Result> {
  await product.begin(bug);
  try {
    return await work();
  } finally {
    await product.end();
  }
}
