import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Client } from 'pg';
import { applicationDataSource, Database } from '../../src/platform/database/database';
import { type Books, post, type Posting } from '../../src/settlement/ledger/ledger';
import { accounts, backFeeDue, type Leg } from '../../src/settlement/ledger/templates';
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
    await expect(insert).rejects.toMatchObject(unbalanced);
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

  it('takes exactly what balances, whatever is tried', async () => {
    const leg = fc.record({ account: fc.constantFrom(...accounts), minor: fc.constantFrom(-3n, -2n, -1n, 1n, 2n, 3n) });
    await fc.assert(
      fc.asyncProperty(fc.array(leg, { minLength: 1, maxLength: 5 }), async (legs) => {
        const taken = await book(posting(newBooks(), legs)).catch(() => false);
        expect(taken).toBe(legs.reduce((sum, { minor }) => sum + minor, 0n) === 0n);
      }),
      { numRuns: 60 },
    );
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
