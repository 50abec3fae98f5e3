import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Client } from 'pg';
import { CURRENCIES, currencyExponent } from '../../src/kernel';
import { applicationDataSource, Database } from '../../src/platform/database/database';
import { type Books, post, postAll, type Posting } from '../../src/settlement/ledger/ledger';
import * as templates from '../../src/settlement/ledger/templates';
import { type Account, accounts, backFeeDue, type Leg } from '../../src/settlement/ledger/templates';
import { freshDatabase, type FreshDatabase } from '../support/database';

let urls: FreshDatabase;
let database: Database;

beforeAll(async () => {
  urls = await freshDatabase();
  database = new Database(await applicationDataSource(urls.applicationUrl).initialize());
});
afterAll(async () => {
  await database.source.destroy();
  await urls.drop();
});

const newBooks = (): Books => ({ id: randomUUID(), labelId: randomUUID(), platformId: randomUUID(), currency: 'USD' });

const posting = (agreement: Books, legs: readonly Leg[], more: Partial<Posting> = {}): Posting => ({
  agreement,
  kind: 'back-fee-due',
  source: 'back-fee',
  effectiveOn: '2026-01-05',
  at: new Date('2026-01-05T09:00:00Z'),
  legs,
  ...more,
});

const book = (entry: Posting): Promise<boolean> => database.asSystem((tx) => post(tx, entry));

const legsOf = (agreementId: string): Promise<{ account: string; amount_minor: bigint }[]> =>
  database.asSystem((tx) =>
    tx.rows('SELECT account, amount_minor FROM ledger_postings WHERE agreement_id = $1 ORDER BY leg', [agreementId]),
  );

const unbalanced = { constraint: 'ledger_postings_balance' };

describe('the ledger', () => {
  it('takes a balanced transaction with all its legs', async () => {
    const books = newBooks();
    expect(await book(posting(books, backFeeDue(1_000_000n)))).toBe(true);
    expect(await legsOf(books.id)).toEqual([
      { account: 'platform-receivable', amount_minor: 1_000_000n },
      { account: 'label-payable', amount_minor: -1_000_000n },
    ]);
  });

  it('takes several at once, each by itself: what was booked before, comes twice or moves nothing is told', async () => {
    const [books, others] = [newBooks(), newBooks()];
    const legs = backFeeDue(500n);
    await book(posting(books, legs));
    const entries = [posting(books, legs), posting(others, legs), posting(others, legs), posting(newBooks(), [])];
    expect(await database.asSystem((tx) => postAll(tx, entries))).toEqual([false, true, false, false]);
    expect(await legsOf(others.id)).toHaveLength(2);
    expect(await legsOf(books.id)).toHaveLength(2);
  });

  it('refuses a transaction whose debits are not its credits, and nothing of it stays', async () => {
    const books = newBooks();
    const legs: Leg[] = [
      { account: 'cash', minor: 100n },
      { account: 'platform-receivable', minor: -99n },
    ];
    await expect(book(posting(books, legs))).rejects.toMatchObject(unbalanced);
    const transactions = await database.asSystem((tx) =>
      tx.rows('SELECT FROM ledger_transactions WHERE agreement_id = $1', [books.id]),
    );
    expect(transactions).toEqual([]);
  });

  it('refuses a single leg, and a leg of nothing', async () => {
    await expect(book(posting(newBooks(), [{ account: 'cash', minor: 1n }]))).rejects.toMatchObject(unbalanced);
    await expect(book(posting(newBooks(), [{ account: 'cash', minor: 0n }]))).rejects.toMatchObject({ code: '23514' });
  });

  it('refuses amounts that balance only across currencies', async () => {
    const books = newBooks();
    await book(posting(books, backFeeDue(5n)));
    const insert = database.asSystem(async (tx) => {
      const { id } = await tx.one<{ id: string }>(
        `INSERT INTO ledger_transactions (agreement_id, label_id, platform_id, kind, source, effective_on, booked_at)
         VALUES ($1, $2, $3, 'mixed', '1', '2026-01-05', '2026-01-05T09:00Z') RETURNING id`,
        [books.id, books.labelId, books.platformId],
      );
      await tx.run(
        `INSERT INTO ledger_postings (agreement_id, transaction_id, leg, label_id, platform_id, account, amount_minor, currency)
         VALUES ($1, $2, 1, $3, $4, 'cash', 5, 'USD'), ($1, $2, 2, $3, $4, 'cash', -5, 'EUR')`,
        [books.id, id, books.labelId, books.platformId],
      );
    });
    await expect(insert).rejects.toMatchObject({ constraint: 'ledger_postings_one_currency' });
  });

  it('refuses legs that join a transaction later, balanced or not', async () => {
    const books = newBooks();
    await book(posting(books, backFeeDue(5n)));
    const join = (amounts: readonly number[]): Promise<number> =>
      database.asSystem((tx) =>
        tx.run(
          `INSERT INTO ledger_postings (agreement_id, transaction_id, leg, label_id, platform_id, account, amount_minor, currency)
           SELECT agreement_id, id, 10 + number, label_id, platform_id, 'cash', amount, 'USD'
             FROM ledger_transactions, unnest($2::bigint[]) WITH ORDINALITY AS leg(amount, number) WHERE agreement_id = $1`,
          [books.id, amounts],
        ),
      );
    await expect(join([7, -7])).rejects.toMatchObject(unbalanced);
    await expect(join([7])).rejects.toMatchObject(unbalanced);
    expect(await legsOf(books.id)).toHaveLength(2);
  });

  it('books an event once, however often and from however many places it is told', async () => {
    const books = newBooks();
    const answers = await Promise.all(Array.from({ length: 8 }, () => book(posting(books, backFeeDue(5n)))));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await book(posting(books, backFeeDue(99n)))).toBe(false);
    expect(await book(posting(books, backFeeDue(99n), { source: 'another' }))).toBe(true);
    expect(await legsOf(books.id)).toHaveLength(4);
  });

  it('takes exactly what balances and moves each account on its side, whatever is tried', async () => {
    const sides: Partial<Record<Account, bigint>> = { 'platform-receivable': 1n, 'label-payable': -1n };
    const leg = fc.record({
      account: fc.constantFrom<Account>('platform-receivable', 'label-payable', 'cash'),
      minor: fc.constantFrom(-2n, -1n, 1n, 2n),
    });
    // Some that are right among them.
    const right = fc
      .array(fc.constantFrom(1n, 2n), { minLength: 1, maxLength: 2 })
      .map((amounts) => amounts.flatMap(backFeeDue));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.array(leg, { minLength: 1, maxLength: 4 }), right), async (legs) => {
        const taken = await book(posting(newBooks(), legs)).catch(() => false);
        const sided = legs.every(({ account, minor }) => (sides[account] ?? 0n) * minor > 0n);
        expect(taken).toBe(sided && legs.reduce((sum, { minor }) => sum + minor, 0n) === 0n);
      }),
      { numRuns: 80 },
    );
  });
});

