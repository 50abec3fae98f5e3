import { parse } from 'csv-parse/sync';
import type { ApiClient } from '../../src/sample/api-client';
import { post } from '../../src/settlement/ledger/ledger';
import { accounts, backFeeDue, payoutSent, receiptAllocated, type Leg } from '../../src/settlement/ledger/templates';
import { startTestApp, type TestApp } from '../support/app';
import { type AgreementAnswer, type Market, openMarket, outcome, refused } from '../support/market';

type Row = Readonly<Record<string, string>>;
interface Movement {
  readonly opening: string;
  readonly debit: string;
  readonly credit: string;
  readonly closing: string;
}
interface Balance {
  readonly currency: string;
  readonly accounts: readonly (Movement & { readonly account: string; readonly code: string | null })[];
  readonly sums: Movement;
}

let app: TestApp;
let market: Market;
let [first, second]: AgreementAnswer[] = [];
let label: ApiClient;
let platform: ApiClient;
let stranger: ApiClient;

beforeAll(async () => {
  app = await startTestApp();
  market = await openMarket(app);
  // Both have advance and back fee booked on 5 January.
  [first, second] = [await market.concluded(), await market.concluded()];
  [label, platform] = [market.label.as, market.platform.as];
  stranger = (await app.given.label()).as;
  await booked(first, {
    kind: 'receipt-allocated',
    source: 'r',
    at: '2026-01-31T23:59:59.999Z',
    on: '2026-02-01',
    legs: receiptAllocated(1_000_000n),
  });
  await booked(first, {
    kind: 'payout-sent',
    source: 'p',
    at: '2026-02-01T00:00:00Z',
    on: '2026-01-31',
    legs: payoutSent({ gross: 1_000_000n, commission: 50_000n }),
  });
  await booked(second, {
    kind: 'back-fee-due',
    source: '=HYPERLINK("http://x")',
    at: '2026-02-10T00:00:00Z',
    on: '2026-02-10',
    legs: backFeeDue(7n),
  });
});
afterAll(() => app.close());

interface Event {
  readonly kind: string;
  readonly source: string;
  readonly at: string;
  readonly on: string;
  readonly legs: readonly Leg[];
}
const booked = ({ id }: AgreementAnswer, { kind, source, at, on, legs }: Event): Promise<boolean> =>
  app.parts.database.asSystem((tx) => {
    const { organizationId: labelId } = market.label;
    const agreement = { id, labelId, platformId: market.platform.organizationId, currency: 'USD' };
    return post(tx, { agreement, kind, source, effectiveOn: on, at: new Date(at), legs });
  });

const csv = async (client: ApiClient, query: string): Promise<Row[]> => {
  const { status, text, headers } = await client.request('GET', `/v1/journal?${query}`);
  expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8; header=present']);
  return parse(text, { columns: true });
};
const balance = async (client: ApiClient, query: string): Promise<Balance> => {
  const rows = await client.get<Balance[]>(`/v1/journal/trial-balance?${query}`);
  expect(rows).toHaveLength(1);
  return rows[0]!;
};
const movement = ({ accounts: rows }: Balance, account: string): object | undefined => {
  const found = rows.find((row) => row.account === account);
  return found && [found.opening, found.debit, found.credit, found.closing];
};
const sources = (rows: readonly Row[]): string[] => [...new Set(rows.map(({ source }) => source!))];
const january = 'from=2026-01-01&until=2026-02-01';
const february = 'from=2026-02-01&until=2026-03-01';

