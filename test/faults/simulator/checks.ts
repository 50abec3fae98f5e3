import { setTimeout as wait } from 'node:timers/promises';
import type { Tx } from '../../../src/platform/database/tx';
import { listInvoices } from '../../../src/settlement/invoices/invoices.repository';
import { movementsOf } from '../../../src/settlement/ledger/journal/journal.repository';
import { balancesOf, transactionsOf } from '../../../src/settlement/ledger/ledger';
import { LogLedger } from '../../../src/settlement/ledger/log/log-ledger';
import { listPayouts } from '../../../src/settlement/payouts/payouts.repository';
import { transfersOf } from './money-commands';
import { Differs, type Simulation } from './simulation';
import { takeJob } from './work-queue';

/** Holds everything that the product says against the reference ledger, and what must hold whatever anybody says. */
export async function compare(simulation: Simulation): Promise<void> {
  await balanced(simulation);
  await sameBalances(simulation);
  await sameAsTold(simulation, simulation.happened % simulation.reference.deals.length);
  await sameStatements(simulation);
  await sameInvoices(simulation);
  await samePayouts(simulation);
}

function expectSame(what: string, found: readonly string[], expected: readonly string[]): void {
  const [a, b] = [[...found].sort(), [...expected].sort()];
  if (a.join('\n') === b.join('\n')) return;
  const more = a.filter((one) => !b.includes(one));
  const less = b.filter((one) => !a.includes(one));
  throw new Differs(
    `${what}: there is [${more.join('; ')}], expected [${less.join('; ')}], of ${a.length} and ${b.length}`,
  );
}

async function balanced({ product }: Simulation): Promise<void> {
  const uneven = await product.look<{ currency: string; sum: string }>(
    'SELECT currency, sum(amount_minor)::text AS sum FROM ledger_postings GROUP BY currency HAVING sum(amount_minor) <> 0',
  );
  for (const { currency, sum } of uneven) throw new Differs(`the books sum to ${sum} ${currency}`);
}

async function sameBalances({ product, reference }: Simulation): Promise<void> {
  const rows = await product.look<{ agreement: string; account: string; minor: string }>(
    `SELECT agreement_id AS agreement, account, sum(amount_minor)::text AS minor FROM ledger_postings GROUP BY 1, 2 HAVING sum(amount_minor) <> 0`,
  );
  const places = new Map(product.world.deals.map(({ agreementId }, place) => [agreementId, place]));
  expectSame(
    'balances',
    rows.map(({ agreement, account, minor }) => `deal ${places.get(agreement)} ${account} ${minor}`),
    reference.deals.flatMap(({ place, balances }) =>
      [...balances].filter(([, minor]) => minor !== 0n).map(([account, minor]) => `deal ${place} ${account} ${minor}`),
    ),
  );
}

/** What the product itself says of an agreement's balances, to the label that asks. */
async function sameAsTold(simulation: Simulation, place: number): Promise<void> {
  const { agreementId } = simulation.worldDeal(place);
  const told = await simulation.product.as('label', (tx) => balancesOf(tx, agreementId));
  expectSame(
    `balances of deal ${place} as told`,
    told.filter(({ minor }) => minor !== 0n).map(({ account, minor }) => `${account} ${minor}`),
    [...simulation.reference.deals[place]!.balances]
      .filter(([, minor]) => minor !== 0n)
      .map(([account, minor]) => `${account} ${minor}`),
  );
}

/** The trial balance of all time closes with what the reference ledger has, by either of both days. */
export async function sameTrialBalance(simulation: Simulation): Promise<void> {
  const { reference, product } = simulation;
  const expected = new Map<string, bigint>();
  for (const { facts, balances } of reference.deals) {
    for (const [account, minor] of balances) {
      const key = `${facts.currency} ${account}`;
      expected.set(key, (expected.get(key) ?? 0n) + minor);
    }
  }
  for (const by of ['booked', 'effective'] as const) {
    const period = { agreementId: null, by, from: '2026-04-01', until: '2030-01-01' };
    const rows = await product.as('label', (tx, actor) => movementsOf(tx, { of: actor, ...period }));
    expectSame(
      `trial balance by the day ${by}`,
      rows
        .map(({ currency, account, opening, debit, credit }) => `${currency} ${account} ${opening + debit - credit}`)
        .filter((row) => !row.endsWith(' 0')),
      [...expected].filter(([, minor]) => minor !== 0n).map(([key, minor]) => `${key} ${minor}`),
    );
  }
}

async function sameStatements({ product, reference }: Simulation): Promise<void> {
  const rows = await product.look<{ said: string }>(
    `SELECT concat_ws(' ', s.agreement_id, to_char(s.month, 'YYYY-MM'), royalties_minor, recouped_minor, total_minor, held_minor,
                      coalesce((SELECT sum(amount_minor) FROM statement_lines l WHERE l.agreement_id = s.agreement_id AND l.month = s.month AND l.draft = s.draft), 0)) AS said
       FROM statements s`,
  );
  expectSame(
    'statements',
    rows.map(({ said }) => said),
    reference.deals.flatMap(({ place, statements }) =>
      statements.map(({ month, royalties, recouped, payable, held }) =>
        [product.world.deals[place]!.agreementId, month, royalties, recouped, payable, held, royalties].join(' '),
      ),
    ),
  );
}

