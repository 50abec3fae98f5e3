import { randomUUID } from 'node:crypto';
import { seededRandom, shuffled } from '../../../src/sandbox/stripe/seeded-random';
import type { Movement, PaymentRail, Span } from '../../../src/settlement/payments';
import { TakeEvent } from '../../../src/settlement/payments/take-event';
import {
  type BookedMovement,
  compareMovements,
  type DifferenceKind,
  type MoneyDifference,
} from '../../../src/settlement/reconciliation/compare-movements';
import { ReconcileMoney } from '../../../src/settlement/reconciliation/reconcile-money';
import { months } from '../simulator/deals';
import type { Product } from '../simulator/product';
import { forgetJob, runJob, waitingJobs } from '../simulator/queue';
import { railWith } from '../simulator/rails';
import { closed, endMonth, onACopy, sendPlays } from './months-of-plays';
import { askAndRelease, openAccount } from './paid-invoices';
import { Found, type Order, type ServiceTrial, type Verdict } from './trial';

type Movements = readonly Movement[];

/** An error in what the provider says, and what must be found of it: one difference of this kind, or two. */
interface Planting {
  readonly name: string;
  readonly plant: (movements: Movements, at: number) => Movements;
  readonly finds: readonly DifferenceKind[];
}

const changed = (movements: Movements, at: number, change: (one: Movement) => Partial<Movement>): Movements =>
  movements.map((one, place) => (place === at ? { ...one, ...change(one) } : one));
const added = (movements: Movements, at: number, more: (one: Movement) => Partial<Movement>): Movements => [
  ...movements,
  { ...movements[at]!, id: `txn_${randomUUID()}`, ...more(movements[at]!) },
];

const plantings: readonly Planting[] = [
  { name: 'missing', plant: (all, at) => all.filter((_, place) => place !== at), finds: ['not-moved'] },
  { name: 'twice', plant: (all, at) => added(all, at, () => ({})), finds: ['amount'] },
  {
    name: 'extra, of nothing of ours',
    plant: (all, at) => added(all, at, () => ({ subject: undefined })),
    finds: ['not-booked'],
  },
  {
    name: 'extra, of an invoice that we do not know',
    plant: (all, at) => added(all, at, () => ({ subject: { kind: 'invoice', id: `in_${randomUUID()}` } })),
    finds: ['not-booked'],
  },
  {
    name: 'a transfer of a payout that we do not know',
    plant: (all, at) => added(all, at, () => ({ type: 'transfer', subject: { kind: 'payout', id: randomUUID() } })),
    finds: ['not-booked'],
  },
  {
    name: 'one too much',
    plant: (all, at) => changed(all, at, (one) => ({ amountMinor: one.amountMinor + 1n })),
    finds: ['amount'],
  },
  {
    name: 'one too little',
    plant: (all, at) => changed(all, at, (one) => ({ amountMinor: one.amountMinor - 1n })),
    finds: ['amount'],
  },
  {
    name: 'the other way',
    plant: (all, at) => changed(all, at, (one) => ({ amountMinor: -one.amountMinor })),
    finds: ['amount'],
  },
  { name: 'another currency', plant: (all, at) => changed(all, at, () => ({ currency: 'GBP' })), finds: ['currency'] },
  {
    name: 'for something else',
    plant: (all, at) => changed(all, at, () => ({ subject: { kind: 'invoice', id: `in_${randomUUID()}` } })),
    finds: ['not-booked', 'not-moved'],
  },
  {
    name: 'taken back',
    plant: (all, at) => added(all, at, (one) => ({ type: 'transfer_refund', amountMinor: -one.amountMinor })),
    finds: ['amount'],
  },
  {
    name: 'a payout that failed',
    plant: (all, at) => added(all, at, () => ({ type: 'payout_failure', amountMinor: 700n, subject: undefined })),
    finds: ['not-booked'],
  },
  {
    name: 'a negative payout',
    plant: (all, at) => added(all, at, () => ({ type: 'payout', amountMinor: 700n, subject: undefined })),
    finds: ['not-booked'],
  },
];

