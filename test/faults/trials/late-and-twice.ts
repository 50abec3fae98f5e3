import { territoryNumber, useModelCode } from '../../../src/kernel';
import { seededRandom, shuffled } from '../../../src/sandbox/stripe/seeded-random';
import { VoidEvents } from '../../../src/usage/events/void-events';
import { dealFacts, months } from '../simulator/deals';
import type { Product } from '../simulator/product';
import {
  closed,
  endMonth,
  eventOf,
  modelOf,
  onACopy,
  type Play,
  seeBalanced,
  sendPlays,
  streams,
  territories,
} from './months-of-plays';
import { Found, type Order, type ServiceTrial, type Verdict } from './trial';

/** What is sent between two closes. */
interface Delivery {
  readonly months: readonly string[];
  /** In the order in which they are sent, duplicates among them. */
  readonly rows: readonly Play[];
  /** Rows of earlier deliveries that are taken back, some with another in their place. */
  readonly corrections: readonly { readonly of: Play; readonly by: Play | undefined }[];
}

const uses = [...streams, 'PermanentDownload'] as const;
const batch = 500;
/** Of ten batches one fails after its ids have been claimed. */
const failing = 10;

/**
 * T10: rows come in three deliveries, some twice, some after their month is closed, some out of order; later ones correct earlier ones, and now and then the database
 * fails between the claim of a batch's ids and what they add. In the end sums, statements and bookings say what plain SQL says of the distinct rows.
 */
export const lateAndTwice: ServiceTrial = {
  name: 'T10',
  about: 'usage comes late, twice and out of order, and writes fail halfway',
  unit: 'rows',
  sizes: { brief: 4_000, usual: 20_000, full: 100_000 },
  run: (product, order: Order): Promise<Verdict> => onACopy(product, () => run(product, order)),
};

async function run(product: Product, { size, seed, say }: Order): Promise<Verdict> {
  const found = new Found();
  const random = seededRandom(seed);
  const deliveries = planned(product, size, random);
  await prepare(product);
  let failedWrites = 0;
  for (const [at, { months: due, rows, corrections }] of deliveries.entries()) {
    endMonth(product, due.at(-1)!);
    await note(product, rows);
    failedWrites += await deliver(product, rows, found);
    await correct(product, corrections);
    for (const month of due) {
      for (const deal of product.world.deals.keys()) await closed(product, deal, month);
    }
    say(`delivery ${at + 1}: ${rows.length} rows, ${corrections.length} corrections, ${due.join(' and ')} closed`);
  }
  await compare(product, found);
  const [counts] = await product.look<{ rows: number; distinct: number; late: number; restated: number }>(
    `SELECT count(*)::int AS rows, count(DISTINCT id)::int AS distinct,
            (SELECT count(*)::int FROM period_bookings WHERE sequence > 1) AS restated FROM trial_rows`,
  );
  const corrected = deliveries.reduce((sum, { corrections }) => sum + corrections.length, 0);
  return { ...counts, corrected, failedWrites, found: found.list };
}

/** Five of a hundred come twice, five come with the next delivery, after their month is closed, and twenty are not where they belong. */
function planned({ world }: Product, size: number, random: () => number): Delivery[] {
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <One>(list: readonly One[]): One => list[below(list.length)]!;
  const row = (at: number): Play => ({
    id: `row ${at}`,
    deal: below(world.deals.length),
    month: pick(months),
    isrc: pick(world.isrcs),
    territory: pick(territories),
    useType: pick(uses),
    units: 1 + below(900),
  });
  const rows = Array.from({ length: Math.ceil(size / 1.05) }, (_, at) => row(at));
  const spans = [0, 2, 4].map((from) => months.slice(from, from + 2));
  const own = spans.map((span) => rows.filter(({ month }) => (span as readonly string[]).includes(month)));
  const isLate = new Set(rows.filter(({ month }) => month < '2026-05' && random() < 0.05));
  const deliveries: Delivery[] = [];
  for (const [at, span] of spans.entries()) {
    const late = (own[at - 1] ?? []).filter((one) => isLate.has(one));
    const fresh = [...own[at]!.filter((one) => !isLate.has(one)), ...late];
    const twice = fresh.filter(() => random() < 0.05);
    const corrections = (own[at - 1] ?? [])
      .filter((one) => !isLate.has(one) && random() < 0.03)
      .map((of, place) => ({
        of,
        by: place % 3 === 0 ? undefined : { ...of, id: `${of.id} corrected`, units: of.units + 1 },
      }));
    deliveries.push({ months: span, rows: disordered([...fresh, ...twice], random), corrections });
  }
  return deliveries;
}

