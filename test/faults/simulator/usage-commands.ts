import { EndDispute } from '../../../src/settlement/disputes/end-dispute';
import { OpenDispute } from '../../../src/settlement/disputes/open-dispute';
import { StateFact } from '../../../src/settlement/facts/state-fact';
import { TakeEvents } from '../../../src/usage/events/take-events';
import { readUsageEvent } from '../../../src/usage/events/usage-event';
import { VoidEvents } from '../../../src/usage/events/void-events';
import { usageEvent } from '../../support/usage-events';
import { dayAt } from './arithmetic';
import { closeMonth, learnClose } from './closing';
import { decimalText } from './deal-terms';
import { months } from './deals';
import { dyingAt } from './deaths';
import type { ReferenceDeal, ReferenceDispute } from './reference';
import { Differs, type Simulation } from './simulation';

const hour = 3_600_000;
const source = '/simulated';

/** Mostly hours, now and then more than a week: months come to their end. */
export function passTime(simulation: Simulation): Promise<void> {
  const hours = simulation.chance(0.5) ? 1 + simulation.below(20) : 24 * (1 + simulation.below(14));
  simulation.moveClock(hours * hour);
  simulation.count('time');
  return Promise.resolve();
}

interface Sent {
  readonly id: string;
  readonly deal: number;
  readonly month: string;
  readonly isrc: string;
  readonly units: number;
}

/** Events of a month that has begun, also of one that is closed; some were sent before, and some batches are lost on the way and sent again. */
export async function sendPlays(simulation: Simulation): Promise<void> {
  const today = dayAt(simulation.reference.now, 0);
  const begun = months.filter((month) => `${month}-02` <= today);
  if (begun.length === 0) return;
  const month = simulation.chance(0.7) ? begun.at(-1)! : simulation.pick(begun);
  const deal = simulation.below(simulation.reference.deals.length);
  const batch = Array.from({ length: 1 + simulation.below(3) }, (): Sent => {
    const isrc = simulation.pick(simulation.product.world.isrcs);
    return { id: `e${(simulation.numbers += 1)}`, deal, month, isrc, units: 1 + simulation.below(2_500) };
  });
  const again = simulation.chance(0.25) ? knownPlays(simulation, 1) : [];
  const readings = [...batch, ...again].map((sent) => readUsageEvent(eventOf(simulation, sent)));
  const send = () => simulation.product.service(TakeEvents).execute(simulation.product.actor('platform'), readings);
  if (simulation.chance(0.15)) await dyingAt(simulation, 8, send);
  const answers = await simulation.accepted('plays', send);
  const rejected = answers.find(({ outcome }) => outcome === 'rejected');
  if (rejected !== undefined) throw new Differs(`an event was rejected: ${JSON.stringify(rejected)}`);
  for (const { id, units, ...play } of batch) simulation.reference.play(id, { ...play, units: BigInt(units) });
}

function knownPlays(simulation: Simulation, count: number): Sent[] {
  const known = [...simulation.reference.plays];
  if (known.length === 0) return [];
  return Array.from({ length: count }, () => {
    const [id, { deal, month, isrc, units }] = simulation.pick(known);
    return { id, deal, month, isrc, units: Number(units) };
  });
}

function eventOf({ product }: Simulation, { id, deal, month, isrc, units }: Sent): object {
  const { isrcs, deals } = product.world;
  const time = `${month}-01T14:00:00Z`;
  return usageEvent({ serviceIds: [deals[deal]!.serviceId], isrcs }, { id, source, time, isrc, quantity: units });
}

/** The platform takes events back; what is void already stays void. */
export async function takeBack(simulation: Simulation): Promise<void> {
  const named = knownPlays(simulation, 1 + simulation.below(2)).map(({ id }) => id);
  if (named.length === 0) return;
  const events = [...new Set(named)].map((id) => ({ source, id }));
  await simulation.accepted('void', () =>
    simulation.product.as('platform', (tx, actor) =>
      simulation.product.service(VoidEvents).execute(tx, actor, { reason: 'Counted by mistake.', events }),
    ),
  );
  for (const { id } of events) simulation.reference.void(id);
}

/** Closes a month once, or several times at once; mostly the next one, now and then one that is not to be closed. */
export async function close(simulation: Simulation): Promise<void> {
  const deal = simulation.pick(simulation.reference.deals);
  const month = simulation.chance(0.75) ? (deal.nextMonth() ?? '2026-06') : simulation.pick([...months, '2026-07']);
  const { agreementId } = simulation.worldDeal(deal.place);
  const { product } = simulation;
  const refusal = deal.closeRefusal(month);
  const times = simulation.chance(0.4) ? 2 + simulation.below(2) : 1;
  const work = () => closeMonth(product, { agreementId, month, times });
  if (refusal !== undefined) return simulation.refused('close', refusal, () => work());
  if (times === 1 && simulation.chance(0.3)) {
    const died = await dyingAt(simulation, 45, work);
    // The job stays in the queue, for whoever takes it next.
    return died ? learnClose(product, deal, { agreementId, month }) : deal.close(month);
  }
  const endings = await simulation.accepted('close', work);
  deal.close(month);
  const statements = new Set(endings.map(({ statementId }) => statementId));
  if (endings.some(({ state }) => state !== 'done') || statements.size !== 1)
    throw new Differs(`${times} closes of ${month} at once ended as ${JSON.stringify(endings)}`);
}

