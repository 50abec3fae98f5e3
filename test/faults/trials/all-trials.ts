import { join } from 'node:path';
import { type Belongings, withBelongings } from '../../../bench/support/belongings';
import { announceServer } from '../../support/server';
import { makeTemplate } from '../../support/template';
import { dealUnderFaults } from '../deal';
import type { MoneyFaultsResult } from '../money-run';
import { paymentsKilled } from '../payments';
import type { FaultsOptions } from '../run';
import { Product } from '../simulator/product';
import { simulated } from '../simulator/settlement';
import { makeWorld } from '../simulator/world';
import { closesAtOnce } from './closes-at-once';
import { conservation } from './conservation';
import { correctionsAtOnce } from './corrections-at-once';
import { definiteErrors } from './definite-errors';
import { eventsInAnyOrder } from './events-in-any-order';
import { lateAndTwice } from './late-and-twice';
import { reconciledMoney } from './reconciled-money';
import { restoredBooks } from './restored-books';
import { sameStatements } from './same-statements';
import { sentOnce } from './sent-once';
import type { Order, ServiceTrial, Trial, Verdict } from './trial';

/** Those that run the product's services on copies of one world. */
export const serviceTrials: readonly ServiceTrial[] = [
  sentOnce,
  eventsInAnyOrder,
  closesAtOnce,
  correctionsAtOnce,
  lateAndTwice,
  sameStatements,
  simulated,
  definiteErrors,
  reconciledMoney,
  restoredBooks,
];

/** However it is run: on the one product that is made once it is needed, or by itself. */
interface AnyTrial extends Trial {
  readonly run: (order: Order, product: () => Promise<Product>) => Verdict | Promise<Verdict>;
}

const onProduct = (trial: ServiceTrial): AnyTrial => ({
  ...trial,
  run: async (order, product) => trial.run(await product(), order),
});

/** T1 has processes, a database and a provider of its own. */
const killed: AnyTrial = {
  name: 'T1',
  about: 'API, worker and database are killed while money moves',
  unit: 'kills',
  sizes: { brief: 5, usual: 25, full: 200 },
  run: (order) => kills(order, dealUnderFaults),
};

const byNumber = (a: Trial, b: Trial): number => Number(a.name.slice(1)) - Number(b.name.slice(1));
const trials: readonly AnyTrial[] = [killed, conservation, ...serviceTrials.map(onProduct)].sort(byNumber);

export const trialNames: readonly string[] = trials.map(({ name }) => name);

/** Another one with processes of its own. */
const killedAtPayments: AnyTrial = {
  name: 'kills',
  about: 'API, worker and database are killed while invoices are paid and payouts sent',
  unit: 'kills',
  sizes: { brief: 5, usual: 25, full: 200 },
  run: (order) => kills(order, paymentsKilled),
};

const ofPayments: readonly AnyTrial[] = [killedAtPayments, ...[sentOnce, eventsInAnyOrder].map(onProduct)];

export const paymentTrialNames: readonly string[] = ofPayments.map(({ name }) => name);

export interface TrialsResult {
  readonly name: string;
  readonly seed: number;
  /** Whether each trial held. */
  readonly trials: Readonly<Record<string, boolean>>;
  readonly ok: boolean;
}

/** The acceptance tests of settlement, or some of them. Each prints its figures as one line of JSON when it is over. */
export const settlementUnderFaults = (options: FaultsOptions): Promise<TrialsResult> =>
  tried('settlement', trials, options);

/** As of settlement, of what goes through the payment provider. */
export const paymentsUnderFaults = (options: FaultsOptions): Promise<TrialsResult> =>
  tried('payments', ofPayments, options);

const tried = (
  name: string,
  all: readonly AnyTrial[],
  { only, size = 'usual', seed, say, print = () => undefined }: FaultsOptions,
): Promise<TrialsResult> =>
  withBelongings(async (belongings) => {
    let product: Promise<Product> | undefined;
    const held: Record<string, boolean> = {};
    for (const trial of all.filter((one) => only === undefined || only.includes(one.name))) {
      const order = { size: typeof size === 'number' ? size : trial.sizes[size], seed, say };
      say(`${trial.name}: ${trial.about}; ${order.size} ${trial.unit}`);
      const began = performance.now();
      const { found, ...figures } = await verdictOf(trial, order, () => (product ??= productFor(belongings)));
      const seconds = Math.round((performance.now() - began) / 100) / 10;
      const ok = found.length === 0;
      held[trial.name] = ok;
      print(JSON.stringify({ name: trial.name, seed, [trial.unit]: order.size, ...figures, seconds, found, ok }));
    }
    return { name, seed, trials: held, ok: Object.values(held).every(Boolean) };
  });

async function verdictOf(trial: AnyTrial, order: Order, product: () => Promise<Product>): Promise<Verdict> {
  try {
    return await trial.run(order, product);
  } catch (error) {
    // What one of them dies of is that one's verdict: the others are still to be heard.
    return { found: [error instanceof Error ? (error.stack ?? error.message) : String(error)] };
  }
}

async function kills(
  { size, seed, say }: Order,
  run: (options: FaultsOptions) => Promise<MoneyFaultsResult>,
): Promise<Verdict> {
  const { name: _, seed: __, ok, points, ...figures } = await run({ points: size, seed, say });
  return { killed: points, ...figures, found: ok ? [] : ['see above what was lost, doubled or ended by itself'] };
}

/** A server of its own, and on it a world in which everything is signed. */
async function productFor(belongings: Belongings): Promise<Product> {
  const folder = await belongings.folder('accordo-trials-');
  const server = await belongings.postgres({ directory: join(folder, 'postgres'), durable: false });
  await makeTemplate(server);
  announceServer(server);
  const world = await makeWorld();
  belongings.add(() => world.close());
  const product = await Product.open(world);
  belongings.add(() => product.close());
  return product;
}