/** A fifth of them change places. */
function disordered(rows: readonly Play[], random: () => number): Play[] {
  const places = [...rows.keys()].filter(() => random() < 0.2);
  const result = [...rows];
  for (const [at, place] of shuffled(places, random).entries()) result[places[at]!] = rows[place]!;
  return result;
}

/** The rows as they were sent, for plain SQL; and a switch that makes the second half of a write fail. */
const prepare = (product: Product): Promise<object[]> =>
  product.look(`
    CREATE TABLE trial_rows (id text, agreement_id uuid, month date, isrc text, territory int, use_model int, units bigint);
    CREATE TABLE trial_voids (id text);
    CREATE TABLE trial_failure (armed boolean);
    INSERT INTO trial_failure VALUES (false);
    CREATE FUNCTION trial_fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
      'BEGIN IF (SELECT armed FROM public.trial_failure) THEN RAISE EXCEPTION ''the disk is full''; END IF; RETURN NEW; END';
    CREATE TRIGGER trial_fail BEFORE INSERT ON usage_event_sums FOR EACH ROW EXECUTE FUNCTION trial_fail()`);

const note = (product: Product, rows: readonly Play[]): Promise<object[]> =>
  product.look(
    `INSERT INTO trial_rows SELECT * FROM unnest($1::text[], $2::uuid[], $3::date[], $4::text[], $5::int[], $6::int[], $7::bigint[])`,
    [
      rows.map(({ id }) => id),
      rows.map(({ deal }) => product.world.deals[deal]!.agreementId),
      rows.map(({ month }) => `${month}-01`),
      rows.map(({ isrc }) => isrc),
      rows.map(({ territory }) => territoryNumber(territory)),
      rows.map(({ useType }) => useModelCode(useType as 'OnDemandStream', modelOf(useType))),
      rows.map(({ units }) => units),
    ],
  );

/** Sends the rows by batches; gives how many writes failed between claim and effect, and were sent again. */
async function deliver(product: Product, rows: readonly Play[], found: Found): Promise<number> {
  let failures = 0;
  for (let at = 0; at < rows.length; at += batch) {
    const part = rows.slice(at, at + batch);
    if ((at / batch) % failing === 1) {
      const before = await kept(product);
      await product.look('UPDATE trial_failure SET armed = true');
      const ending = await sendPlays(product, part).then(() => 'done', String);
      await product.look('UPDATE trial_failure SET armed = false');
      if (ending === 'done') found.add('a batch was taken although nothing could be written');
      found.same('what a failed write left', await kept(product), before);
      failures += 1;
    }
    await sendPlays(product, part);
  }
  return failures;
}

const kept = async (product: Product): Promise<string | undefined> =>
  (
    await product.look<{ said: string }>(
      `SELECT (SELECT count(*) FROM usage_events) || ' events ' || (SELECT count(*) FROM usage_event_sums) || ' sums' AS said`,
    )
  )[0]?.said;

async function correct(product: Product, corrections: Delivery['corrections']): Promise<void> {
  for (let at = 0; at < corrections.length; at += batch) {
    const part = corrections.slice(at, at + batch);
    const instead = part.flatMap(({ by }) => (by === undefined ? [] : [by]));
    const body = {
      reason: 'Counted wrongly.',
      events: part.map(({ of }) => ({ source: '/trials', id: of.id })),
      ...(instead.length === 0 ? {} : { replacements: instead.map((play) => eventOf(product, play)) }),
    };
    const take = () => product.as('platform', (tx, actor) => product.service(VoidEvents).execute(tx, actor, body));
    await take();
    await product.look('INSERT INTO trial_voids SELECT unnest($1::text[])', [part.map(({ of }) => of.id)]);
    await note(product, instead);
  }
}