/** Nothing of these is a difference. */
const ordinary: readonly Planting[] = [
  {
    name: 'to our own bank',
    plant: (all, at) => added(all, at, () => ({ type: 'payout', amountMinor: -700n, subject: undefined })),
    finds: [],
  },
  {
    name: 'a fee',
    plant: (all, at) => added(all, at, () => ({ type: 'stripe_fee', amountMinor: -7n, subject: undefined })),
    finds: [],
  },
  { name: 'in another order', plant: (all) => [...all].reverse(), finds: [] },
];

/**
 * T15: invoices are paid and payouts sent at the provider's double, and the books agree with it to the last movement; then errors are planted in what the provider says,
 * one by one there, and by the thousand among ten times as many sound ones. All are found, as what they are, and nothing else.
 */
export const reconciledMoney: ServiceTrial = {
  name: 'T15',
  about: 'the books are compared with the provider’s balance',
  unit: 'planted errors',
  sizes: { brief: 100, usual: 1_000, full: 1_000 },
  run: async (product, { size, seed }: Order): Promise<Verdict> => {
    const found = new Found();
    const told = await withTheDouble(product, found);
    const many = amongMany(size, seed, found);
    return { ...told, ...many, found: found.list };
  },
};

async function withTheDouble(product: Product, found: Found): Promise<object> {
  let plant = (movements: Movements): Movements => movements;
  const between = (rail: PaymentRail): PaymentRail =>
    railWith(rail, {
      movements: async (span) => {
        const answer = await rail.movements(span);
        return answer.outcome === 'done' ? { ...answer, movements: plant(answer.movements) } : answer;
      },
    });
  return onACopy(
    product,
    async () => {
      await moneyMoves(product);
      const span = { from: new Date('2026-04-01T00:00:00Z'), until: new Date('2026-05-01T00:00:00Z') };
      const compare = () => product.service(ReconcileMoney).execute(span);
      const [counts] = await product.look<{ receipts: number; payouts: number }>(
        `SELECT (SELECT count(*)::int FROM receipts) AS receipts, (SELECT count(*)::int FROM payouts WHERE state = 'sent') AS payouts`,
      );
      const { receipts, payouts } = counts!;
      if (receipts < 6 || payouts < 3) found.add(`only ${receipts} receipts and ${payouts} payouts`);
      const sound = await compare();
      found.same('differences where there are none', sound.differences, []);
      found.same('invoices and payouts that agree', sound.agreeing, receipts + payouts);
      let tried = 0;
      for (const { name, plant: planted, finds } of [...plantings, ...ordinary]) {
        for (const at of [0, receipts + payouts - 1]) {
          plant = (movements) => planted(movements, at);
          const { differences } = await compare();
          found.same(`of ${name}`, kindsOf(differences), finds);
          tried += 1;
        }
      }
      plant = (movements) => movements;
      await atTheDoubleItself(product, compare, found);
      return { receipts, payouts, plantedAtTheDouble: tried };
    },
    { rail: between },
  );
}

const kindsOf = (differences: readonly MoneyDifference[]): string[] => differences.map(({ kind }) => kind).sort();

/** Three months are closed, their invoices paid, and paid out. */
async function moneyMoves(product: Product): Promise<void> {
  for (const month of months.slice(0, 3)) {
    endMonth(product, month);
    for (const deal of product.world.deals.keys()) {
      const play = { id: `${deal} ${month}`, deal, month, isrc: product.world.isrcs[0]!, territory: 'RU' };
      await sendPlays(product, [{ ...play, useType: 'OnDemandStream', units: 90_000 }]);
      await closed(product, deal, month);
    }
  }
  await openAccount(product);
  await workOff(product);
  for (const invoice of product.stripe.control.invoices()) product.stripe.control.payInvoice(invoice.id);
  for (const event of await product.providerEvents()) {
    const payload = JSON.stringify(event);
    await product.service(TakeEvent).store(product.currentRail.readEvent(payload), payload);
  }
  await workOff(product);
  const paid = await product.look<{ id: string }>(`SELECT id FROM invoices WHERE state = 'paid' ORDER BY number`);
  for (const { id } of paid.slice(0, 5)) await askAndRelease(product, id);
  await workOff(product);
}

async function workOff(product: Product): Promise<void> {
  for (const job of await waitingJobs(product)) {
    await runJob(product, job);
    await forgetJob(product, job);
  }
}

