import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { calendarDateOf, monthPeriod, readTerms, type Terms } from '../../src/kernel';
import type { ApiClient } from '../../src/sample/api-client';
import { WatchRates } from '../../src/settlement';
import { FetchRates } from '../../src/settlement/rates/fetch-rates';
import { recordUse, type UsableRate } from '../../src/settlement/rates/rate-uses.repository';
import { ratesForClose } from '../../src/settlement/rates/rates-for-close';
import { ratesBytesMax } from '../../src/settlement/rates/readers/rates-file';
import { startTestApp, type TestApp } from '../support/app';
import { eventsWhere } from '../support/events';
import { type AgreementAnswer, type Market, openMarket, outcome, refused } from '../support/market';
import { read, root } from '../support/repository';

interface Import {
  readonly id: string;
  readonly source: string;
  readonly address: string | null;
  readonly fileSha256: string | null;
  readonly ratesRead: number;
  readonly ratesAdded: number;
  readonly ratesCorrected: number;
  readonly problem: { readonly code: string; readonly faults: readonly object[] } | null;
  readonly importedBy: string;
}
interface Rate {
  readonly id: string;
  readonly day: string;
  readonly base: string;
  readonly quote: string;
  readonly rate: string;
  readonly number: number;
  readonly holds: boolean;
}
interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

let app: TestApp;
let market: Market;
let agreement: AgreementAnswer;
let operator: ApiClient;
let label: ApiClient;
let platform: ApiClient;
let bank: Server;
let answer: RequestListener;
let asked = 0;

const example = (name: string): Buffer => readFileSync(`${root}/examples/rates/${name}`);

