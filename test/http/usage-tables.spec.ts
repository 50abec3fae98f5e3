import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { ApiRefusal } from '../../src/sample/api-client';
import { ReadReport } from '../../src/usage/read-report';
import { startTestApp, type TestApp } from '../support/app';
import { type AgreementAnswer, type Market, openMarket, outcome, refused } from '../support/market';

interface Report {
  readonly id: string;
  readonly state: string;
  readonly month: string;
  readonly lines: string | null;
  readonly linesAccepted: string;
  readonly linesRejected: string;
  readonly rejectedByCode: Record<string, number>;
  readonly refusal: { readonly faults: readonly { readonly code: string }[] } | null;
}
interface Counts {
  readonly isrc: string;
  readonly territory: string;
  readonly useType: string;
  readonly quantity: string;
  readonly reason?: string;
  readonly line?: string;
}

let app: TestApp;
let market: Market;
let agreement: AgreementAnswer;
let mappingId: string;
let number = 0;

const mapping = {
  delimiter: ',',
  columns: { isrc: 'ISRC', quantity: 'Streams', day: 'Date', territory: 'Country', model: 'Plan' },
  constants: { use: 'OnDemandStream' },
  translations: {
    territory: { Kazakhstan: 'KZ' },
    model: { Free: 'AdvertisementSupportedModel', Premium: 'SubscriptionModel' },
  },
  dates: 'DD.MM.YYYY',
};

beforeAll(async () => {
  app = await startTestApp({ at: '2026-01-05T09:00:00Z' });
  market = await openMarket(app, 4);
  agreement = await market.concluded({ isrcs: market.isrcs.slice(0, 3) });
  ({ id: mappingId } = await market.platform.as.post<{ id: string }>('/v1/usage-mappings', {
    name: 'Monthly',
    mapping,
  }));
});
afterAll(() => app.close());

const header = 'Date,ISRC,Title,Country,Plan,Streams';

interface Sent {
  readonly month?: string;
  readonly messageId?: string;
  readonly replaces?: string;
  readonly as?: 'delta';
  readonly type?: string;
  readonly labelId?: string;
  readonly serviceId?: string;
  readonly mapping?: string;
}

const upload = (content: string | Uint8Array, sent: Sent = {}): Promise<{ id: string }> => {
  const { month = '2026-01', messageId = `T${(number += 1)}`, replaces, as, type = 'text/csv' } = sent;
  const query = new URLSearchParams({
    mappingId: sent.mapping ?? mappingId,
    labelId: sent.labelId ?? market.label.organizationId,
    serviceId: sent.serviceId ?? market.serviceIds[0]!,
    month,
    messageId,
    ...(replaces !== undefined && { replaces }),
    ...(as !== undefined && { as }),
  });
  return market.platform.as.upload(`/v1/usage-reports?${query.toString()}`, type, content);
};

const refusal = (content: string | Uint8Array, sent: Sent = {}): Promise<string> =>
  upload(content, sent).then(
    () => 'accepted',
    ({ code, body }: ApiRefusal) =>
      [code, ...((body as { faults?: { code: string }[] }).faults ?? []).map((fault) => fault.code)].join(' '),
  );

async function read(content: string | Uint8Array, sent: Sent = {}): Promise<Report> {
  const { id } = await upload(content, sent);
  await app.app.get(ReadReport).execute({ reportId: id });
  return market.label.as.get(`/v1/usage-reports/${id}`);
}

const sumsOf = ({ id }: Report): Promise<Counts[]> =>
  market.label.as.all(`/v1/usage-reports/${id}/sums?agreementId=${agreement.id}`);