describe('the journal', () => {
  it('has a row for each leg of a period, in the order of booking, the same for both parties', async () => {
    const rows = await csv(label, january);
    expect(rows).toEqual(await csv(platform, january));
    // Advance (4 legs) and back fee (2) of both, and the receipt.
    expect(rows).toHaveLength(14);
    expect(rows.map(({ bookedAt }) => bookedAt)).toEqual(rows.map(({ bookedAt }) => bookedAt!).sort());
    expect(rows.at(-2)).toMatchObject({
      bookedAt: '2026-01-31T23:59:59.999Z',
      effectiveOn: '2026-02-01',
      agreementId: first!.id,
      kind: 'receipt-allocated',
      account: 'cash',
      code: '',
      debit: '10000.00',
      credit: '',
      currency: 'USD',
    });
    const cents = (column: string): number => rows.reduce((sum, row) => sum + Number(row[column]!.replace('.', '')), 0);
    expect(cents('debit')).toBe(cents('credit'));
  });

  it('is by the day of booking or by the day that counts, of all agreements or of one', async () => {
    expect(sources(await csv(label, february))).toEqual(['p', `'=HYPERLINK("http://x")`]);
    expect(sources(await csv(label, `${february}&by=effective`))).toEqual(['r', `'=HYPERLINK("http://x")`]);
    expect(sources(await csv(label, `${february}&agreementId=${first!.id}`))).toEqual(['p']);
    expect(await csv(label, 'from=2027-01-01&until=2027-02-01')).toEqual([]);
    expect(await csv(stranger, january)).toEqual([]);
  });

  it('gives everything once, however many batches it takes', async () => {
    for (let number = 0; number < 1_050; number += 1)
      await booked(second!, {
        kind: 'back-fee-due',
        source: `many ${number}`,
        at: '2026-03-05T00:00:00Z',
        on: '2026-03-05',
        legs: backFeeDue(1n),
      });
    const rows = await csv(label, 'from=2026-03-01&until=2026-04-01');
    expect([rows.length, sources(rows).length]).toEqual([2_100, 1_050]);
  }, 60_000);

  it('carries the codes of the organization’s own chart, and no formula', async () => {
    const empty = await label.get<{ accounts: object[]; savedAt: string | null }>('/v1/chart-of-accounts');
    expect(empty).toEqual({ accounts: accounts.map((account) => ({ account, code: null })), savedAt: null });
    const chart = [
      { account: 'cash', code: '1000' },
      { account: 'label-payable', code: '=1+1' },
      { account: 'platform-receivable', code: '1000' },
    ];
    await label.put('/v1/chart-of-accounts', { accounts: [{ account: 'cash', code: 'before' }] });
    await label.put('/v1/chart-of-accounts', { accounts: chart });
    expect(await label.get('/v1/chart-of-accounts')).toEqual({
      accounts: accounts.map((account) => ({
        account,
        code: chart.find((one) => one.account === account)?.code ?? null,
      })),
      savedAt: app.clock.now().toISOString(),
    });
    const codes = new Map((await csv(label, january)).map(({ account, code }) => [account!, code!]));
    expect(Object.fromEntries(codes)).toEqual({
      cash: '1000',
      'platform-receivable': '1000',
      'label-payable': `'=1+1`,
      'unrecouped-advance': '',
      'royalties-prepaid': '',
    });
    // Nobody else's codes change.
    expect((await csv(platform, january)).every(({ code }) => code === '')).toBe(true);
    expect((await balance(label, january)).accounts.map(({ account, code }) => [account, code])).toContainEqual([
      'cash',
      '1000',
    ]);
  });

  it('refuses a chart that says two things, periods that are none, and others’ agreements', async () => {
    const twice = await refused(label, 'PUT', '/v1/chart-of-accounts', {
      accounts: [
        { account: 'cash', code: '1' },
        { account: 'cash', code: '2' },
      ],
    });
    expect(twice).toMatchObject({
      code: 'request-invalid',
      faults: [{ pointer: '/accounts/1/account', code: 'field-array-unique' }],
    });
    for (const body of [
      { accounts: [] },
      { accounts: [{ account: 'till', code: '1' }] },
      { accounts: [{ account: 'cash' }] },
    ])
      expect((await refused(label, 'PUT', '/v1/chart-of-accounts', body)).code).toBe('request-invalid');
    for (const path of ['/v1/journal', '/v1/journal/trial-balance']) {
      const none = await refused(label, 'GET', `${path}?from=2026-02-30&until=2026-13-01`);
      expect(none).toMatchObject({ code: 'request-invalid' });
      for (const query of [
        '',
        'from=2026-02-30&until=2026-02-31',
        'from=2026-02-01&until=2026-02-01',
        'from=2026-01-01&until=2026-02-01&by=due',
      ])
        expect((await refused(label, 'GET', `${path}?${query}`)).code).toBe('request-invalid');
      expect(await outcome(stranger, 'GET', `${path}?${january}&agreementId=${first!.id}`)).toBe('404 not-found');
    }
  });

  it('is saved by several at once, one after the other', async () => {
    const codes = Array.from({ length: 8 }, (_, number) => `at once ${number}`);
    await Promise.all(
      codes.map((code) => platform.put('/v1/chart-of-accounts', { accounts: [{ account: 'cash', code }] })),
    );
    const superuser = await app.superuser();
    const { rows } = await superuser.query<{ number: number }>(
      'SELECT number FROM charts_of_accounts WHERE organization_id = $1 ORDER BY number',
      [market.platform.organizationId],
    );
    await superuser.end();
    expect(rows.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe('a trial balance', () => {
  it('opens with what was before, closes with what is then, and sums to zero', async () => {
    const [before, after] = [await balance(label, january), await balance(label, february)];
    for (const { sums } of [before, after]) {
      expect([sums.opening, sums.closing, sums.debit]).toEqual(['0.00', '0.00', sums.credit]);
    }
    expect(movement(before, 'cash')).toEqual(['0.00', '10000.00', '0.00', '10000.00']);
    expect(movement(before, 'platform-receivable')).toEqual(['0.00', '44000.00', '10000.00', '34000.00']);
    expect(movement(after, 'cash')).toEqual(['10000.00', '0.00', '0.00', '10000.00']);
    expect(movement(after, 'marketplace-commission')).toEqual(['0.00', '0.00', '500.00', '-500.00']);
    // What one period closes with is what the next one opens with.
    for (const { account, closing } of before.accounts)
      expect(after.accounts.find((row) => row.account === account)?.opening).toBe(closing);
    expect(await balance(platform, february)).toMatchObject({ sums: after.sums });
    expect(movement(await balance(label, `${january}&by=effective`), 'cash-in-transit')).toEqual([
      '0.00',
      '0.00',
      '9500.00',
      '-9500.00',
    ]);
    expect(movement(await balance(label, `${february}&agreementId=${second!.id}`), 'cash')).toBeUndefined();
  });

  it('is what the journal adds up to', async () => {
    const rows = await csv(label, january);
    const { accounts: shown } = await balance(label, january);
    for (const { account, debit, credit } of shown) {
      const cents = (column: string): bigint =>
        rows
          .filter((row) => row.account === account)
          .reduce((sum, row) => sum + BigInt(row[column]!.replace('.', '')), 0n);
      expect([account, cents('debit'), cents('credit')]).toEqual([
        account,
        ...[debit, credit].map((text) => BigInt(text.replace('.', ''))),
      ]);
    }
  });
});

describe('balances', () => {
  const balances = async (query: string): Promise<Record<string, string>> => {
    const { rows } = await label.get<{ rows: { account: string; balance: { amount: string } }[] }>(
      `/v1/agreements/${first!.id}/balances${query}`,
    );
    return Object.fromEntries(rows.map(({ account, balance: { amount } }) => [account, amount]));
  };

  it('are told as of a booking, of a day that counts, or of both', async () => {
    expect(await balances('')).toMatchObject({ cash: '10000.00', 'cash-in-transit': '-9500.00' });
    const then = await balances('?bookedAt=2026-01-31T23:59:59.999Z');
    expect([then.cash, then['cash-in-transit']]).toEqual(['10000.00', undefined]);
    const counting = await balances('?effectiveOn=2026-01-31');
    expect([counting.cash, counting['cash-in-transit']]).toEqual([undefined, '-9500.00']);
    const both = await balances('?bookedAt=2026-02-01T02:59:59%2B03:00&effectiveOn=2026-01-31');
    expect(both).toEqual(await balances('?effectiveOn=2026-01-30'));
    expect(await balances('?bookedAt=2026-01-01T00:00:00Z')).toEqual({});
  });

  it('are refused for days and instants that are none', async () => {
    const { faults } = await refused(
      label,
      'GET',
      `/v1/agreements/${first!.id}/balances?bookedAt=2026-02-30T00:00:00Z&effectiveOn=2026-02-30`,
    );
    expect(faults.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/bookedAt', 'field-instant'],
      ['/effectiveOn', 'day-unknown'],
    ]);
    expect(await outcome(label, 'GET', `/v1/agreements/${first!.id}/balances?bookedAt=yesterday`)).toBe(
      '400 request-invalid',
    );
  });
});
