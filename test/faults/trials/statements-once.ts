import { createHash } from 'node:crypto';
import { canonicalText } from '../../../src/kernel';
import { seededRandom, shuffled } from '../../../src/sandbox/stripe/seeded-random';
import { Keyring } from '../../../src/platform/keyring/keyring';
import { csvOfLines, type Reading } from '../../../src/settlement/statements/formats/lines-csv';
import { signedStatement } from '../../../src/settlement/statements/formats/signed-statement';
import { statementFacts } from '../../../src/settlement/statements/formats/statement-facts';
import { closeMonth } from '../simulator/closing';
import { months } from '../simulator/deals';
import { Product } from '../simulator/product';
import type { World } from '../simulator/world';
import { endMonth, onACopy, type Play, sendPlays, streams, territories } from './months-of-plays';

/** What a process that closes months is told. Its time zone and language are in its environment. */
export interface CloseOrder {
  readonly world: Omit<World, 'close'>;
  readonly rounds: number;
  /** How many close at once. */
  readonly workers: number;
  /** What the order of its input is drawn by. */
  readonly seed: number;
}

/** What it came to: where it was, and a SHA-256 of each statement by its name. */
export interface CloseAnswer {
  /** UTC, of a day in January. */
  readonly minutesBehind: number;
  readonly locale: string;
  readonly hashes: Readonly<Record<string, string>>;
}

/** The plays of a round: the same for everybody. Some come after their month is closed. */
function playsOf({ world }: Product, round: number): { readonly play: Play; readonly isLate: boolean }[] {
  const random = seededRandom(7_000 + round);
  const below = (limit: number): number => Math.floor(random() * limit);
  return months.flatMap((month) =>
    world.deals.flatMap((_, deal) =>
      Array.from({ length: 12 }, (__, at) => {
        const isrc = world.isrcs[below(world.isrcs.length)]!;
        const territory = territories[below(territories.length)]!;
        const useType = [...streams, 'PermanentDownload'][below(3)]!;
        const play = { id: `${month} ${deal} ${at}`, deal, month, isrc, territory, useType, units: 1 + below(4_000) };
        return { play, isLate: month !== months.at(-1) && random() < 0.1 };
      }),
    ),
  );
}

async function round(product: Product, { workers, seed }: CloseOrder, number: number): Promise<[string, string][]> {
  const random = seededRandom(seed + number);
  const all = playsOf(product, number);
  for (const [at, month] of months.entries()) {
    endMonth(product, month);
    const due = all.filter(({ play, isLate }) => play.month === (isLate ? months[at - 1] : month));
    const plays = shuffled(due, random).map(({ play }) => play);
    const size = 1 + Math.floor(random() * plays.length);
    for (let from = 0; from < plays.length; from += size) await sendPlays(product, plays.slice(from, from + size));
    await closeAll(product, { month, workers, random });
  }
  return hashesOf(product, number);
}

async function closeAll(
  product: Product,
  { month, workers, random }: { month: string; workers: number; random: () => number },
): Promise<void> {
  const { deals } = product.world;
  const waiting = shuffled(deals, random);
  // More workers than deals: several have the same one.
  const times = Math.max(1, Math.floor(workers / deals.length));
  const work = async (): Promise<void> => {
    for (let deal = waiting.pop(); deal !== undefined; deal = waiting.pop())
      await closeMonth(product, { agreementId: deal.agreementId, month, times });
  };
  await Promise.all(Array.from({ length: Math.min(workers, deals.length) }, work));
}

/** The whole of each statement as it is signed, and all its lines; without the seal, and without the id that it was given at random. */
async function hashesOf(product: Product, number: number): Promise<[string, string][]> {
  const { world, database } = product;
  const keyring = await Keyring.open(world.config.keyringFile, product.clock.now());
  const actor = product.actor('label');
  const read: Reading = (work) => database.withTenant(actor, work, 'read');
  const statements = await product.look<{ id: string; name: string }>(
    `SELECT id, concat_ws(' ', agreement_id, to_char(month, 'YYYY-MM')) AS name FROM statements ORDER BY 2`,
  );
  const hashes: [string, string][] = [];
  for (const { id, name } of statements) {
    const facts = await read((tx) => statementFacts(tx, actor, id));
    const signed = JSON.parse(await signedStatement(read, keyring, facts)) as { statement: Record<string, unknown> };
    const hash = createHash('sha256').update(canonicalText({ ...signed.statement, id: 'any' }));
    for await (const text of csvOfLines(read, facts.statement)) hash.update(text);
    hashes.push([`round ${number} ${name}`, hash.digest('hex')]);
  }
  return hashes;
}

async function main(): Promise<void> {
  const order = JSON.parse(process.env['ACCORDO_TRIAL'] ?? '') as CloseOrder;
  const product = await Product.open({ ...order.world, close: () => Promise.resolve() });
  const hashes: [string, string][] = [];
  for (let number = 0; number < order.rounds; number += 1)
    hashes.push(...(await onACopy(product, () => round(product, order, number))));
  await product.close();
  const { locale } = Intl.DateTimeFormat().resolvedOptions();
  const minutesBehind = new Date('2026-01-15T12:00:00Z').getTimezoneOffset();
  const answer: CloseAnswer = { minutesBehind, locale, hashes: Object.fromEntries(hashes) };
  process.stdout.write(JSON.stringify(answer), () => process.exit(0));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