describe('the rules of a leg', () => {
  const amounts = {
    recouped: 3n,
    payable: 5n,
    carriedForward: 7n,
    waiting: 11n,
    reserved: 13n,
    gross: 100n,
    commission: 5n,
    added: 5n,
    deducted: 5n,
    tax: 5n,
  };
  const events: Readonly<Record<string, Leg[]>> = {
    'advance-due': templates.advanceDue(5n),
    'advance-paid-elsewhere': templates.advancePaidElsewhere(5n),
    'prepayment-due': templates.prepaymentDue(5n),
    'prepayment-joined': templates.prepaymentJoined(5n),
    'prepayment-lapsed': templates.prepaymentLapsed(5n),
    'guarantee-topped-up': templates.guaranteeToppedUp(5n),
    'back-fee-due': templates.backFeeDue(5n),
    'royalties-earned': templates.royaltiesEarned(amounts),
    'vat-charged': templates.vatCharged(amounts),
    'tax-withheld': templates.taxWithheld(amounts),
    'exchanged-from': templates.exchangedFrom(5n),
    'exchanged-into': templates.exchangedInto(5n),
    'dispute-held': templates.disputeHeld(5n),
    'dispute-released': templates.disputeReleased(5n),
    'receipt-allocated': templates.receiptAllocated(5n),
    'payout-sent': templates.payoutSent(amounts),
    'payable-shared': templates.payableShared([{ payee: 1, minor: 5n }]),
    'payee-payout-sent': templates.payeePayoutSent({ ...amounts, payee: 1 }),
    'payout-confirmed': templates.payoutConfirmed(amounts),
    'payout-reversed': templates.payoutRefused({ ...amounts, payee: null }),
    'payee-payout-reversed': templates.payoutRefused({ ...amounts, payee: 1 }),
    'payout-unconfirmed': templates.payoutUnconfirmed(amounts),
  };
  /** Corrections move these either way. */
  const either: Readonly<Record<string, readonly string[]>> = {
    'royalties-earned': [
      ...['platform-carried-forward', 'label-carried-forward', 'royalties-prepaid', 'unrecouped-advance'],
      ...['platform-waiting', 'label-waiting', 'platform-reserve', 'label-reserve'],
    ],
    'guarantee-topped-up': ['guarantee-shortfall', 'guarantee-top-up'],
    'payable-shared': ['label-payable', 'payee-payable'],
  };

  const sideOf = async (kind: string, account: string): Promise<number | null> =>
    (
      await database.asSystem((tx) =>
        tx.one<{ side: number | null }>('SELECT ledger_side($1, $2) AS side', [kind, account]),
      )
    ).side;

  it('are those of the templates: the same accounts, on the same sides', async () => {
    for (const [kind, legs] of Object.entries(events)) {
      for (const account of accounts) {
        const leg = legs.find((one) => one.account === account);
        const free = either[kind]?.includes(account) === true;
        const side = leg === undefined ? null : free ? 0 : leg.minor > 0n ? 1 : -1;
        expect([kind, account, await sideOf(kind, account)]).toEqual([kind, account, side]);
      }
      expect(await book(posting(newBooks(), legs, { kind }))).toBe(true);
    }
    expect(await sideOf('unheard-of', 'cash')).toBeNull();
  });

  it('refuse every event the other way round, on another account, and any that nobody knows', async () => {
    const refusal = { constraint: 'ledger_postings_side' };
    for (const [kind, legs] of Object.entries(events)) {
      const turned = legs.map(({ minor, ...leg }) => ({ ...leg, minor: -minor }));
      const isSided = legs.some(({ account }) => either[kind]?.includes(account) !== true);
      if (isSided) await expect(book(posting(newBooks(), turned, { kind }))).rejects.toMatchObject(refusal);
      const elsewhere = accounts.find((account) => legs.every((leg) => leg.account !== account))!;
      const moved = legs.with(0, { account: elsewhere, minor: legs[0]!.minor });
      await expect(book(posting(newBooks(), moved, { kind }))).rejects.toMatchObject(refusal);
    }
    await expect(book(posting(newBooks(), backFeeDue(5n), { kind: 'unheard-of' }))).rejects.toMatchObject(refusal);
  });

  it('know the unit of every currency that the kernel knows, and no other', async () => {
    const rows = await database.asSystem((tx) =>
      tx.rows<{ code: string; exponent: number | null }>(
        `SELECT code, ledger_exponent(code) AS exponent
           FROM (SELECT chr(65 + a) || chr(65 + b) || chr(65 + c) AS code
                   FROM generate_series(0, 25) a, generate_series(0, 25) b, generate_series(0, 25) c) codes
          WHERE ledger_exponent(code) IS NOT NULL ORDER BY code COLLATE "C"`,
      ),
    );
    expect(rows).toEqual(CURRENCIES.map((code) => ({ code, exponent: currencyExponent(code) })));
    expect(await book(posting({ ...newBooks(), currency: 'JPY' }, backFeeDue(5n)))).toBe(true);
  });

  it('refuse amounts in another unit, of no currency, or in two currencies at once', async () => {
    const legs = (values: string): Promise<number> =>
      database.asSystem(async (tx) => {
        const books = newBooks();
        const { id } = await tx.one<{ id: string }>(
          `INSERT INTO ledger_transactions (agreement_id, label_id, platform_id, kind, source, effective_on, booked_at)
           VALUES ($1, $2, $3, 'back-fee-due', '1', '2026-01-05', '2026-01-05T09:00Z') RETURNING id`,
          [books.id, books.labelId, books.platformId],
        );
        return tx.run(
          `INSERT INTO ledger_postings (agreement_id, transaction_id, leg, label_id, platform_id, account, amount_minor, currency, exponent)
           SELECT $1, $2, row_number() OVER (), $3, $4, * FROM (VALUES ${values}) AS leg(account, amount, currency, exponent)`,
          [books.id, id, books.labelId, books.platformId],
        );
      });
    const pair = (currency: string, exponent: string): string =>
      `('platform-receivable', 5, '${currency}', ${exponent}), ('label-payable', -5, '${currency}', ${exponent})`;
    expect(await legs(pair('JPY', '0'))).toBe(2);
    for (const [currency, exponent] of [
      ['USD', '3'],
      ['JPY', '2'],
      ['USD', 'NULL::int'],
      ['XAU', '2'],
      ['usd', '2'],
    ] as const)
      await expect(legs(pair(currency, exponent))).rejects.toMatchObject({ constraint: 'ledger_postings_exponent' });
    await expect(legs(`${pair('USD', '2')}, ${pair('EUR', '2')}`)).rejects.toMatchObject({
      constraint: 'ledger_postings_one_currency',
    });
  });
});

describe('a posted fact', () => {
  const attempts = ['ledger_transactions', 'ledger_postings'].flatMap((table) =>
    [`UPDATE ${table} SET label_id = gen_random_uuid()`, `DELETE FROM ${table}`, `TRUNCATE ${table} CASCADE`].map(
      (statement) => ({ statement }),
    ),
  );

  beforeAll(() => book(posting(newBooks(), backFeeDue(5n))));

  async function attempt(url: string, statement: string): Promise<{ code?: string; constraint?: string }> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      // Without it nobody would see a row, and an UPDATE of no rows proves nothing.
      await client.query(`SET accordo.role = 'system'`);
      await client.query(statement);
      return {};
    } catch (error) {
      return error as { code?: string; constraint?: string };
    } finally {
      await client.end();
    }
  }

  it.each(attempts)('the application may not: $statement', async ({ statement }) => {
    expect(await attempt(urls.applicationUrl, statement)).toMatchObject({ code: '42501' });
  });

  it.each(attempts)('not even the owner of the tables may: $statement', async ({ statement }) => {
    expect(await attempt(urls.ownerUrl, statement)).toMatchObject({ constraint: 'append_only' });
  });
});