async function sameInvoices({ product, reference }: Simulation): Promise<void> {
  const rows = await product.look<{ said: string; number: string; external: string | null }>(
    `SELECT concat_ws(' ', agreement_id, purpose, source, amount_minor, state) AS said, number, external_id AS external FROM invoices`,
  );
  expectSame(
    'invoices',
    rows.map(({ said }) => said),
    reference.invoices.map(({ deal, purpose, source, minor, state }) =>
      [product.world.deals[deal]!.agreementId, purpose, source, minor, state].join(' '),
    ),
  );
  const series = Map.groupBy(
    rows.map(({ number }) => number),
    (number) => number.slice(0, 'INV-2026'.length),
  );
  for (const [year, numbers] of series)
    expectSame(
      'numbers of invoices',
      numbers,
      numbers.map((_, at) => `${year}-${String(at + 1).padStart(6, '0')}`),
    );
}

/** States that a payout may be in where the reference has it in one: what is approved may be on its way, or not known about. */
const states: Readonly<Record<string, readonly string[]>> = { approved: ['approved', 'unknown'] };

async function samePayouts(simulation: Simulation): Promise<void> {
  const rows = await simulation.product.look<{ id: string; state: string; net: string }>(
    'SELECT id, state, net_minor::text AS net FROM payouts',
  );
  const { payouts } = simulation.reference;
  expectSame(
    'payouts',
    rows.map(({ id }) => id),
    payouts.map(({ id }) => id),
  );
  for (const { id, state, net } of rows) {
    const payout = payouts.find((one) => one.id === id)!;
    if (!(states[payout.state] ?? [payout.state]).includes(state))
      throw new Differs(`payout ${id} is ${state}, and should be ${payout.state}`);
    const transfers = transfersOf(simulation, payout);
    const most = ['planned', 'rejected', 'failed'].includes(payout.state) ? 0 : 1;
    if (transfers.length > most || (transfers.length === 0 && ['sent', 'confirmed'].includes(state)))
      throw new Differs(`payout ${id} is ${state}, and the provider has ${transfers.length} transfers of it`);
    if (transfers.some((amount) => String(amount) !== net))
      throw new Differs(`payout ${id} of ${net} was transferred as ${transfers.join()}`);
  }
}

interface Paged {
  readonly what: string;
  readonly all: string;
  readonly page: (tx: Tx, after: readonly string[] | undefined) => Promise<(readonly [key: string, id: string])[]>;
}

const size = 3;

/** A list that ends has everything that was there when it began, once, whatever is added meanwhile. */
export async function readList(simulation: Simulation): Promise<void> {
  const { agreementId } = simulation.pick(simulation.product.world.deals);
  const lists: readonly Paged[] = [
    {
      what: 'invoices',
      all: 'SELECT id FROM invoices',
      page: async (tx, after) =>
        (await listInvoices(tx, size, after)).map(({ issued_at, id }) => [issued_at.toISOString(), id] as const),
    },
    {
      what: 'payouts',
      all: 'SELECT id FROM payouts',
      page: async (tx, after) =>
        (await listPayouts(tx, { waiting: null, limit: size, after })).map(
          ({ planned_at, id }) => [planned_at.toISOString(), id] as const,
        ),
    },
    {
      what: 'transactions',
      all: `SELECT id FROM ledger_transactions WHERE agreement_id = '${agreementId}'`,
      page: async (tx, after) =>
        (await transactionsOf(tx, agreementId, size, after)).map(
          ({ booked_at, id }) => [booked_at.toISOString(), id] as const,
        ),
    },
  ];
  const { what, all, page } = simulation.pick(lists);
  const acknowledged = await simulation.product.look<{ id: string }>(all);
  const listed: string[] = [];
  for (let after: readonly string[] | undefined; ;) {
    const rows = await simulation.product.as('label', (tx) => page(tx, after));
    listed.push(...rows.map(([, id]) => id));
    after = rows.at(-1);
    if (rows.length < size) break;
    if (listed.length === size) await takeJob(simulation);
  }
  if (new Set(listed).size !== listed.length) throw new Differs(`a list of ${what} has something twice`);
  const missing = acknowledged.filter(({ id }) => !listed.includes(id));
  if (missing.length > 0) throw new Differs(`a list of ${what} lacks ${missing.length} of ${acknowledged.length}`);
  simulation.count(`listed ${what}`);
}

/** The log stops at whatever still runs, also in other databases of the server: other tests may be there. */
const logMilliseconds = 20_000;

/** The log has every transaction, once. */
export async function logged({ product }: Simulation): Promise<void> {
  const until = performance.now() + logMilliseconds;
  for (;;) {
    await product.service(LogLedger).execute();
    const [counts] = await product.look<{ posted: string; logged: string; signed: string }>(
      `SELECT (SELECT count(*) FROM ledger_transactions)::text AS posted, (SELECT count(*) FROM ledger_leaves)::text AS logged,
              (SELECT max(size) FROM ledger_checkpoints)::text AS signed`,
    );
    const { posted, logged: leaves, signed } = counts!;
    if (posted === leaves && signed === leaves) return;
    if (performance.now() > until)
      throw new Differs(`${posted} transactions are posted, ${leaves} logged, ${signed} signed for`);
    await wait(50);
  }
}