/** Not by changing what it says: money from nowhere, and a transfer that somebody takes back by hand. */
async function atTheDoubleItself(
  product: Product,
  compare: () => Promise<{ readonly differences: readonly MoneyDifference[] }>,
  found: Found,
): Promise<void> {
  const { control } = product.stripe;
  control.fund(1_234, 'usd');
  found.same('of money from nowhere', kindsOf((await compare()).differences), ['not-booked']);
  const [transfer] = control.transfers();
  await product.atTheProvider(`/v1/transfers/${transfer!.id}/reversals`, { amount: '1' });
  const { differences } = await compare();
  found.same('of money from nowhere and a reversal', kindsOf(differences), ['not-booked', 'not-booked']);
  const subjects = differences.flatMap(({ subject }) => (subject === undefined ? [] : [subject]));
  found.same('what was taken back', subjects, [{ kind: 'payout-reversal', id: transfer!.metadata['payout_id'] }]);
}

const span: Span = { from: new Date('2026-01-01T00:00:00Z'), until: new Date('2026-02-01T00:00:00Z') };

/** A sound invoice or payout, by both sides, somewhere in the month and a little around it. */
function pair(random: () => number): { readonly movement: Movement; readonly booked: BookedMovement } {
  const isIn = random() < 0.5;
  const minor = BigInt(1 + Math.floor(random() * 1e9)) * (isIn ? 1n : -1n);
  const subject = isIn
    ? ({ kind: 'invoice', id: `in_${randomUUID()}` } as const)
    : ({ kind: 'payout', id: randomUUID() } as const);
  const currency = ['USD', 'EUR', 'JPY'][Math.floor(random() * 3)]!;
  const at = new Date(span.from.getTime() + random() * (span.until.getTime() - span.from.getTime()));
  // The books hear of it up to a day before or after.
  const heard = new Date(at.getTime() + (random() - 0.5) * 2 * 86_400_000);
  const type = isIn ? 'charge' : 'transfer';
  return {
    movement: { id: `txn_${randomUUID()}`, type, at, amountMinor: minor, feeMinor: 0n, currency, subject },
    booked: { subject, amount: { minor, currency }, at: heard },
  };
}

function amongMany(size: number, seed: number, found: Found): object {
  const random = seededRandom(seed);
  const sound = Array.from({ length: 10 * size }, () => pair(random));
  const expected: DifferenceKind[] = [];
  const planted = Array.from({ length: size }, (_, at) => {
    const { plant, finds } = plantings[at % plantings.length]!;
    const { movement, booked } = pair(random);
    // In the middle of the month, for what is outside of it is told by nobody.
    const noon = new Date('2026-01-16T12:00:00Z');
    expected.push(...finds);
    return { movements: plant([{ ...movement, at: noon }], 0), booked: { ...booked, at: noon } };
  });
  const sides = {
    movements: shuffled(
      [...sound.map(({ movement }) => movement), ...planted.flatMap(({ movements }) => movements)],
      random,
    ),
    booked: shuffled(
      [...sound, ...planted].map(({ booked }) => booked),
      random,
    ),
  };
  const { agreeing, differences } = compareMovements(sides, span);
  const kinds = (all: readonly string[]): string => [...all].sort().join();
  found.same('kinds of differences among many', kinds(kindsOf(differences)), kinds(expected));
  const wrong = new Set(
    planted.flatMap(({ booked, movements }) => [booked, ...movements].map(({ subject }) => subject?.id)),
  );
  for (const { subject } of differences)
    if (subject !== undefined && !wrong.has(subject.id)) found.add(`${subject.kind} ${subject.id} is sound`);
  // One that is extra, of something else, leaves its own pair sound.
  const inPeace = planted.filter((_, at) => !touchesPair(plantings[at % plantings.length]!)).length;
  found.same('what agrees among many', agreeing, sound.length + inPeace);
  return { planted: size, sound: sound.length, differences: differences.length };
}

const touchesPair = ({ name }: Planting): boolean =>
  !(
    name.startsWith('extra') ||
    name.startsWith('a transfer of') ||
    name.startsWith('a payout') ||
    name.startsWith('a negative')
  );