/** Distinct rows that are not void, added up the plainest way. */
const oracle = `SELECT agreement_id, month, isrc, territory, use_model, sum(units) AS units FROM
  (SELECT DISTINCT * FROM trial_rows) r WHERE id NOT IN (SELECT id FROM trial_voids) GROUP BY 1, 2, 3, 4, 5`;

/** The same by what the product keeps. */
const kinds: Readonly<Record<string, string>> = {
  'sums of events': `SELECT agreement_id, month, isrc, territory, use_model, sum(quantity) AS units
       FROM usage_event_sums, unnest(isrcs, territories, use_models, quantities) AS u (isrc, territory, use_model, quantity)
      GROUP BY 1, 2, 3, 4, 5 HAVING sum(quantity) <> 0`,
  'lines of statements': `SELECT l.agreement_id, l.period, l.isrc::text, l.territory, l.use_model, sum(l.quantity) AS units
       FROM statements s JOIN statement_lines l ON l.agreement_id = s.agreement_id AND l.month = s.month AND l.draft = s.draft
      GROUP BY 1, 2, 3, 4, 5 HAVING sum(l.quantity) <> 0`,
};

async function compare(product: Product, found: Found): Promise<void> {
  for (const [what, question] of Object.entries(kinds)) {
    for (const [name, rows] of [
      ['too much', `(${question}) EXCEPT (${oracle})`],
      ['missing', `(${oracle}) EXCEPT (${question})`],
    ] as const) {
      for (const row of await product.look(`SELECT d::text AS row FROM (${rows}) d LIMIT 5`))
        found.add(`${what}, ${name}: ${JSON.stringify(row)}`);
    }
  }
  for (const [deal, { agreementId }] of product.world.deals.entries())
    await compareMoney(product, deal, agreementId, found);
  await seeBalanced(product, found);
}

/** What each month is worth in minor units, by SQL: streams as the deal's facts say, beyond some of the term perhaps at another rate, and 0.60 of the currency for a download. */
function worthByMonth(deal: number, agreementId: string): string {
  const { per, beyond, currency } = dealFacts[deal]!;
  const [over, under] = per;
  const download = useModelCode('PermanentDownload', 'PayAsYouGoModel');
  const bought = currency === 'JPY' ? '0.6' : '60';
  const { units: limit, over: further } = beyond ?? { units: 0n, over };
  // Divided last: what one third would lose is not lost.
  return `SELECT month, round((streams * ${over} + (greatest(before + streams - ${limit}, 0) - greatest(before - ${limit}, 0)) * (${further} - ${over})
                 + downloads * ${bought} * ${under}) / ${under}) AS worth
            FROM (SELECT month, streams, downloads, sum(streams) OVER (ORDER BY month) - streams AS before
                    FROM (SELECT month, sum(CASE WHEN use_model = ${download} THEN 0 ELSE units END) AS streams,
                                 sum(CASE WHEN use_model = ${download} THEN units ELSE 0 END) AS downloads
                            FROM (${oracle}) o WHERE agreement_id = '${agreementId}' GROUP BY month) used) run`;
}

/** What each month is booked at in the end, and the sum of all that was booked for it on the way. */
async function compareMoney(product: Product, deal: number, agreementId: string, found: Found): Promise<void> {
  const expected = await product.look<{ said: string }>(
    `SELECT month || ' ' || worth || ' ' || worth AS said FROM (${worthByMonth(deal, agreementId)}) w ORDER BY month`,
  );
  const booked = await product.look<{ said: string }>(
    `SELECT period || ' ' || (array_agg(total_minor ORDER BY sequence DESC))[1] || ' ' || sum(delta_minor) AS said
       FROM period_bookings WHERE agreement_id = $1 GROUP BY period ORDER BY period`,
    [agreementId],
  );
  found.same(
    `what deal ${deal} was booked at`,
    booked.map(({ said }) => said),
    expected.map(({ said }) => said),
  );
}