describe('a mapping', () => {
  it('is refused with all that it lacks, and with codes that are none', async () => {
    const wrong = {
      ...mapping,
      columns: { ...mapping.columns, model: 'isrc' },
      constants: { territory: 'XX', use: 'Listen' },
      translations: { model: { 'a/b': 'Cheap' } },
    };
    const { status, code, faults } = await refused(market.platform.as, 'POST', '/v1/usage-mappings', {
      name: 'Wrong',
      mapping: wrong,
    });
    expect([status, code, faults.map((fault) => `${fault.pointer} ${fault.code}`)]).toEqual([
      400,
      'request-invalid',
      [
        '/mapping/columns column-repeated',
        '/mapping/constants/territory mapping-incomplete',
        '/mapping/constants/territory mapping-code-unknown',
        '/mapping/constants/use mapping-code-unknown',
        '/mapping/translations/model/a~1b mapping-code-unknown',
      ],
    ]);
  });

  it('is proposed from a table, and tried on its first lines', async () => {
    const table = [
      'Sale Date;Recording;Country;Usage Type;Commercial Model;Plays',
      '15.01.2026;ZZT012600001;KZ;OnDemandStream;SubscriptionModel;1.000',
      '15.01.2026;ZZ-T01-26-00002;KZ;OnDemandStream;SubscriptionModel;-1',
    ].join('\n');
    const proposed = await market.platform.as.upload('/v1/usage-mapping-proposals?month=2026-01', 'text/csv', table);
    expect(proposed).toMatchObject({
      mapping: {
        delimiter: ';',
        columns: {
          isrc: 'Recording',
          day: 'Sale Date',
          territory: 'Country',
          use: 'Usage Type',
          model: 'Commercial Model',
          quantity: 'Plays',
        },
        dates: 'DD.MM.YYYY',
        decimal: ',',
      },
      missing: [],
      dryRun: { lines: 3, accepted: 1, rejected: 1, units: '1000', faults: [{ line: 3, code: 'cell-negative' }] },
    });
    const little = await market.platform.as.upload(
      '/v1/usage-mapping-proposals?month=2026-01',
      'text/csv',
      'ISRC,Streams\nZZT012600001,5\n',
    );
    expect(little).toMatchObject({ dryRun: null, missing: [{ code: 'mapping-incomplete' }, {}, {}] });
  });

  it('is of its own platform alone', async () => {
    const other = await app.given.platform();
    expect(await outcome(other.as, 'GET', `/v1/usage-mappings/${mappingId}`)).toBe('404 not-found');
    expect(await other.as.all('/v1/usage-mappings')).toEqual([]);
    expect(await market.platform.as.all('/v1/usage-mappings')).toMatchObject([{ id: mappingId, name: 'Monthly' }]);
  });
});

