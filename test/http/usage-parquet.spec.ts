import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { ApiRefusal } from '../../src/sample/api-client';
import { ReadReport } from '../../src/usage/read-report';
import { startTestApp, type TestApp } from '../support/app';
import { type AgreementAnswer, type Market, openMarket, outcome } from '../support/market';
import { page, plainTexts, rawFile } from '../support/raw-parquet';

interface Report {
  readonly id: string;
  readonly state: string;
  readonly linesAccepted: string;
  readonly rejectedByCode: Record<string, number>;
  readonly refusal: { readonly code: string; readonly faults: readonly { readonly code: string }[] } | null;
}
interface Acknowledgement {
  readonly acknowledgement: { readonly sumsSha256: string; readonly linesAccepted: string; readonly linesHeld: string };
}

const parquetType = 'application/vnd.apache.parquet';
const columns = { isrc: '/track/isrc', quantity: 'plays', returns: 'returned', day: 'day', territory: 'country' };
const shared = { constants: { use: 'OnDemandStream', model: 'AdvertisementSupportedModel' }, dates: 'DD.MM.YYYY' };

let app: TestApp;
let market: Market;
let agreement: AgreementAnswer;
let ofParquet = '';
let ofCsv = '';
let number = 0;

beforeAll(async () => {
  app = await startTestApp({ at: '2026-01-05T09:00:00Z' });
  market = await openMarket(app, 4);
  agreement = await market.concluded({ isrcs: market.isrcs.slice(0, 3) });
  const made = (mapping: object): Promise<{ id: string }> =>
    market.platform.as.post('/v1/usage-mappings', { name: 'Monthly', mapping });
  ({ id: ofParquet } = await made({ ...shared, delimiter: 'parquet', columns }));
  const flat = { isrc: 'isrc', quantity: 'plays', returns: 'returned', day: 'day', territory: 'country' };
  ({ id: ofCsv } = await made({ ...shared, delimiter: ';', columns: flat }));
});
afterAll(() => app.close());

interface Sent {
  readonly month: string;
  readonly mapping?: string;
  readonly type?: string;
  readonly replaces?: string;
}

const upload = (content: string | Uint8Array, sent: Sent): Promise<{ id: string }> => {
  const { month, mapping = ofParquet, type = parquetType, replaces } = sent;
  const query = new URLSearchParams({
    mappingId: mapping,
    labelId: market.label.organizationId,
    serviceId: market.serviceIds[0]!,
    month,
    messageId: `P${(number += 1)}`,
    ...(replaces !== undefined && { replaces }),
  });
  return market.platform.as.upload(`/v1/usage-reports?${query.toString()}`, type, content);
};

async function read(content: string | Uint8Array, sent: Sent): Promise<Report> {
  const { id } = await upload(content, sent);
  await app.app.get(ReadReport).execute({ reportId: id });
  return market.label.as.get(`/v1/usage-reports/${id}`);
}

const refusal = (content: string | Uint8Array, sent: Sent): Promise<string> =>
  upload(content, sent).then(
    () => 'accepted',
    ({ status, code, body }: ApiRefusal) =>
      [status, code, ...((body as { faults?: { code: string }[] }).faults ?? []).map((fault) => fault.code)].join(' '),
  );

interface Row {
  readonly isrc: string | null;
  readonly plays: bigint;
  readonly returned: bigint;
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly country: string;
}

/** Counts as INT64, returns as a decimal of three places, days as DATE, ISRCs within a group. */
function parquetOf(rows: readonly Row[], options: object = {}): Uint8Array {
  const element = (name: string, more: object): object => ({ name, repetition_type: 'REQUIRED', ...more });
  const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' };
  const schema = [
    { name: 'root', num_children: 6 },
    element('track', { num_children: 1 }),
    { name: 'isrc', repetition_type: 'OPTIONAL', ...text },
    element('plays', { type: 'INT64' }),
    element('returned', { type: 'INT64', converted_type: 'DECIMAL', scale: 3, precision: 18 }),
    element('day', { type: 'INT32', converted_type: 'DATE' }),
    element('country', text),
    element('note', text),
  ];
  const columnData = [
    { name: 'track', data: rows.map(({ isrc }) => ({ isrc })) },
    { name: 'plays', data: rows.map(({ plays }) => plays) },
    { name: 'returned', data: rows.map(({ returned }) => Number(returned)) },
    { name: 'day', data: rows.map(({ day }) => new Date(day * 86_400_000)) },
    { name: 'country', data: rows.map(({ country }) => country) },
    { name: 'note', data: rows.map(({ country }) => `sold in ${country}`) },
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData, schema, ...options } as never));
}