beforeAll(async () => {
  bank = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => bank.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(bank.address() as AddressInfo).port}`;
  const addresses = { ecb: `${origin}/eurofxref.csv`, cbr: `${origin}/XML_daily.asp` };
  app = await startTestApp({ at: '2026-02-03T15:30:00Z', worker: true, rateFeeds: { addresses, hours: 6 } });
  operator = await app.given.operator();
  market = await openMarket(app);
  agreement = await market.concluded();
  [label, platform] = [market.label.as, market.platform.as];
});
afterAll(async () => {
  await app?.close();
  bank?.closeAllConnections();
  bank?.close();
});

/** Lists are in the order of time. */
const tick = (): void => app.clock.moveTo(new Date(app.clock.now().getTime() + 1));
const imports = (client: ApiClient, query: string, type: string, content: Buffer | string): Promise<Import> => {
  tick();
  return client.upload<Import>(`/v1/exchange-rates/imports?${query}`, type, content);
};
const counts = ({ ratesRead, ratesAdded, ratesCorrected }: Import): number[] => [ratesRead, ratesAdded, ratesCorrected];
const rates = async (client: ApiClient, query: string): Promise<string[]> =>
  (await client.get<Page<Rate>>(`/v1/exchange-rates?${query}`)).rows.map(
    ({ day, base, quote, rate, number, holds }) => `${day} ${base} ${quote} ${rate} ${number} ${holds}`,
  );
const used = (client: ApiClient, query: string): Promise<UsableRate & { rateIds: string[]; agreedNumber: number }> =>
  client.get(`/v1/exchange-rates/rate?${query}`);

describe('what the operator brings in', () => {
  it('is kept once, and what is said otherwise stands beside it', async () => {
    const history = example('eurofxref-hist.csv');
    const first = await imports(operator, 'source=ecb', 'text/csv', history);
    expect(first).toMatchObject({
      source: 'ecb',
      address: null,
      problem: null,
      importedBy: expect.stringMatching(/^member:/) as string,
    });
    expect(counts(first)).toEqual([21, 21, 0]);
    expect(counts(await imports(operator, 'source=ecb', 'application/octet-stream', history))).toEqual([21, 0, 0]);

    const corrected = history.toString().replace('2026-01-30,1.1025', '2026-01-30,1.1');
    expect(counts(await imports(operator, 'source=ecb', 'text/csv', corrected))).toEqual([21, 0, 1]);
    expect(await rates(label, 'source=ecb&quote=USD&from=2026-01-01')).toEqual([
      '2026-01-29 EUR USD 1.12 1 true',
      '2026-01-30 EUR USD 1.1025 1 false',
      '2026-01-30 EUR USD 1.1 2 true',
      '2026-02-02 EUR USD 1.11 1 true',
      '2026-02-03 EUR USD 1.1 1 true',
    ]);
    const listed = await operator.get<Page<Import>>('/v1/exchange-rates/imports');
    expect(listed.rows.map(counts)).toEqual([
      [21, 0, 1],
      [21, 0, 0],
      [21, 21, 0],
    ]);
  });

  it('is the Bank of Russia’s as well, of a day or of a currency', async () => {
    expect(counts(await imports(operator, 'source=cbr', 'application/xml', example('XML_daily.xml')))).toEqual([
      4, 4, 0,
    ]);
    const dynamic = example('XML_dynamic.xml');
    expect(counts(await imports(operator, 'source=cbr&currency=USD', 'text/xml', dynamic))).toEqual([3, 2, 0]);
    expect(await rates(platform, 'source=cbr&base=BYN')).toEqual(['2026-01-31 BYN RUB 77/3 1 true']);
  });

  it('is refused whole where anything is wrong with it', async () => {
    const before = await rates(label, 'source=cbr');
    const refusal = async (query: string, file: Buffer | string, type = 'text/csv') => {
      const path = `/v1/exchange-rates/imports?${query}`;
      const { status, body } = await operator.request<{ code: string; faults: { pointer: string; code: string }[] }>(
        'POST',
        path,
        {
          file: { type, content: file },
        },
      );
      return [`${status} ${body.code}`, ...(body.faults ?? []).map(({ pointer, code }) => `${pointer} ${code}`)];
    };
    expect(await refusal('source=cbr', example('XML_dynamic.xml'))).toEqual([
      '422 exchange-rates-unreadable',
      '/lines/1/ID currency-missing',
    ]);
    expect(await refusal('source=ecb', 'Date,USD,JPY,\n2026-02-03,1.1,-1,\n2027-01-01,0,1,')).toEqual([
      '422 exchange-rates-unreadable',
      '/lines/2/JPY rate-malformed',
      '/lines/3/Date day-to-come',
      '/lines/3/USD rate-malformed',
    ]);
    expect(await refusal('source=ecb', 'PK\u0003\u0004 and no more')).toEqual([
      '422 exchange-rates-unreadable',
      ' zip-malformed',
    ]);
    expect(await refusal('source=ecb', Buffer.alloc(ratesBytesMax + 1, 'x'))).toEqual(['413 body-too-large']);
    expect(await refusal('source=ecb', 'x', 'application/pdf')).toEqual(['415 content-type-unsupported']);
    expect(await refusal('source=fed', 'x')).toEqual(['400 request-invalid', expect.stringMatching(/^\/source /)]);
    expect(await rates(label, 'source=cbr')).toEqual(before);
    expect(await outcome(label, 'POST', '/v1/exchange-rates/imports?source=ecb')).toBe('403 forbidden');
  });

  it('is read one file of a source at a time, and what corrects nothing is refused by the database too', async () => {
    const client = await app.superuser();
    const lock = `hashtextextended('exchange-rates ecb', 0)`;
    await client.query(`SELECT pg_advisory_lock(${lock})`);
    const file = { type: 'text/csv', content: 'Date,USD,\n2026-02-03,1.1,' };
    const path = '/v1/exchange-rates/imports?source=ecb';
    const meanwhile = await operator.request<{ code: string }>('POST', path, { file });
    await client.query(`SELECT pg_advisory_unlock(${lock})`);
    expect([meanwhile.status, meanwhile.body.code]).toEqual([409, 'idempotency-key-in-use']);
    const again = (more: string, rate: string): Promise<object> =>
      client.query(
        `INSERT INTO exchange_rates (source, base, quote, day, number, rate, import_id, imported_at)
         SELECT source, base, quote, day, number + ${more}, ${rate}, import_id, now() FROM exchange_rates WHERE day = '2026-02-03' AND quote = 'USD'`,
      );
    await expect(again('1', 'rate')).rejects.toMatchObject({ constraint: 'exchange_rates_corrected' });
    await expect(again('2', `'1.2'`)).rejects.toMatchObject({ constraint: 'exchange_rates_corrected' });
    await expect(again('1', `'0.00'`)).rejects.toMatchObject({ code: '23514' });
    await expect(client.query(`UPDATE exchange_rates SET rate = '2'`)).rejects.toThrow();
    await client.end();
  });

  it('is listed by pages, and as CSV', async () => {
    const pages: Rate[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Page<Rate> = await label.get(`/v1/exchange-rates?source=ecb&limit=7${cursor && `&cursor=${cursor}`}`);
      pages.push(...page.rows);
      cursor = page.next;
    }
    const { text, headers } = await label.request('GET', '/v1/exchange-rates?source=ecb&format=csv');
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    const rows = parse(text, { columns: true }) as Record<string, string>[];
    expect(pages).toHaveLength(22);
    expect(rows.map(({ id }) => id)).toEqual(pages.map(({ id }) => id));
    expect(rows[0]).toMatchObject({
      source: 'ecb',
      day: '2007-12-28',
      base: 'EUR',
      quote: 'CYP',
      rate: '0.5851',
      number: '1',
      holds: 'true',
    });
    expect(await outcome(label, 'GET', '/v1/exchange-rates?source=ecb&from=2026-02-30')).toBe('400 request-invalid');
  });
});

describe('the rate that would be used', () => {
  it('says which rows make it, and by which formula', async () => {
    expect(await used(label, 'source=ecb&from=USD&to=KZT&day=2026-02-01')).toMatchObject({
      rate: '5571/11',
      source: 'ecb',
      on: '2026-01-30',
      asked: '2026-02-01',
      formula: 'USD 1 = KZT 1 / 1.1 [EUR 1 = USD 1.1] × 557.1 [EUR 1 = KZT 557.1]',
      rateIds: [expect.any(String), expect.any(String)],
    });
    expect(await used(platform, 'source=cbr&from=RUB&to=USD&day=2026-02-02')).toMatchObject({
      rate: '2/161',
      on: '2026-01-31',
      rateIds: [expect.any(String)],
    });
  });

  it('is refused where the source published none near enough, and where nothing is asked', async () => {
    const at = (query: string) => refused(label, 'GET', `/v1/exchange-rates/rate?${query}`);
    expect(await at('source=ecb&from=EUR&to=USD&day=2026-02-11')).toMatchObject({
      code: 'rates-missing',
      status: 409,
      faults: [
        {
          pointer: '/exchange',
          code: 'exchange-rate-missing',
          message: 'ecb has published no rate from EUR into USD for 2026-02-11 or the 7 days before',
        },
      ],
    });
    const { code, faults } = await at('source=manual&from=USD&to=USD&day=2026-02-30');
    expect([code, ...faults.map(({ pointer }) => pointer)]).toEqual(['request-invalid', '/day', '/to', '/agreementId']);
    expect((await at('source=ecb&from=USD&to=XXX&day=2026-02-03')).faults.map(({ pointer }) => pointer)).toEqual([
      '/to',
    ]);
  });
});

describe('rates of tax', () => {
  const path = (): string => `/v1/agreements/${agreement.id}/tax-rates`;
  const tax = (kind: string, rate: string, from: string): object => ({
    tax: kind,
    rate,
    from,
    source: `Treaty, art. ${rate}`,
  });
  const inForce = (day: string) => label.get<object>(`${path()}/in-force?day=${day}`);

  it('are in force once the other party has confirmed them, until a later one', async () => {
    const stated = await label.post<{ number: number; state: string }>(
      path(),
      tax('withholding', '0.150', '2026-01-01'),
    );
    expect(stated).toMatchObject({ number: 1, state: 'stated', rate: '0.15', decidedBy: null });
    expect((await refused(label, 'GET', `${path()}/in-force?day=2026-01-31`)).faults).toMatchObject([
      { pointer: '/taxes/withholding', code: 'tax-rate-missing' },
      { pointer: '/taxes/vat', code: 'tax-rate-missing' },
    ]);
    expect(await outcome(label, 'POST', `${path()}/1/confirmation`, {})).toBe('409 agreed-rate-state');
    expect(await outcome(platform, 'POST', `${path()}/1/withdrawal`, {})).toBe('409 agreed-rate-state');
    const { key } = await market.platform.as.post<{ key: string }>('/v1/api-keys', { name: 'M', roles: ['finance'] });
    expect(await outcome(app.given.client(key), 'POST', `${path()}/1/confirmation`, {})).toBe('403 forbidden');
    const confirmed = await platform.post(`${path()}/1/confirmation`, {});
    expect(confirmed).toMatchObject({ state: 'confirmed', decidedBy: `member:${market.platform.memberId}` });
    expect(await outcome(platform, 'POST', `${path()}/1/confirmation`, {})).toBe('409 agreed-rate-state');

    await platform.post(path(), tax('vat', '0', '2026-01-01'));
    await platform.post(path(), tax('withholding', '0.1', '2026-03-01'));
    await platform.post(path(), tax('withholding', '0.5', '2026-01-01'));
    expect(await outcome(label, 'POST', `${path()}/4/withdrawal`, {})).toBe('409 agreed-rate-state');
    expect(await platform.post(`${path()}/4/withdrawal`, {})).toMatchObject({ state: 'withdrawn' });
    for (const number of [2, 3]) await label.post(`${path()}/${number}/confirmation`, {});
    const said = { by: 'parties', table: null };
    const vat = { rate: '0', source: 'Treaty, art. 0', ...said };
    const withheld = (rate: string, article: string) => ({ rate, source: `Treaty, art. ${article}`, ...said });
    expect(await inForce('2026-02-28')).toEqual({ withholding: withheld('0.15', '0.150'), vat });
    expect(await inForce('2026-03-01')).toEqual({ withholding: withheld('0.1', '0.1'), vat });
    expect((await refused(label, 'GET', `${path()}/in-force?day=2025-12-31`)).faults).toHaveLength(2);
    const listed = await platform.get<Page<{ number: number; tax: string; state: string }>>(`${path()}?limit=3`);
    expect(listed.rows.map(({ number, tax: kind, state }) => `${number} ${kind} ${state}`)).toEqual([
      '1 withholding confirmed',
      '2 vat confirmed',
      '3 withholding confirmed',
    ]);
    expect((await platform.get<Page<object>>(`${path()}?cursor=${listed.next!}`)).rows).toHaveLength(1);
  });

  it('are shares of one, of days that there are, and told to both parties', async () => {
    const wrong = async (body: object) =>
      (await refused(label, 'POST', path(), body)).faults.map(({ pointer, code }) => `${pointer} ${code}`);
    expect(await wrong(tax('withholding', '1', '2026-02-30'))).toEqual(['/rate rate-too-high', '/from day-unknown']);
    expect(await wrong(tax('vat', '1.1', '2026-01-01'))).toEqual(['/rate rate-too-high']);
    expect(await outcome(label, 'GET', `${path()}/in-force?day=2026-02-30`)).toBe('400 request-invalid');
    for (const { as } of [market.label, market.platform]) {
      const isConfirmed = ({ topic, subjectId }: { topic: string; subjectId: string }): boolean =>
        topic === 'agreed-rate.confirmed' && subjectId === agreement.id;
      expect(await eventsWhere(as, isConfirmed, 3)).toHaveLength(3);
    }
  });

  it('are confirmed once, whoever asks at the same time, and by no hand of the database’s own', async () => {
    const { number } = await label.post<{ number: number }>(path(), tax('vat', '0.2', '2030-01-01'));
    const both = await Promise.all(
      [1, 2, 3].map(() => outcome(platform, 'POST', `${path()}/${number}/confirmation`, {})),
    );
    expect(both.sort()).toEqual(['200', '409 agreed-rate-state', '409 agreed-rate-state']);
    const client = await app.superuser();
    const insert = `INSERT INTO agreed_rate_facts SELECT agreement_id, number, label_id, platform_id, stated_by, 'confirmed', stated_by, 'x', now() FROM agreed_rates WHERE number = 4`;
    await expect(client.query(insert)).rejects.toMatchObject({ constraint: 'agreed_rate_facts_two_parties' });
    // Nobody has answered it in time: what both have confirmed stands all the same.
    const silent = await label.post<{ number: number }>(path(), tax('vat', '0.9', '2026-02-01'));
    await client.query(
      `INSERT INTO agreed_rate_facts SELECT agreement_id, number, label_id, platform_id, stated_by, 'unanswered', platform_id, 'x', now() FROM agreed_rates WHERE agreement_id = $1 AND number = $2`,
      [agreement.id, silent.number],
    );
    await client.end();
    expect(await inForce('2026-02-28')).toMatchObject({ vat: { rate: '0' } });
  });

  it('wait for an agreement that both have signed', async () => {
    const open = await market.accepted();
    expect(await outcome(label, 'POST', `/v1/agreements/${open.id}/tax-rates`, tax('vat', '0', '2026-01-01'))).toBe(
      '409 agreement-not-concluded',
    );
  });
});

describe('exchange rates that the parties record', () => {
  const path = (): string => `/v1/agreements/${agreement.id}/exchange-rates`;
  const manual = (day: string): string => `source=manual&from=KZT&to=USD&day=${day}&agreementId=${agreement.id}`;

  it('are in force for their day once the other party has confirmed them', async () => {
    const { rows } = await label.upload<{ rows: { number: number }[] }>(
      `${path()}/imports`,
      'text/csv',
      read('examples/rates/agreed.csv'),
    );
    const numbers = rows.map(({ number }) => number);
    expect(numbers).toHaveLength(2);
    expect(await outcome(platform, 'GET', `/v1/exchange-rates/rate?${manual('2026-01-31')}`)).toBe('409 rates-missing');
    expect(await outcome(label, 'POST', `${path()}/confirmations`, { numbers })).toBe('409 agreed-rate-state');
    const stated = { base: 'KZT', quote: 'USD', day: '2026-01-31', rate: '0.002', note: 'Another bank' };
    const other = await platform.post<{ number: number }>(path(), stated);
    // All or none.
    const mixed = { numbers: [...numbers, other.number] };
    expect(await outcome(platform, 'POST', `${path()}/confirmations`, mixed)).toBe('409 agreed-rate-state');
    expect(await outcome(platform, 'GET', `/v1/exchange-rates/rate?${manual('2026-01-31')}`)).toBe('409 rates-missing');
    await platform.post(`${path()}/confirmations`, { numbers });
    expect(await used(platform, manual('2026-01-31'))).toMatchObject({
      rate: '5/2607',
      source: 'manual',
      on: '2026-01-31',
      formula: 'KZT 1 = USD 1 / 521.4 [USD 1 = KZT 521.4] (The bank of both parties, closing rate)',
      rateIds: [],
      agreedNumber: numbers[0],
    });
    expect(await outcome(platform, 'GET', `/v1/exchange-rates/rate?${manual('2026-02-01')}`)).toBe('409 rates-missing');
    expect(await platform.post(`${path()}/${other.number}/withdrawal`, {})).toMatchObject({ state: 'withdrawn' });
    const listed = await label.get<Page<{ number: number; state: string }>>(path());
    expect(listed.rows.map(({ state }) => state)).toEqual(['confirmed', 'confirmed', 'withdrawn']);
    // A tax rate is none of these, by its number either.
    expect(await outcome(platform, 'POST', `${path()}/confirmations`, { numbers: [1] })).toBe('404 not-found');
  });

  it('are refused with every fault, and when too many wait', async () => {
    const wrong = { base: 'USD', quote: 'USD', day: '2026-02-30', rate: '0', note: 'x' };
    expect((await refused(label, 'POST', path(), wrong)).faults.map(({ pointer }) => pointer)).toEqual([
      '/quote',
      '/day',
      '/rate',
    ]);
    const bad = await label.request<{ code: string; faults: { pointer: string }[] }>('POST', `${path()}/imports`, {
      file: { type: 'text/csv', content: 'day,base,quote,rate,note\n2026-01-01,USD,KZT,x,y\n' },
    });
    expect([bad.body.code, bad.body.faults.map(({ pointer }) => pointer)]).toEqual([
      'exchange-rates-unreadable',
      ['/lines/2/rate'],
    ]);
    const many = Array.from(
      { length: 400 },
      (_, at) =>
        `${calendarDateOf('2026-05-01').slice(0, 8)}${String((at % 28) + 1).padStart(2, '0')},USD,${currencyOf(at)},1,x`,
    );
    const file = ['day,base,quote,rate,note', ...many].join('\n');
    await label.upload(`${path()}/imports`, 'text/csv', file);
    const one = { ...wrong, quote: 'KZT', day: '2026-01-01', rate: '1' };
    expect(await outcome(label, 'POST', path(), one)).toBe('409 limit-reached');
    expect(await outcome(platform, 'POST', path(), one)).toBe('201');
  });

  const currencyOf = (at: number): string =>
    ['EUR', 'GBP', 'JPY', 'KZT', 'RUB', 'CHF', 'CNY', 'SEK', 'NOK', 'DKK', 'PLN', 'CZK', 'HUF', 'TRY', 'AUD'][
      Math.floor(at / 28)
    ]!;
});

describe('a close', () => {
  const period = monthPeriod('2026-01');
  const issuedOn = calendarDateOf('2026-02-02');
  const termsWith = (more: object): Terms => {
    const reading = readTerms({ ...market.terms(), ...more });
    if ('faults' in reading) throw new Error(JSON.stringify(reading.faults));
    return reading.terms;
  };
  const taxes = { withholding: 'deducted', vat: 'reverse-charge' };
  const ratesOf = (more: object, id = agreement.id) =>
    app.parts.database.asSystem((tx) => ratesForClose(tx, { id, terms: termsWith(more) }, { period, issuedOn }));

  it('is given what the terms ask for, of the contract’s day', async () => {
    expect(await ratesOf({})).toEqual({ facts: {}, rates: [] });
    const exchange = (source: string, rateOf: string) => ({ exchange: { payIn: 'KZT', source, rateOf } });
    const { facts, rates: found } = await ratesOf({ taxes, ...exchange('ecb', 'period-end') });
    expect(facts).toEqual({
      taxes: {
        withholding: { rate: '0.15', source: 'Treaty, art. 0.150' },
        vat: { rate: '0', source: 'Treaty, art. 0' },
      },
      exchange: { rate: '5571/11', source: 'ecb', on: '2026-01-30' },
    });
    expect(found.map(({ kind }) => kind).sort()).toEqual(['exchange', 'vat', 'withholding']);
    expect((await ratesOf(exchange('ecb', 'statement'))).facts.exchange).toMatchObject({ on: '2026-02-02' });
    expect((await ratesOf(exchange('manual', 'period-end'))).facts.exchange).toMatchObject({
      rate: '521.4',
      source: 'manual',
    });
    const foreign = '00000000-0000-4000-8000-000000000000';
    await expect(ratesOf({ taxes, ...exchange('manual', 'period-end') }, foreign)).rejects.toMatchObject({
      code: 'rates-missing',
      faults: [{ pointer: '/taxes/withholding' }, { pointer: '/taxes/vat' }, { pointer: '/exchange' }],
    });
    expect((await ratesOf(exchange('ecb', 'payment'))).rates).toEqual([]);
  });

  it('leaves each use behind, which says when the source has corrected it since', async () => {
    const parties = {
      id: agreement.id,
      labelId: market.label.organizationId,
      platformId: market.platform.organizationId,
    };
    const { rates: found } = await ratesOf({ taxes, exchange: { payIn: 'KZT', source: 'ecb', rateOf: 'period-end' } });
    const record = (rate: UsableRate): Promise<void> =>
      app.parts.database.asSystem((tx) =>
        recordUse(tx, parties, {
          ...{ month: '2026-01', occasion: 'close', rate, at: app.clock.now() },
          ...{ amountFrom: { amount: '100.00', currency: 'USD' }, amountTo: { amount: '50645.45', currency: 'KZT' } },
        }),
      );
    for (const rate of found) await record(rate);
    await expect(record(found[0]!)).rejects.toMatchObject({ constraint: 'rate_uses_pkey' });
    const path = `/v1/agreements/${agreement.id}/rate-uses`;
    const first = await label.get<Page<object>>(`${path}?limit=1`);
    expect(first.rows[0]).toMatchObject({
      ...{
        month: '2026-01',
        occasion: 'close',
        kind: 'exchange',
        rate: '5571/11',
        source: 'ecb',
        on: '2026-01-30',
        asked: '2026-01-31',
      },
      ...{
        from: { amount: '100.00', currency: 'USD' },
        to: { amount: '50645.45', currency: 'KZT' },
        correctedSince: false,
      },
    });
    const rest = await platform.get<Page<{ kind: string; agreedNumber: number }>>(`${path}?cursor=${first.next!}`);
    expect(rest.rows.map(({ kind, agreedNumber }) => `${kind} ${agreedNumber}`)).toEqual(['vat 2', 'withholding 1']);
    await imports(operator, 'source=ecb', 'text/csv', 'Date,KZT,\n2026-01-30,557.2,');
    const [again] = (await label.get<Page<{ correctedSince: boolean; rate: string }>>(path)).rows;
    expect(again).toMatchObject({ correctedSince: true, rate: '5571/11' });
    for (const { as } of [market.label, market.platform]) {
      expect(await eventsWhere(as, ({ topic }) => topic === 'rate-use.corrected', 1)).toMatchObject([
        { subjectId: agreement.id, payload: { source: 'ecb', uses: ['2026-01 close'] } },
      ]);
    }
  });
});

describe('rates that are fetched', () => {
  const latest = async (): Promise<Import> => (await operator.get<Page<Import>>('/v1/exchange-rates/imports')).rows[0]!;
  const gives = (type: string, body: Buffer | string, headers: Record<string, string> = {}, status = 200): void => {
    answer = (_request, response) => void response.writeHead(status, { 'content-type': type, ...headers }).end(body);
  };
  const fetched = async (source: string): Promise<Import> => {
    tick();
    await app.app.get(FetchRates).execute({ source });
    return latest();
  };

  it('are fetched by a job when they are due, and not again before', async () => {
    answer = ({ url }, response) => {
      const [type, name] =
        url === '/eurofxref.csv'
          ? ['text/csv', 'eurofxref.csv']
          : ['application/xml; charset=windows-1251', 'XML_daily.xml'];
      response.writeHead(200, { 'content-type': type }).end(example(name!));
    };
    const watch = app.app.get(WatchRates);
    const before = (await operator.all<Import>('/v1/exchange-rates/imports')).length;
    tick();
    await watch.look();
    for (
      let attempt = 0;
      attempt < 200 && (await operator.all('/v1/exchange-rates/imports')).length < before + 2;
      attempt += 1
    )
      await sleep(50);
    const rows = (await operator.all<Import>('/v1/exchange-rates/imports')).slice(0, 2);
    expect(rows.map(({ source, importedBy, problem }) => [source, importedBy, problem]).sort()).toEqual([
      ['cbr', 'system:fetch-exchange-rates', null],
      ['ecb', 'system:fetch-exchange-rates', null],
    ]);
    expect(rows.every(({ address }) => address?.startsWith('http://127.0.0.1:'))).toBe(true);
    const waiting = async (): Promise<number> => {
      const client = await app.superuser();
      const { rows: jobs } = await client.query(
        `SELECT FROM graphile_worker.jobs WHERE task_identifier = 'fetch-exchange-rates'`,
      );
      await client.end();
      return jobs.length;
    };
    for (let attempt = 0; attempt < 100 && (await waiting()) > 0; attempt += 1) await sleep(20);
    const calls = asked;
    await watch.look();
    expect([await waiting(), asked]).toEqual([0, calls]);
  });

  it('say why nothing was taken, and leave what was there', async () => {
    const before = await rates(label, 'source=ecb');
    const codes: Record<string, string | undefined> = {};
    const note = async (what: string): Promise<void> => void (codes[what] = (await fetched('ecb')).problem?.code);
    gives('text/csv', '', { location: 'http://169.254.169.254/' }, 302);
    await note('redirect');
    gives('text/html', '<p>Closed for maintenance</p>');
    await note('type');
    gives('text/csv', example('eurofxref.csv'), { 'content-encoding': 'br' });
    await note('encoded');
    gives('text/csv', Buffer.alloc(ratesBytesMax + 1, ' '));
    await note('large');
    gives('text/csv', 'Date,USD,\n2026-02-03,much,');
    await note('faulty');
    expect(codes).toEqual({
      redirect: 'answer-redirects',
      type: 'answer-type',
      encoded: 'answer-encoded',
      large: 'answer-too-large',
      faulty: 'exchange-rates-unreadable',
    });
    expect((await latest()).problem?.faults).toMatchObject([{ pointer: '/lines/2/USD', code: 'rate-malformed' }]);
    expect(await rates(label, 'source=ecb')).toEqual(before);
    const failures = await eventsWhere(operator, ({ topic }) => topic === 'exchange-rates.not-imported', 5);
    expect(failures).toHaveLength(5);
  });

  it('are asked for again a quarter of an hour after an attempt in vain, and no sooner', async () => {
    const watch = app.app.get(WatchRates);
    const waiting = (): Promise<{ source: string }[]> =>
      app.parts.database.asSystem((tx) =>
        tx.rows(
          `SELECT payload ->> 'source' AS source FROM graphile_worker._private_jobs JOIN graphile_worker._private_tasks t ON t.id = task_id
            WHERE t.identifier = 'fetch-exchange-rates'`,
        ),
      );
    const tried = app.clock.now().getTime();
    const callsAfter = async (minutes: number): Promise<number> => {
      const before = asked;
      app.clock.moveTo(new Date(tried + minutes * 60_000));
      await watch.look();
      for (let attempt = 0; attempt < 200 && (await waiting()).length > 0; attempt += 1) await sleep(20);
      return asked - before;
    };
    gives('text/html', '<p>Closed for maintenance</p>');
    // What came before is good for six hours, whatever was tried since.
    expect(await callsAfter(300)).toBe(0);
    expect(await callsAfter(360)).toBe(2);
    expect(await callsAfter(374)).toBe(0);
    expect(await callsAfter(376)).toBe(2);
  });
});