describe('a table of usage', () => {
  const [one, two, three, four] = ['ZZT012600001', 'ZZT012600002', 'ZZT012600003', 'ZZT012600004'];
  const lines = [
    header,
    `15.01.2026,${one},A song,KZ,Free,100`,
    `16.01.2026,zz-t01-26-00001,"A song, live",Kazakhstan,Free,"1,000"`,
    `16.01.2026,${two},B,RU,Premium,7`,
    `17.01.2026,${four},D,RU,Free,9`,
    `17.01.2026,ZZX012600001,E,RU,Free,11`,
    `17.02.2026,${three},C,RU,Free,many`,
    '',
  ];

  it('is read by its mapping: sums, what is held, every fault, and the file as it came', async () => {
    const report = await read(lines.join('\r\n'));
    expect(report).toMatchObject({
      state: 'accepted',
      month: '2026-01',
      lines: '7',
      linesAccepted: '2',
      linesRejected: '4',
      rejectedByCode: { 'use-not-granted': 1, 'no-agreement': 1, 'unknown-recording': 1, 'cell-not-whole': 1 },
    });
    expect((await sumsOf(report)).map(({ isrc, territory, quantity }) => [isrc, territory, quantity])).toEqual([
      [one, 'KZ', '1100'],
    ]);
    const held = await market.label.as.all<Counts>(`/v1/usage-reports/${report.id}/unmatched`);
    expect(held.map(({ line, isrc, reason, quantity }) => [line, isrc, reason, quantity])).toEqual([
      ['4', two, 'use-not-granted', '7'],
      ['5', four, 'no-agreement', '9'],
      ['6', 'ZZX012600001', 'unknown-recording', '11'],
    ]);
    const path = `/v1/usage-reports/${report.id}`;
    const { rows, next } = await market.platform.as.get<{ rows: object[]; next: string }>(`${path}/faults?limit=1`);
    expect(rows).toMatchObject([{ line: '7', cell: 6, cellName: 'Streams', code: 'cell-not-whole', value: 'many' }]);
    const more = await market.platform.as.get<{ rows: object[] }>(`${path}/faults?limit=1&cursor=${next}`);
    expect(more.rows).toMatchObject([{ line: '7', cell: 1, cellName: 'Date', code: 'date-outside-period' }]);
    const { text, headers } = await market.label.as.request('GET', `${path}/file`);
    expect([text, headers.get('content-type')]).toEqual([lines.join('\r\n'), 'text/csv; charset=utf-8']);
  });

  it('comes packed as well, and is the same usage', async () => {
    const rows = [header, `03.02.2026,${one},A,KZ,Free,5`, `04.02.2026,${three},C,RU,Free,6`, ''].join('\n');
    const report = await read(gzipSync(rows), { month: '2026-02', type: 'application/gzip' });
    expect((await sumsOf(report)).map(({ quantity }) => quantity)).toEqual(['5', '6']);
    const broken = gzipSync(rows.repeat(50));
    expect(await refusal(broken.subarray(0, 20), { month: '2026-03', type: 'application/gzip' })).toBe(
      'report-unreadable not-gzip',
    );
    const bomb = gzipSync(Buffer.concat([Buffer.from(`${header}\n`), Buffer.alloc(300 * 1024 * 1024, 'x')]));
    const refusedReport = await read(bomb, { month: '2026-03', type: 'application/gzip' });
    expect([refusedReport.state, refusedReport.refusal?.faults.map(({ code }) => code)]).toEqual([
      'refused',
      ['packed-too-tightly'],
    ]);
  });

  it('of many lines is read by threads, with the same result', async () => {
    const count = 200_000;
    const many = Array.from(
      { length: count },
      (_, at) =>
        `${String((at % 31) + 1).padStart(2, '0')}.03.2026,${[one, two, three, four][at % 4]},A title of some length,KZ,Free,${at % 100}`,
    );
    const content = `${header}\n${many.join('\n')}`;
    expect(content.length).toBeGreaterThan(8 * 1024 * 1024);
    const report = await read(content, { month: '2026-03' });
    const expected = [0, 0, 0, 0];
    for (let at = 0; at < count; at += 1) expected[at % 4]! += at % 100;
    expect(report).toMatchObject({ state: 'accepted', refusal: null });
    expect((await sumsOf(report)).map(({ quantity }) => Number(quantity))).toEqual(expected.slice(0, 3));
    expect([report.linesAccepted, report.linesRejected]).toEqual([String((count / 4) * 3), String(count / 4)]);
  });

  it('of many lines is unpacked by a thread of its own, and refused where it ends too early', async () => {
    const count = 250_000;
    const title = (at: number): string => createHash('sha256').update(String(at)).digest('base64');
    const many = Array.from({ length: count }, (_, at) => `01.04.2026,${one},${title(at)},KZ,Free,${at % 100}`);
    const content = gzipSync(`${header}\n${many.join('\n')}`, { level: 1 });
    expect(content.length).toBeGreaterThan(8 * 1024 * 1024);
    const broken = await read(content.subarray(0, -1000), { month: '2026-04', type: 'application/gzip' });
    expect([broken.state, broken.refusal?.faults.map(({ code }) => code)]).toEqual(['refused', ['not-gzip']]);
    const report = await read(content, { month: '2026-04', type: 'application/gzip' });
    expect([report.state, report.linesAccepted]).toEqual(['accepted', String(count)]);
    expect((await sumsOf(report)).map(({ quantity }) => quantity)).toEqual([String((count / 100) * 4950)]);
  });

  it('is refused before it is kept where it is not the mapping’s, or says too little', async () => {
    expect(await refusal('Date,ISRC,ISRC\n', { month: '2026-05' })).toBe(
      'report-unreadable column-repeated column-missing column-missing column-missing',
    );
    expect(await refusal('\ufeffD\0a\0t\0e\0', { month: '2026-05' })).toBe('report-unreadable encoding-not-utf8');
    expect(await refusal(`"${header}`, { month: '2026-05' })).toBe('report-unreadable header-unreadable');
    const path = `/v1/usage-reports?mappingId=${mappingId}`;
    const missing = await market.platform.as.upload(path, 'text/csv', header).catch((error: ApiRefusal) => error.body);
    expect((missing as { faults: { pointer: string }[] }).faults.map(({ pointer }) => pointer)).toEqual([
      '/labelId',
      '/serviceId',
      '/month',
      '/messageId',
    ]);
    expect(await refusal(header, { labelId: market.platform.organizationId, month: '2026-04' })).toBe(
      'report-party-unknown',
    );
  });

  it('is one message: again it gets the same answer, and speaks for its places until it is replaced', async () => {
    const first = [header, `03.05.2026,${one},A,KZ,Free,5`].join('\n');
    const report = await read(first, { month: '2026-05', messageId: 'MAY' });
    expect(await upload(first, { month: '2026-05', messageId: 'MAY' })).toMatchObject({ id: report.id });
    expect(await refusal(`${first}0`, { month: '2026-05', messageId: 'MAY' })).toBe('message-id-reused');
    const again = await read(`${first}0`, { month: '2026-05' });
    expect([again.state, again.refusal]).toMatchObject(['refused', { code: 'period-already-reported' }]);
    const better = await read(`${first}1`, { month: '2026-05', replaces: report.id });
    expect((await sumsOf(better)).map(({ quantity }) => quantity)).toEqual(['51']);
    expect(await market.label.as.get(`/v1/usage-reports/${report.id}`)).toMatchObject({ state: 'superseded' });
    const elsewhere = [header, `03.05.2026,${one},A,RU,Free,5`].join('\n');
    expect(await read(elsewhere, { month: '2026-05' })).toMatchObject({ state: 'accepted' });
  });
});