/** Expenses that the platform states, or that the label confirms: of a closed month neither. */
export async function expenses(simulation: Simulation): Promise<void> {
  const deal = simulation.pick(simulation.reference.deals);
  const month = simulation.chance(0.8) ? (deal.nextMonth() ?? '2026-06') : simulation.pick(months);
  if (deal.expenses.length > 0 && simulation.chance(0.5)) return confirm(simulation, deal);
  const minor = BigInt(1 + simulation.below(900));
  const decimals = deal.facts.currency === 'JPY' ? 0 : 2;
  const { agreementId } = simulation.worldDeal(deal.place);
  const work = () =>
    simulation.product.as('platform', (tx, actor) =>
      simulation.product
        .service(StateFact)
        .execute(tx, actor, agreementId, { kind: 'expenses', month, value: decimalText(minor, decimals) }),
    );
  if (deal.isClosed(month)) return simulation.refused('expenses', 'period-already-closed', work);
  if (deal.drafted === month) return simulation.refused('expenses', 'period-fact-state', work);
  const { number } = await simulation.accepted('expenses', work);
  if (number !== deal.expenses.length + 1) throw new Differs(`fact ${number} follows ${deal.expenses.length} others`);
  deal.expenses.push({ month, minor, confirmed: false });
}

async function confirm(simulation: Simulation, deal: ReferenceDeal): Promise<void> {
  const place = simulation.below(deal.expenses.length);
  const fact = deal.expenses[place]!;
  const { agreementId } = simulation.worldDeal(deal.place);
  const work = () =>
    simulation.product.as('label', (tx, actor) =>
      simulation.product.service(StateFact).confirm(tx, actor, agreementId, place + 1),
    );
  if (fact.confirmed) return simulation.refused('confirmation', 'period-fact-state', work);
  if (deal.isClosed(fact.month)) return simulation.refused('confirmation', 'period-already-closed', work);
  if (deal.drafted === fact.month) return simulation.refused('confirmation', 'period-fact-state', work);
  await (simulation.chance(0.7)
    ? simulation.accepted('confirmation', work)
    : simulation.onceOfTwo('confirmation', 'period-fact-state', work));
  fact.confirmed = true;
}

/** A dispute about what events and reports say of an open month: opened, agreed to be released, or withdrawn. */
export async function dispute(simulation: Simulation): Promise<void> {
  const deal = simulation.reference.deals[0]!;
  const disputes = deal.disputes;
  if (disputes.length > 0 && simulation.chance(0.5)) return endDispute(simulation, deal, simulation.pick(disputes));
  const month = simulation.chance(0.8) ? (deal.nextMonth() ?? '2026-06') : simulation.pick(months);
  const person = simulation.chance(0.5) ? 'label' : 'platform';
  const isrcs = simulation.chance(0.5) ? [simulation.pick(simulation.product.world.isrcs)] : undefined;
  const { agreementId, serviceId } = simulation.worldDeal(0);
  const body = { month, serviceId, reason: 'They differ.', ...(isrcs === undefined ? {} : { isrcs }) };
  const work = () =>
    simulation.product.as(person, (tx, actor) =>
      simulation.product.service(OpenDispute).execute(tx, actor, agreementId, body),
    );
  const refusal = deal.disputeRefusal(month, isrcs);
  if (refusal !== undefined) return simulation.refused('dispute', refusal, work);
  const { number } = await simulation.accepted('dispute', work);
  disputes.push({ deal: 0, number, month, isrcs, openedBy: person, agreed: new Set(), held: 0n, open: true });
}

async function endDispute(simulation: Simulation, deal: ReferenceDeal, one: ReferenceDispute): Promise<void> {
  const person = simulation.chance(0.5) ? 'label' : 'platform';
  const kind = simulation.chance(0.25) ? 'withdrawn' : 'release-agreed';
  const { agreementId } = simulation.worldDeal(0);
  const work = () =>
    simulation.product.as(person, (tx, actor) =>
      simulation.product.service(EndDispute).execute(tx, actor, { agreementId, number: one.number, kind }),
    );
  const isTheirs = kind === 'withdrawn' ? one.openedBy === person : !one.agreed.has(person);
  if (!one.open || !isTheirs) return simulation.refused('end of a dispute', 'usage-dispute-state', work);
  await (simulation.chance(0.7)
    ? simulation.accepted('end of a dispute', work)
    : simulation.onceOfTwo('end of a dispute', 'usage-dispute-state', work));
  if (kind === 'release-agreed') one.agreed.add(person);
  if (kind === 'withdrawn' || one.agreed.size === 2) deal.release(one);
}