const csvDay = (day: number): string => {
  const [year, month, date] = new Date(day * 86_400_000).toISOString().slice(0, 10).split('-');
  return `${date}.${month}.${year}`;
};
const csvOf = (rows: readonly Row[]): string =>
  [
    'isrc;plays;returned;day;country',
    ...rows.map((row) => `${row.isrc ?? ''};${row.plays};${row.returned};${csvDay(row.day)};${row.country}`),
  ].join('\n');

const dayOf = (iso: string): number => Date.parse(iso) / 86_400_000;
const row = (isrc: string | null, plays: bigint, day: string, more: Partial<Row> = {}): Row => ({
  ...{ isrc, plays, returned: 0n, day: dayOf(day), country: 'KZ' },
  ...more,
});

describe('a Parquet file', () => {
  it('comes to the same bytes of sums as the table of the same rows, and is kept as it came', async () => {
    const rows = Array.from({ length: 60_000 }, (_, at) =>
      row(
        market.isrcs[at % 4]!,
        at % 997 === 0 ? 2n ** 53n + BigInt(at) : BigInt(at),
        `2026-02-${String((at % 28) + 1).padStart(2, '0')}`,
        {
          returned: BigInt(at % 7 === 0 ? Math.min(at, 3) : 0),
          country: at % 5 === 0 ? 'RU' : 'KZ',
        },
      ),
    );
    const told = async ({ id }: Report): Promise<unknown> => {
      const { acknowledgement } = await market.label.as.get<Acknowledgement>(`/v1/usage-reports/${id}/acknowledgement`);
      const { sumsSha256, linesAccepted, linesHeld } = acknowledgement;
      return { sumsSha256, linesAccepted, linesHeld };
    };
    const table = await read(csvOf(rows), { month: '2026-02', mapping: ofCsv, type: 'text/csv' });
    const expected = await told(table);
    expect(expected).toMatchObject({ linesAccepted: '45000', linesHeld: '15000' });
    const file = parquetOf(rows, { rowGroupSize: 7_000, pageSize: 3_000 });
    const report = await read(file, { month: '2026-02', replaces: table.id });
    expect(await told(report)).toEqual(expected);
    const { headers, bytes } = await downloaded(`/v1/usage-reports/${report.id}/file`);
    expect(headers.get('content-type')).toBe(parquetType);
    expect(headers.get('content-disposition')).toContain(`${report.id}.parquet`);
    expect(Buffer.compare(bytes, Buffer.from(file))).toBe(0);
  });

  it('has its faults told by row and column, and its rejected rows given back as JSON Lines that can be sent again', async () => {
    const [one, two] = market.isrcs as [string, string];
    const rows = [
      row(one, 5n, '2026-03-01'),
      row(null, 5n, '2026-03-01'),
      row(two, -5n, '2026-04-01', { country: 'Mars, "red"' }),
      row(two, 7n, '2026-03-31', { returned: 8n }),
    ];
    const report = await read(parquetOf(rows), { month: '2026-03' });
    expect(report).toMatchObject({ state: 'accepted', linesAccepted: '1' });
    const { rows: faults } = await market.platform.as.get<{ rows: object[] }>(`/v1/usage-reports/${report.id}/faults`);
    expect(faults).toMatchObject([
      { line: '2', cell: null, cellName: '/track/isrc', code: 'isrc-missing' },
      { line: '3', cellName: 'plays', code: 'cell-negative', value: '-5' },
      { line: '3', cellName: 'country', code: 'territory-unknown', value: 'Mars, "red"' },
      { line: '3', cellName: 'day', code: 'date-outside-period', value: '01.04.2026' },
      { line: '4', cellName: 'returned', code: 'returns-exceed-quantity', value: '8' },
    ]);
    const { headers, bytes } = await downloaded(`/v1/usage-reports/${report.id}/faulty-lines`);
    expect(headers.get('content-type')).toBe('application/x-ndjson');
    const given = bytes
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(given).toMatchObject([
      {
        track: { isrc: null },
        plays: '5',
        returned: '0',
        day: '01.03.2026',
        country: 'KZ',
        note: 'sold in KZ',
        accordoReason: 'isrc-missing (/track/isrc): there is no ISRC',
      },
      { plays: '-5', country: 'Mars, "red"' },
      { returned: '8' },
    ]);
    const { id: ofLines } = await market.platform.as.post<{ id: string }>('/v1/usage-mappings', {
      name: 'Corrections',
      mapping: { ...shared, delimiter: 'json-lines', columns },
    });
    const [first, second, third] = bytes.toString().trim().split('\n') as [string, string, string];
    const corrected = [
      first.replace('null', `"${one}"`),
      second
        .replace('-5', '5')
        .replace(/"Mars[^,]*, [^,]*"/, '"KZ"')
        .replace('01.04', '01.03'),
      third.replace('"8"', '"1"'),
    ];
    expect(JSON.parse(corrected[1]!)).toMatchObject({ country: 'KZ' });
    const query = { month: '2026-03', replaces: report.id, mapping: ofLines, type: 'application/x-ndjson' };
    const differences = new URLSearchParams({
      ...{ mappingId: ofLines, month: query.month, replaces: report.id, as: 'delta' },
      labelId: market.label.organizationId,
      serviceId: market.serviceIds[0]!,
      messageId: 'PD',
    });
    const { id } = await market.platform.as.upload<{ id: string }>(
      `/v1/usage-reports?${differences.toString()}`,
      query.type,
      corrected.join('\n'),
    );
    await app.app.get(ReadReport).execute({ reportId: id });
    const { rows: sums } = await market.label.as.get<{ rows: object[] }>(
      `/v1/usage-reports/${id}/sums?agreementId=${agreement.id}`,
    );
    expect(sums).toMatchObject([
      { isrc: one, quantity: '10' },
      { isrc: two, quantity: '12', returns: '1' },
    ]);
  });

  it('has a mapping proposed and tried, and columns named whose type cannot hold what they tell', async () => {
    const path = '/v1/usage-mapping-proposals?month=2026-01';
    const [one] = market.isrcs as [string];
    const proposed = await market.platform.as.upload(
      path,
      parquetType,
      parquetOf([row(one, 5n, '2026-01-01'), row(null, 1n, '2026-01-01')]),
    );
    expect(proposed).toMatchObject({
      mapping: {
        delimiter: 'parquet',
        columns: { isrc: '/track/isrc', quantity: 'plays', day: 'day', territory: 'country' },
        dates: 'YYYY-MM-DD',
      },
      missing: [{ pointer: '/mapping/constants/use' }, { pointer: '/mapping/constants/model' }],
      dryRun: null,
    });
    const data = {
      isrc: [one, 'x'],
      useType: ['OnDemandStream', 'OnDemandStream'],
      country: ['KZ', 'KZ'],
      model: ['SubscriptionModel', 'SubscriptionModel'],
    };
    const typed = (plays: object): Uint8Array =>
      new Uint8Array(
        parquetWriteBuffer({
          columnData: [
            ...Object.entries(data).map(([name, values]) => ({ name, data: values, type: 'STRING' as const })),
            { name: 'plays', ...plays } as never,
          ],
        }),
      );
    expect(await market.platform.as.upload(path, parquetType, typed({ data: [5n, 6n], type: 'INT64' }))).toMatchObject({
      missing: [],
      dryRun: {
        lines: 2,
        accepted: 1,
        rejected: 1,
        units: '5',
        faults: [{ line: 2, cellName: 'isrc', code: 'isrc-malformed' }],
      },
    });
    expect(await market.platform.as.upload(path, parquetType, typed({ data: [5.5, 6], type: 'DOUBLE' }))).toMatchObject(
      {
        missing: [{ pointer: '/mapping/columns', code: 'column-type-unfit' }],
        dryRun: null,
      },
    );
    await expect(market.platform.as.upload(path, parquetType, 'isrc;plays')).rejects.toMatchObject({
      status: 422,
      body: { code: 'report-unreadable', faults: [{ pointer: '/file', code: 'not-parquet' }] },
    });
  });

  it('is refused by name before it is received', async () => {
    const [one] = market.isrcs as [string];
    const sound = parquetOf([row(one, 5n, '2026-05-01')]);
    const month = '2026-05';
    expect(await refusal(csvOf([]), { month })).toBe('422 report-unreadable not-parquet');
    expect(await refusal(gzipSync(sound), { month })).toBe('422 report-unreadable not-parquet');
    expect(await refusal(sound.subarray(0, -9), { month })).toBe('422 report-unreadable not-parquet');
    expect(await refusal(sound, { month, type: 'text/csv' })).toBe('415 content-type-unsupported');
    expect(await refusal(sound, { month, type: parquetType, mapping: ofCsv })).toBe('415 content-type-unsupported');
    const doubles = { columnData: [{ name: 'plays', data: [1.5] }] };
    expect(await refusal(new Uint8Array(parquetWriteBuffer(doubles)), { month })).toBe(
      '422 report-unreadable column-missing column-missing column-missing column-type-unfit column-missing',
    );
    const brotli = await readFile(join(__dirname, '..', 'support', 'parquet', 'brotli.parquet'));
    const { id } = await market.platform.as.post<{ id: string }>('/v1/usage-mappings', {
      name: 'Samples',
      mapping: {
        ...shared,
        delimiter: 'parquet',
        columns: { isrc: 'isrc', quantity: 'plays', territory: 'territory' },
      },
    });
    const report = await read(brotli, { month: '2026-01', mapping: id });
    expect(report).toMatchObject({
      state: 'refused',
      refusal: { code: 'report-unreadable', faults: [{ pointer: '/file', code: 'parquet-unsupported' }] },
    });
    expect(await outcome(market.platform.as, 'GET', `/v1/usage-reports/${report.id}/faulty-lines`)).toBe(
      '409 report-not-read',
    );
  });

  it('is refused by name where it breaks off while it is read, and its period is free again', async () => {
    const { id } = await market.platform.as.post<{ id: string }>('/v1/usage-mappings', {
      name: 'Two columns',
      mapping: {
        ...shared,
        delimiter: 'parquet',
        columns: { isrc: 'isrc', quantity: 'plays' },
        constants: { ...shared.constants, territory: 'KZ' },
      },
    });
    const [one] = market.isrcs as [string];
    const text = (name: string, texts: readonly string[], more = {}): Parameters<typeof rawFile>[1][number] => ({
      name,
      type: 6,
      pages: page(plainTexts(texts), { values: texts.length, ...more }),
    });
    const sent = { month: '2026-06', mapping: id };
    const broken = await read(rawFile(2, [text('isrc', [one, one]), text('plays', ['1'], { values: 2 })]), sent);
    expect(broken).toMatchObject({ state: 'refused', refusal: { faults: [{ code: 'parquet-corrupt' }] } });
    const bomb = await read(rawFile(1, [text('isrc', [one]), text('plays', ['1'], { unpacked: 2 ** 30 })]), sent);
    expect(bomb).toMatchObject({ state: 'refused', refusal: { faults: [{ code: 'packed-too-tightly' }] } });
    const sound = await read(rawFile(2, [text('isrc', [one, one]), text('plays', ['1', '2'])]), sent);
    expect(sound).toMatchObject({ state: 'accepted', linesAccepted: '2', rejectedByCode: {} });
  });

  it('is certified by the code that reads it, with right values for what is wrong', async () => {
    const [one] = market.isrcs as [string];
    const check = (content: string | Uint8Array): Promise<{ certificate: object }> =>
      market.platform.as.upload(`/v1/usage-conformance?mappingId=${ofParquet}&month=2026-01`, parquetType, content);
    const { certificate } = await check(parquetOf([row(one, 5n, '2026-01-01'), row(one, -5n, '2026-01-01')]));
    expect(certificate).toMatchObject({
      profile: 'table',
      lines: 2,
      accepted: 1,
      rejected: 1,
      problems: [{ line: 2, cellName: 'plays', code: 'cell-negative' }],
      fixes: [
        {
          code: 'cell-negative',
          line: 2,
          asItCame: `{"track":{"isrc":"${one}"},"plays":"-5","returned":"0","day":"01.01.2026","country":"KZ"}`,
        },
      ],
    });
    const { certificate: none } = await check('PAR1 is not enough');
    expect(none).toMatchObject({ accepted: 0, score: '0.00', problems: [{ code: 'not-parquet' }] });
  });
});

async function downloaded(path: string): Promise<{ headers: Headers; bytes: Buffer }> {
  const { headers } = await market.label.as.request('GET', path);
  return { headers, bytes: (await market.label.as.download(path))! };
}