describe('a message id', () => {
  it('is of one label, service, month and mapping: with the same content, too', async () => {
    const content = [header, '03.07.2026,ZZT012600001,A,KZ,Free,5'].join('\n');
    const sent = { month: '2026-07', messageId: 'JULY' };
    const first = await upload(content, sent);
    expect(await upload(content, sent)).toEqual(first);
    const other = await app.given.label();
    const { id: service } = await market.platform.as.post<{ id: string }>('/v1/services', { name: 'Another' });
    const made = await market.platform.as.post<{ id: string }>('/v1/usage-mappings', { name: 'Alike', mapping });
    for (const [what, changed] of Object.entries({
      label: { labelId: other.organizationId },
      service: { serviceId: service },
      month: { month: '2026-08' },
      mapping: { mapping: made.id },
    })) {
      const refusedBy = await upload(content, { ...sent, ...changed }).catch((error: ApiRefusal) => error.body);
      expect(refusedBy).toMatchObject({
        status: 409,
        code: 'message-id-reused',
        detail: `message JULY was received with another ${what}`,
      });
    }
    expect(await upload(content, sent)).toEqual(first);
  });
});

describe('what an agreement says of the quality of reports', () => {
  const [one] = ['ZZT012600001'];
  const good = (count: number): string[] => Array.from({ length: count }, () => `03.02.2026,${one},A,RU,Free,5`);
  const bad = (count: string): string => `03.02.2026,${one},A,RU,Free,${count}`;
  const shortly = ({ state, refusal: why }: Report): string =>
    [state, ...(why?.faults ?? []).map(({ code }) => code)].join(' ');

  beforeAll(async () => {
    market = await openMarket(app, 1);
    const checks = { faultyShareMax: '0.25', refusedFor: ['cell-negative'] };
    const life = { usage: { ...market.terms().usage, checks } };
    agreement = await market.concluded({ life });
    const own = { name: 'Monthly', mapping };
    ({ id: mappingId } = await market.platform.as.post<{ id: string }>('/v1/usage-mappings', own));
  });

  it('refuses a report with more faulty lines, and one with a fault that is not suffered, and tells all reasons', async () => {
    const sent = { month: '2026-02' };
    const tooMany = await read([header, ...good(2), bad('many'), ''].join('\n'), sent);
    expect(shortly(tooMany)).toBe('refused too-many-faulty-lines');
    const both = await read([header, ...good(2), bad('-1'), ''].join('\n'), sent);
    expect(shortly(both)).toBe('refused too-many-faulty-lines fault-refuses-report');
    expect(both.refusal).toMatchObject({ code: 'report-not-as-agreed' });
    expect(await sumsOf(both)).toEqual([]);
    const single = await read([header, ...good(9), bad('-1'), ''].join('\n'), sent);
    expect(shortly(single)).toBe('refused fault-refuses-report');
    // Exactly a quarter is not more than a quarter, and use that is held is no fault.
    const held = good(1).map((line) => line.replace('RU', 'DE'));
    const sound = await read([header, ...good(2), ...held, bad('many'), ''].join('\n'), sent);
    expect([shortly(sound), (await sumsOf(sound)).map(({ quantity }) => quantity)]).toEqual(['accepted', ['10']]);
  });

  it('is asked of a correction by differences for its own lines alone', async () => {
    const month = '2026-04';
    const held = (count: string): string => `03.04.2026,${one},A,DE,Free,${count}`;
    const used = (count: string): string => `03.04.2026,${one},A,RU,Free,${count}`;
    const lines = [header, ...Array.from({ length: 20 }, () => held('5')), used('7'), ''];
    const { id } = await read(lines.join('\n'), { month });
    const faulty = await read([header, used('many'), ''].join('\n'), { month, replaces: id, as: 'delta' });
    expect(shortly(faulty)).toBe('refused too-many-faulty-lines');
    const taken = [header, ...Array.from({ length: 10 }, () => held('-10')), used('1'), ''];
    const sound = await read(taken.join('\n'), { month, replaces: id, as: 'delta' });
    expect([shortly(sound), (await sumsOf(sound)).map(({ quantity }) => quantity)]).toEqual(['accepted', ['8']]);
  });
});
