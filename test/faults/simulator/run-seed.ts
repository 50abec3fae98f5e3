import { OpenPaymentAccount } from '../../../src/settlement/payments/open-payment-account';
import { compare, logged, readList, sameTrialBalance } from './checks';
import {
  askForPayout,
  bank,
  decide,
  deliver,
  hearAll,
  pay,
  receive,
  restrict,
  runPayouts,
  transfersOf,
} from './money-commands';
import type { Mutant } from './mutants';
import type { Product } from './product';
import { waitingJobs } from './queue';
import { Differs, Simulation, textOf } from './simulation';
import { close, dispute, expenses, passTime, sendPlays, takeBack } from './usage-commands';
import { takeJobInPeace, takeJob } from './work-queue';

type Command = (simulation: Simulation) => Promise<void>;

/** How often each is drawn, of the sum of all. */
const commands: readonly (readonly [weight: number, name: string, run: Command])[] = [
  [11, 'time', passTime],
  [15, 'plays', sendPlays],
  [4, 'void', takeBack],
  [10, 'close', close],
  [26, 'job', takeJob],
  [8, 'pay', pay],
  [12, 'webhook', deliver],
  [9, 'payout', askForPayout],
  [8, 'decision', decide],
  [5, 'bank', bank],
  [4, 'expenses', expenses],
  [6, 'dispute', dispute],
  [2, 'list', readList],
  [2, 'restriction', restrict],
];
const weights = commands.reduce((sum, [weight]) => sum + weight, 0);

/** Commands between two comparisons of everything; what a command itself was expected to come to is looked at each time. */
const between = 20;

export interface SeedResult {
  readonly seed: number;
  /** How many commands were run. */
  readonly commands: number;
  /** What the product did that the reference ledger does not; undefined where there was nothing. */
  readonly found: string | undefined;
  readonly told: ReadonlyMap<string, number>;
}

/** Runs one seed. The same seed runs the same commands, up to what the product makes of them. */
export async function runSeed(
  product: Product,
  { seed, commands: count, mutant }: { seed: number; commands: number; mutant?: Mutant | undefined },
): Promise<SeedResult> {
  await product.begin(mutant);
  const simulation = new Simulation(product, seed);
  let done = 0;
  let last = 'beginning';
  const draw = async (): Promise<void> => {
    const [, name, run] = drawn(simulation);
    last = `command ${done + 1} (${name})`;
    simulation.late = done > count * 0.8;
    const before = simulation.happened;
    await run(simulation);
    // What found nothing to do was no command.
    if (simulation.happened === before) return;
    done += 1;
    if (done % between === 0) await compare(simulation);
  };
  try {
    await openAccount(simulation);
    await compare(simulation);
    while (done < count) await draw();
    last = 'the end';
    await comeToRest(simulation);
    return { seed, commands: done, found: undefined, told: simulation.told };
  } catch (error) {
    return { seed, commands: done, found: `${last}: ${foundText(error)}`, told: simulation.told };
  } finally {
    await product.end();
  }
}

/** What is not a difference is a fault of the simulator, or a product that fell over: both are to be seen with all that is known. */
const foundText = (error: unknown): string =>
  error instanceof Differs
    ? error.message
    : `failed: ${error instanceof Error ? (error.stack ?? textOf(error)) : textOf(error)}`;

function drawn(simulation: Simulation): (typeof commands)[number] {
  let left = simulation.below(weights);
  for (const command of commands) {
    left -= command[0];
    if (left < 0) return command;
  }
  return commands[0]!;
}

async function openAccount(simulation: Simulation): Promise<void> {
  const { product } = simulation;
  const service = product.service(OpenPaymentAccount);
  simulation.account = await service.order(product.actor('label'), {});
  await product.as('label', (tx, actor) => service.keep(tx, actor, simulation.account!));
}

/** Nothing fails any more, and everything that waits is done: then nothing may be open but what a person must decide. */
async function comeToRest(simulation: Simulation): Promise<void> {
  const { control } = simulation.product.stripe;
  for (let round = 0; round < 6; round += 1) {
    for (const event of simulation.events.values()) {
      if (!event.delivered) await receive(simulation, event);
      event.delivered = true;
    }
    for (const job of await waitingJobs(simulation.product)) await takeJobInPeace(simulation, job);
    runPayouts(simulation);
    control.arrivePayouts();
    simulation.over.push(...simulation.underway.splice(0));
    await hearAll(simulation);
  }
  await compare(simulation);
  await sameTrialBalance(simulation);
  await logged(simulation);
  for (const payout of simulation.reference.payouts) {
    const transfers = transfersOf(simulation, payout).length;
    if (transfers === 1 && payout.state !== 'confirmed')
      throw new Differs(`payout ${payout.id} was transferred and arrived, and is ${payout.state}`);
  }
}
