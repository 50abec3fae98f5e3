import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type CryptoKey, compactVerify, importJWK, type JWK } from 'jose';
import { type FaultCode, faultWeights, profiles, type RecordCode } from '../../src/ddex';
import { canonicalText } from '../../src/kernel';
import { createApp } from '../../src/app';
import { Storage } from '../../src/platform/storage/storage';
import { Uploads } from '../../src/platform/uploads/uploads';
import { ApiClient, type ApiRefusal } from '../../src/sample/api-client';
import { ReadReport } from '../../src/usage/read-report';
import { startTestApp, type TestApp } from '../support/app';
import { anyReport, textOf } from '../support/dsr-reports';
import { type Market, openMarket, outcome } from '../support/market';
import { root } from '../support/repository';
import { sharedFile, whereShared } from '../support/shared-files';
import { smallReport, type SmallReport } from '../support/small-report';

interface Receipt {
  readonly id: string;
  readonly operationId: string;
}
interface Report extends Receipt {
  readonly state: string;
  readonly linesAccepted: string;
  readonly linesRejected: string;
  readonly refusal: { readonly code: string } | null;
}
interface Acknowledgement {
  readonly acknowledgement: Readonly<Record<string, unknown>> & { readonly state: string };
  readonly jws: string;
}

let app: TestApp;
let market: Market;
let mappingId: string;
let number = 0;

const mapping = {
  delimiter: ',',
  columns: { isrc: 'ISRC', quantity: 'Streams', day: 'Date', territory: 'Country' },
  constants: { use: 'OnDemandStream', model: 'AdvertisementSupportedModel' },
};
const header = 'Date,ISRC,Title,Country,Streams';
const [one, two, , four] = ['ZZT012600001', 'ZZT012600002', 'ZZT012600003', 'ZZT012600004'];

beforeAll(async () => {
  app = await startTestApp({ at: '2026-01-05T09:00:00Z' });
  market = await openMarket(app, 4);
  await market.concluded({ isrcs: market.isrcs.slice(0, 3) });
  ({ id: mappingId } = await market.platform.as.post<{ id: string }>('/v1/usage-mappings', { name: 'CSV', mapping }));
});
afterAll(() => app?.close());

interface Sent {
  readonly month?: string;
  readonly messageId?: string;
  readonly replaces?: string;
  readonly type?: string;
  readonly mapping?: string;
}

const tableQuery = ({ month = '2026-01', messageId = `T${(number += 1)}`, replaces, mapping: id }: Sent): string =>
  new URLSearchParams({
    mappingId: id ?? mappingId,
    labelId: market.label.organizationId,
    serviceId: market.serviceIds[0]!,
    month,
    messageId,
    ...(replaces !== undefined && { replaces }),
  }).toString();

const upload = (content: string | Uint8Array, sent: Sent = {}): Promise<Receipt> =>
  market.platform.as.upload(`/v1/usage-reports?${tableQuery(sent)}`, sent.type ?? 'text/csv', content);
const execute = (reportId: string): Promise<void> => app.app.get(ReadReport).execute({ reportId });
const show = (id: string): Promise<Report> => market.platform.as.get(`/v1/usage-reports/${id}`);

async function read(content: string | Uint8Array, sent: Sent = {}): Promise<Report> {
  const { id } = await upload(content, sent);
  await execute(id);
  return show(id);
}

const dsr = (changes: Partial<SmallReport> = {}): Promise<string> =>
  smallReport({
    messageId: `D${(number += 1)}`,
    month: '2026-01',
    senderPartyId: market.platform.partyId,
    recipientPartyId: market.label.partyId,
    serviceName: 'Video',
    plays: { [one]: 100, [two]: 50, [four]: 9 },
    allPlays: 10_000,
    ...changes,
  });

async function readDsr(text: string): Promise<Report> {
  const { id } = await market.platform.as.upload<Receipt>('/v1/usage-reports', 'text/tab-separated-values', text);
  await execute(id);
  return show(id);
}

const outcomeOf = (sent: Promise<unknown>): Promise<string> =>
  sent.then(
    () => 'accepted',
    (error: ApiRefusal) => error.code ?? '',
  );

const faultyLines = async (id: string, query = ''): Promise<string> => {
  const { status, text } = await market.platform.as.request('GET', `/v1/usage-reports/${id}/faulty-lines${query}`);
  expect(status).toBe(200);
  return text;
};

/** The text under a JWS of the kind, by the keys that everybody can fetch; anything else throws. */
async function verified(jws: string, typ: string): Promise<string> {
  const { keys } = await app.given.client().get<{ keys: (JWK & { kid: string })[] }>('/.well-known/jwks.json');
  const { payload, protectedHeader } = await compactVerify(
    jws,
    async ({ kid }) =>
      (await importJWK(
        keys.find((key) => key.kid === kid)!,
        'EdDSA',
      )) as CryptoKey,
  );
  expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ, kid: expect.stringMatching(/^usage-/) as string });
  return Buffer.from(payload).toString('utf8');
}

describe('the rejected lines of a table', () => {
  const lines = [
    header,
    `15.01.2026,${one},A song,KZ,100`,
    `2026-01-15,${one},A song,KZ,100`,
    `2026-01-16,${one},"A song, live",XX,many`,
    `2026-01-16,${four},D,RU,9`,
    `2026-01-16,ZZT0126`,
    `2026-01-17,${two},B,RU,7`,
  ];

  it('come back as they came, each with its reasons, and once corrected are a sound report', async () => {
    const report = await read(`\ufeff${lines.join('\r\n')}`);
    expect(report).toMatchObject({ state: 'accepted', linesAccepted: '2', linesRejected: '4' });
    const given = (await faultyLines(report.id)).split('\n');
    const whole = 'no ISO 3166-1 territory, and none that the mapping translates';
    expect(given).toEqual([
      `${header},accordoReason`,
      `${lines[1]},cell-not-date (Date): no day as the mapping writes days`,
      `${lines[3]},"cell-not-whole (Streams): a count is a whole number; territory-unknown (Country): ${whole}"`,
      `${lines[5]},cells-missing: the line has fewer cells than the header`,
      '',
    ]);
    const corrected = given
      .filter((line) => !line.includes('cells-missing'))
      .join('\n')
      .replace('15.01.2026', '2026-01-15')
      .replace(',XX,many', ',KZ,3');
    const again = await read(corrected, { replaces: report.id });
    expect(again).toMatchObject({ state: 'accepted', linesAccepted: '2', linesRejected: '0' });
  });

  it('come with those that are held where they are asked for, and out of a packed report', async () => {
    const report = await read(gzipSync(lines.join('\n')), { month: '2026-02', type: 'application/gzip' });
    expect(report).toMatchObject({ state: 'accepted', linesAccepted: '0' });
    const february = lines.map((line) => line.replace('2026-01', '2026-02'));
    const mixed = await read(gzipSync(february.join('\n')), {
      month: '2026-02',
      type: 'application/gzip',
      replaces: report.id,
    });
    const given = (await faultyLines(mixed.id, '?held=true')).trimEnd().split('\n');
    expect(given.map((line) => line.split(',').at(0))).toEqual([
      'Date',
      '15.01.2026',
      '2026-02-16',
      '2026-02-16',
      '2026-02-16',
    ]);
    expect(given[3]).toBe(`${february[4]},held: no-agreement`);
    expect((await faultyLines(mixed.id)).includes('held')).toBe(false);
  });

  it('are those of many, whatever the place where pieces of the file are cut', async () => {
    const rows = Array.from({ length: 60_000 }, (_, at) =>
      at % 1000 === 7
        ? `2026-03-02,${one},${'x'.repeat(at % 777)},KZ,no${at}`
        : `2026-03-02,${one},${'y'.repeat(at % 120)},KZ,${at}`,
    );
    const report = await read([header, ...rows].join('\n'), { month: '2026-03' });
    expect(report.linesRejected).toBe('60');
    const given = (await faultyLines(report.id)).trimEnd().split('\n').slice(1);
    const reason = ',cell-not-whole (Streams): a count is a whole number';
    expect(given).toEqual(rows.filter((_, at) => at % 1000 === 7).map((row) => row + reason));
  });
});

describe('the rejected lines of a DSR file', () => {
  it('come with what is needed to read them; without the last cell, and corrected, they are a sound report', async () => {
    const text = (await dsr()).replace(`\t${two}\t`, '\tZZ-WRONG\t');
    const report = await readDsr(text);
    expect(report).toMatchObject({ state: 'accepted', linesAccepted: '1', linesRejected: '2' });
    const given = await faultyLines(report.id);
    const rows = given.trimEnd().split('\n');
    const usage = rows.filter((row) => row.startsWith('SR08\t'));
    expect(usage).toHaveLength(1);
    expect(usage[0]).toMatch(/\tZZ-WRONG\t.*\tisrc-malformed \(ResourceISRC\): [^\t]+$/);
    expect(rows.filter((row) => /^(HEAD|SY10)\t/.test(row))).toHaveLength(3);
    expect(rows.at(-1)).toBe(`SRFO\t${rows.length}\t2`);
    const corrected = given.replace(/\tisrc-malformed[^\n]*/, '').replace('ZZ-WRONG', two);
    const [head = ''] = corrected.split('\n').filter((row) => row.startsWith('HEAD'));
    const another = corrected.replace(head.split('\t')[4]!, 'CORRECTED').replaceAll('2026-01-', '2026-05-');
    const again = await readDsr(another);
    expect(again).toMatchObject({ state: 'accepted', linesAccepted: '1', linesRejected: '0' });
    expect(await faultyLines(report.id, '?held=true')).toContain('\theld: no-agreement\n');
  });

  it('are not there before it is read, nor for others', async () => {
    const { id } = await upload(`${header}\n`, { month: '2026-06' });
    for (const what of ['faulty-lines', 'acknowledgement']) {
      const path = `/v1/usage-reports/${id}/${what}`;
      expect(await outcome(market.platform.as, 'GET', path)).toBe('409 report-not-read');
      expect(await outcome((await app.given.label()).as, 'GET', path)).toBe('404 not-found');
    }
  });
});

describe('an acknowledgement', () => {
  it('is signed, says what became of the report, and never changes', async () => {
    const content = `${header}\n2026-07-01,${one},A,KZ,5\n2026-07-01,${one},A,KZ,five`;
    const report = await read(content, { month: '2026-07', messageId: 'JULY' });
    const path = `/v1/usage-reports/${report.id}/acknowledgement`;
    const answer = await market.platform.as.get<Acknowledgement>(path);
    expect(answer.acknowledgement).toMatchObject({
      reportId: report.id,
      messageId: 'JULY',
      state: 'accepted-with-faults',
      refusedFor: [],
      lines: '3',
      linesAccepted: '1',
      linesRejected: '1',
      faults: '1',
      rejectedByCode: { 'cell-not-whole': 1 },
      file: { bytes: String(content.length) },
      readAt: '2026-01-05T09:00:00.000Z',
    });
    expect(await verified(answer.jws, 'accordo-usage-acknowledgement+jws')).toBe(canonicalText(answer.acknowledgement));
    const sound = await read(`${header}\n2026-07-01,${one},A,KZ,5`, { month: '2026-07', replaces: report.id });
    expect(await market.label.as.get(path)).toEqual(answer);
    const second = await market.label.as.get<Acknowledgement>(`/v1/usage-reports/${sound.id}/acknowledgement`);
    expect(second.acknowledgement.state).toBe('accepted');
    const forged = answer.jws.replace(/\.[^.]+\./, `.${Buffer.from('{"state":"accepted"}').toString('base64url')}.`);
    await expect(verified(forged, 'accordo-usage-acknowledgement+jws')).rejects.toThrow('signature');
  });
});

describe('JSON Lines', () => {
  const keys = { isrc: '/track/isrc', quantity: 'plays', returns: 'refunds', day: 'usageDate', territory: 'country' };
  const json = { ...mapping, delimiter: 'json-lines', columns: keys };
  let jsonMapping = '';
  beforeAll(async () => {
    const body = { name: 'JSON', mapping: json };
    ({ id: jsonMapping } = await market.platform.as.post<{ id: string }>('/v1/usage-mappings', body));
  });
  const type = 'application/x-ndjson';
  const row = (isrc: string, plays: string, day: string, more = ''): string =>
    `{"usageDate": "${day}", "track": {"isrc": "${isrc}", "title": "A \\"song\\""}, "plays": ${plays}, "refunds": 0, "country": "KZ"${more}}`;

  it('has its mapping proposed and tried as a table has', async () => {
    const lines = [row(one, '5', '2026-10-01'), row(one, '1e3', '2026-10-01'), row('nothing', '2', '2026-10-01')];
    const path = '/v1/usage-mapping-proposals?month=2026-10';
    const proposed = await market.platform.as.upload(path, type, lines.join('\n'));
    expect(proposed).toMatchObject({
      mapping: { delimiter: 'json-lines', columns: keys, dates: 'YYYY-MM-DD' },
      missing: [{ pointer: '/mapping/constants/use' }, { pointer: '/mapping/constants/model' }],
    });
    const flat = lines.map((line) =>
      line.replace('{"usage', '{"useType":"OnDemandStream","model":"SubscriptionModel","usage'),
    );
    expect(await market.platform.as.upload(path, type, flat.join('\n'))).toMatchObject({
      missing: [],
      dryRun: {
        lines: 3,
        accepted: 1,
        rejected: 2,
        units: '5',
        faults: [
          { line: 2, cell: null, cellName: 'plays', code: 'cell-not-whole', value: '1e3' },
          { line: 3, cellName: '/track/isrc', code: 'isrc-malformed' },
        ],
      },
    });
  });

  it('comes to the same sums as the table of the same rows, packed and read by threads as well', async () => {
    const rows = Array.from({ length: 120_000 }, (_, at) => ({
      isrc: [one, two, four][at % 3]!,
      plays: String(at % 997 === 0 ? 2n ** 53n + BigInt(at) : at),
      day: `2026-10-${String((at % 31) + 1).padStart(2, '0')}`,
    }));
    const csv = [header, ...rows.map(({ isrc, plays, day }) => `${day},${isrc},A,KZ,${plays}`)].join('\n');
    const jsonl = rows.map(({ isrc, plays, day }) => row(isrc, plays, day)).join('\r\n');
    expect(jsonl.length).toBeGreaterThan(8 * 1024 * 1024);
    const hashes = async ({ id }: Report): Promise<unknown> => {
      const { acknowledgement } = await market.label.as.get<Acknowledgement>(`/v1/usage-reports/${id}/acknowledgement`);
      const { sumsSha256, linesAccepted, linesHeld, state } = acknowledgement;
      return { sumsSha256, linesAccepted, linesHeld, state };
    };
    const table = await read(csv, { month: '2026-10' });
    const expected = await hashes(table);
    expect(expected).toMatchObject({ linesAccepted: '80000', linesHeld: '40000', state: 'accepted' });
    const plain = await read(jsonl, { month: '2026-10', type, mapping: jsonMapping, replaces: table.id });
    expect(await hashes(plain)).toEqual(expected);
    const packed = { month: '2026-10', type: 'application/gzip', mapping: jsonMapping, replaces: plain.id };
    const last = await read(gzipSync(jsonl), packed);
    expect(await hashes(last)).toEqual(expected);
    const { headers } = await market.label.as.request('GET', `/v1/usage-reports/${plain.id}/file`);
    expect(headers.get('content-type')).toBe(type);
  });

  it('has its faults told by line and key, and its rejected lines given back with a last member', async () => {
    const lines = [
      row(one, '5', '2026-11-01'),
      row(one, '5.0', '2026-11-01'),
      row(one, '"7"', '2026-11-01', ', "plays": 8'),
      '',
      row(two, '[1]', '2026-13-01'),
      '{"plays": 01}',
      '[]',
      '{}',
      `{"plays": 9223372036854775808, "track": {"isrc": "${one}"}, "country": "KZ", "usageDate": "2026-11-02", "refunds": 0}`,
    ];
    const report = await read(lines.join('\n'), { month: '2026-11', type, mapping: jsonMapping });
    expect(report).toMatchObject({ state: 'accepted', linesAccepted: '1', linesRejected: '7' });
    const faults = await market.platform.as.all<{ line: string; cellName: string; code: string; cell: null }>(
      `/v1/usage-reports/${report.id}/faults`,
    );
    expect(faults.every(({ cell }) => cell === null)).toBe(true);
    expect(faults.map(({ line, cellName, code }) => `${line} ${cellName} ${code}`)).toEqual([
      '2 plays cell-not-whole',
      '3 null json-key-repeated',
      '5 plays json-not-scalar',
      '5 usageDate date-outside-period',
      '6 null json-malformed',
      '7 null json-malformed',
      '8 /track/isrc isrc-missing',
      '8 plays cell-not-whole',
      '8 refunds cell-not-whole',
      '8 country territory-unknown',
      '8 usageDate cell-not-date',
      '9 plays cell-out-of-range',
    ]);
    const given = await faultyLines(report.id);
    const objects = given
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(objects).toHaveLength(7);
    expect(given.split('\n')[0]).toBe(
      `${lines[1]!.slice(0, -1)},"accordoReason":"cell-not-whole (plays): a count is a whole number"}`,
    );
    expect(objects[3]).toEqual({ line: '{"plays": 01}', accordoReason: expect.stringContaining('json-malformed') });
    expect(Object.keys(objects[5]!)).toEqual(['accordoReason']);
    const again = await read(given, { month: '2026-11', type, mapping: jsonMapping, replaces: report.id });
    expect((await faultyLines(again.id)).split('accordoReason')).toHaveLength(8);
    expect(await outcomeOf(upload('{}', { month: '2026-12', mapping: jsonMapping }))).toBe('content-type-unsupported');
    const utf16 = Buffer.from(lines[0]!, 'utf16le');
    expect(await outcomeOf(upload(utf16, { month: '2026-12', type, mapping: jsonMapping }))).toBe('report-unreadable');
  });
});

describe('the reading of a report', () => {
  const many = (month: string): string =>
    [header, ...Array.from({ length: 300_000 }, (_, at) => `${month}-02,${one},A title,KZ,${at}`)].join('\n');

  it('can be cancelled while it goes on: nothing counts, the period is free, and it can be sent again', async () => {
    const content = many('2026-08');
    const { id, operationId } = await upload(content, { month: '2026-08', messageId: 'AUGUST' });
    const reading = execute(id);
    for (let state = ''; state !== 'running';) {
      ({ state } = await market.platform.as.get<{ state: string }>(`/v1/operations/${operationId}`));
    }
    const cancelled = await market.platform.as.post(`/v1/operations/${operationId}/cancel`, {});
    expect(cancelled).toMatchObject({ state: 'failed', problem: { code: 'reading-cancelled' } });
    await reading;
    expect(await show(id)).toMatchObject({
      state: 'refused',
      refusal: { code: 'reading-cancelled' },
      linesAccepted: '0',
    });
    expect(await market.label.as.all(`/v1/usage-reports/${id}/sums`)).toEqual([]);
    const path = `/v1/operations/${operationId}/cancel`;
    expect(await outcome(market.platform.as, 'POST', path, {})).toBe('409 operation-over');
    const { acknowledgement } = await market.label.as.get<Acknowledgement>(`/v1/usage-reports/${id}/acknowledgement`);
    expect(acknowledgement).toMatchObject({ state: 'refused', refusedFor: ['reading-cancelled'], sumsSha256: null });
    expect(await read(content, { month: '2026-08' })).toMatchObject({ state: 'accepted', linesAccepted: '300000' });
  });

  it('can be cancelled before it begins, by its sender alone, and frees what a DSR file had claimed', async () => {
    const text = await dsr({ month: '2026-09' });
    const type = 'text/tab-separated-values';
    const { id, operationId } = await market.platform.as.upload<Receipt>('/v1/usage-reports', type, text);
    const path = `/v1/operations/${operationId}/cancel`;
    expect(await outcome(market.label.as, 'POST', path, {})).toBe('404 not-found');
    expect(await outcome((await app.given.platform()).as, 'POST', path, {})).toBe('404 not-found');
    const same = await dsr({ month: '2026-09' });
    const refusal = await market.platform.as.upload('/v1/usage-reports', type, same).catch((e: ApiRefusal) => e.code);
    expect(refusal).toBe('period-already-reported');
    await market.platform.as.post(path, {});
    await execute(id);
    expect(await show(id)).toMatchObject({ state: 'refused' });
    expect(await readDsr(await dsr({ month: '2026-09' }))).toMatchObject({ state: 'accepted' });
  });

  it('is cancelled as such: work of other kinds is not', async () => {
    const connection = await app.superuser();
    const { rows } = await connection.query<{ id: string }>(
      `INSERT INTO operations (owner_id, kind, state, created_at, updated_at) VALUES ($1, 'something-else', 'running', now(), now()) RETURNING id`,
      [market.platform.organizationId],
    );
    await connection.end();
    const path = `/v1/operations/${rows[0]!.id}/cancel`;
    expect(await outcome(market.platform.as, 'POST', path, {})).toBe('409 operation-not-cancellable');
  });
});

interface Certified {
  readonly certificate: {
    readonly profile: string | null;
    readonly lines: number;
    readonly accepted: number;
    readonly rejected: number;
    readonly score: string;
    readonly problems: readonly { line: number; cell: number | null; cellName: string | null; code: string }[];
    readonly problemsTotal: number;
    readonly fixes: readonly { code: string; asItCame: string; right: string | null; from: string | null }[];
    readonly sha256: string;
  };
  readonly jws: string;
}

const certified = (type: string, content: string | Uint8Array, query = ''): Promise<Certified> =>
  market.platform.as.upload(`/v1/usage-conformance${query}`, type, content);
const tsv = 'text/tab-separated-values';

describe('an upload in pieces', () => {
  const content = Buffer.from(
    [header, ...Array.from({ length: 900_000 }, (_, at) => `2026-12-02,${one},A title,KZ,${at}`)].join('\n'),
  );
  const tus = { 'tus-resumable': '1.0.0' };
  const pieceType = 'application/offset+octet-stream';
  const begun = async (bytes: number, headers: Record<string, string> = {}): Promise<string> => {
    const answer = await market.platform.as.request('POST', '/v1/uploads', {
      headers: { ...tus, 'upload-length': String(bytes), ...headers },
    });
    expect([answer.status, answer.headers.get('tus-resumable')]).toEqual([201, '1.0.0']);
    return answer.headers.get('location')!;
  };
  const offsetOf = async (path: string, client = market.platform.as): Promise<number> => {
    const { status, headers } = await client.request('HEAD', path, { headers: tus });
    return status === 200 ? Number(headers.get('upload-offset')) : -status;
  };
  const send = async (path: string, offset: number, piece: Uint8Array, more = {}, client = market.platform.as) => {
    const { status, headers, body } = await client.request<{ code?: string }>('PATCH', path, {
      file: { type: pieceType, content: piece },
      headers: { ...tus, 'upload-offset': String(offset), ...more },
    });
    return status === 204 ? Number(headers.get('upload-offset')) : `${status} ${body.code}`;
  };
  const key = async (): Promise<string> =>
    (await market.platform.as.post<{ key: string }>('/v1/api-keys', { name: 'Raw', roles: ['usage'] })).key;

  /** Says that all of the rest comes, sends a part of it, and hangs up. */
  async function breakOff(url: string, token: string, path: string, offset: number, sent: Buffer): Promise<void> {
    const call = request(`${url}${path}`, {
      method: 'PATCH',
      headers: {
        ...{ ...tus, authorization: `Bearer ${token}`, 'content-type': pieceType },
        ...{ 'upload-offset': String(offset), 'content-length': String(content.length - offset) },
      },
    });
    call.on('error', () => undefined);
    await new Promise<void>((done) => call.write(sent, () => done()));
    call.destroy();
  }
  /** A busy server may notice late that somebody hung up. */
  async function settled(path: string, client = market.platform.as): Promise<number> {
    let before = await offsetOf(path, client);
    for (let same = 0; same < 4;) {
      await wait(150);
      const now = await offsetOf(path, client);
      same = now === before ? same + 1 : 0;
      before = now;
    }
    return before;
  }
  /** As senders do: a piece that a lost connection brought after all is not sent again. */
  async function sendRest(path: string, client: ApiClient): Promise<number | string> {
    for (;;) {
      const offset = await offsetOf(path, client);
      const sent = await send(path, offset, content.subarray(offset), {}, client);
      if (sent !== '409 upload-offset-differs') return sent;
    }
  }

  it('goes on where it broke off, also in another process, and is the same report in the end', async () => {
    expect(content.length).toBeGreaterThan(2 * 16 * 1024 * 1024);
    const path = await begun(content.length, { 'upload-metadata': 'filename dGFibGUuY3N2' });
    const token = await key();
    let offset = 0;
    for (const bytes of [1, 70_000, 17 * 1024 * 1024]) {
      await breakOff(app.url, token, path, offset, content.subarray(offset, offset + bytes));
      const there = await settled(path);
      expect(there).toBeGreaterThanOrEqual(offset);
      expect(there).toBeLessThanOrEqual(offset + bytes);
      offset = there;
    }
    expect(offset).toBeGreaterThan(16 * 1024 * 1024);
    // A worker that finds this process gone removes what its jobs were doing, and nothing that was acknowledged.
    const storage = new Storage(app.parts.storage.folder);
    for (const life of await storage.otherLives()) await storage.forget(life);
    const second = await createApp({ ...app.parts, storage }, false);
    await second.listen(0, '127.0.0.1');
    const url = `http://127.0.0.1:${(second.getHttpServer().address() as AddressInfo).port}`;
    const client = new ApiClient(url, token);
    expect(await offsetOf(path, client)).toBe(offset);
    await breakOff(url, token, path, offset, content.subarray(offset, offset + 300_000));
    await settled(path, client);
    expect(await sendRest(path, client)).toBe(content.length);
    await second.close();
    const { headers } = await market.platform.as.request('HEAD', path, { headers: tus });
    expect([headers.get('upload-length'), headers.get('upload-metadata'), headers.get('cache-control')]).toEqual([
      String(content.length),
      'filename dGFibGUuY3N2',
      'no-store',
    ]);
    const query = `/v1/usage-reports?uploadId=${path.split('/').at(-1)}&${tableQuery({ month: '2026-12' })}`;
    const receipt = await market.platform.as.post<Receipt & { fileSha256: string }>(query, {}, 'december');
    expect(receipt.fileSha256).toBe(createHash('sha256').update(content).digest('hex'));
    expect(await market.platform.as.post(query, {}, 'december')).toEqual(receipt);
    // The upload is over, and the answer stands.
    expect((await market.platform.as.request('DELETE', path, { headers: tus })).status).toBe(204);
    expect(await market.platform.as.post(query, {}, 'december')).toEqual(receipt);
    expect(await outcomeOf(market.platform.as.post(query, {}, 'another'))).toBe('not-found');
    await execute(receipt.id);
    expect(await show(receipt.id)).toMatchObject({ state: 'accepted', linesAccepted: '900000' });
  });

  it('tells what it can do, and refuses what is not tus', async () => {
    const { status, headers } = await app.given.client().request('OPTIONS', '/v1/uploads');
    expect([status, headers.get('tus-version'), headers.get('tus-extension'), headers.get('tus-max-size')]).toEqual([
      204,
      '1.0.0',
      'creation,termination,checksum,expiration',
      String(2 ** 31),
    ]);
    const refusal = async (given: Record<string, string>): Promise<string> => {
      const answer = await market.platform.as.request<{ code: string }>('POST', '/v1/uploads', { headers: given });
      const told = answer.headers.get('tus-version');
      return `${answer.status} ${answer.body.code}${told === null ? '' : `, tus ${told}`}`;
    };
    expect((await market.platform.as.request('POST', '/v1/uploads')).body).toMatchObject({
      code: 'tus-version-unsupported',
    });
    expect(await refusal({ 'upload-length': '5' })).toBe('412 tus-version-unsupported, tus 1.0.0');
    expect(await refusal({ ...tus, 'upload-length': '-5' })).toBe('400 request-invalid');
    expect(await refusal({ ...tus, 'upload-length': '0' })).toBe('400 request-invalid');
    expect(await refusal({ ...tus, 'upload-length': '5', 'upload-metadata': 'x'.repeat(5000) })).toBe(
      '400 request-invalid',
    );
    expect(await refusal({ ...tus, 'upload-length': String(2 ** 31 + 1) })).toBe('413 body-too-large');
  });

  it('takes each piece once, in its place, and as its checksum says', async () => {
    const path = await begun(10);
    const sum = (text: string): object => ({
      'upload-checksum': `sha256 ${createHash('sha256').update(text).digest('base64')}`,
    });
    expect(await send(path, 1, Buffer.from('abc'))).toBe('409 upload-offset-differs');
    expect(await send(path, 0, Buffer.from('abc'), sum('abd'))).toBe('460 upload-checksum-differs');
    expect(await send(path, 0, Buffer.from('abc'), { 'upload-checksum': 'md5 x' })).toBe('400 request-invalid');
    expect(await offsetOf(path)).toBe(0);
    expect(await send(path, 0, Buffer.from('abc'), sum('abc'))).toBe(3);
    expect(await send(path, 0, Buffer.from('xyz'))).toBe('409 upload-offset-differs');
    expect(await send(path, 3, Buffer.from('12345678'))).toBe('413 body-too-large');
    const both = await Promise.all([send(path, 3, Buffer.from('1234567')), send(path, 3, Buffer.from('9876543'))]);
    expect(both.filter((answer) => answer === 10)).toHaveLength(1);
    const other = await market.platform.as.request<{ code: string }>('PATCH', path, {
      file: { type: 'text/csv', content: 'x' },
      headers: { ...tus, 'upload-offset': '10' },
    });
    expect([other.status, other.body.code]).toEqual([415, 'content-type-unsupported']);
  });

  it('is its sender’s alone, and no report before it is whole', async () => {
    const path = await begun(10);
    const id = path.split('/').at(-1);
    expect(await offsetOf(path, (await app.given.platform()).as)).toBe(-404);
    const reports = `/v1/usage-reports?uploadId=${id}&${tableQuery({})}`;
    expect(await outcome(market.platform.as, 'POST', reports, {})).toBe('409 upload-incomplete');
    expect(await outcomeOf(market.platform.as.upload(reports, 'text/csv', header))).toBe('request-invalid');
    const none = `/v1/usage-reports?uploadId=${market.label.organizationId}&${tableQuery({})}`;
    expect(await outcome(market.platform.as, 'POST', none, {})).toBe('404 not-found');
    await send(path, 0, Buffer.from('abc'));
    const { status } = await market.platform.as.request('DELETE', path, { headers: tus });
    expect([status, await offsetOf(path)]).toEqual([204, -404]);
  });

  it('ends by itself after a day, and leaves no bytes behind; twenty are open at most', async () => {
    const { as } = await app.given.platform();
    const { key: token } = await as.post<{ key: string }>('/v1/api-keys', { name: 'Raw', roles: ['usage'] });
    const client = app.given.client(token);
    const paths: string[] = [];
    const begin = async (): Promise<number> => {
      const answer = await client.request('POST', '/v1/uploads', { headers: { ...tus, 'upload-length': '9' } });
      paths.push(answer.headers.get('location') ?? '');
      return answer.status;
    };
    for (let count = 0; count < 20; count += 1) expect(await begin()).toBe(201);
    expect(await begin()).toBe(409);
    const [path = ''] = paths;
    await send(path, 0, Buffer.from('abc'), {}, client);
    const files = async (): Promise<number> => (await readdir(app.parts.storage.uploadsFolder)).length;
    const before = await files();
    try {
      app.clock.moveTo(new Date('2026-01-06T09:00:00Z'));
      expect(await offsetOf(path, client)).toBe(-404);
      expect(await send(path, 3, Buffer.from('d'), {}, client)).toBe('404 not-found');
      await app.app.get(Uploads).expire({ uploadId: path.split('/').at(-1)! });
      expect(await files()).toBe(before - 1);
      expect(await begin()).toBe(201);
    } finally {
      app.clock.moveTo(new Date('2026-01-05T09:00:00Z'));
    }
  });
});

describe('conformance', () => {
  it('is certified of a sound DSR file, signed, and nothing of it is kept', async () => {
    const text = await dsr();
    const before = await market.platform.as.all('/v1/usage-reports');
    const incoming = join(app.parts.storage.folder, 'incoming');
    const left = await readdir(incoming);
    const { certificate, jws } = await certified(tsv, text);
    expect(certificate).toMatchObject({
      platformId: market.platform.organizationId,
      profile: 'FinancialReportingToRecordCompaniesProfileSRB',
      lines: text.trimEnd().split('\n').length,
      accepted: 3,
      rejected: 0,
      score: '100.00',
      sha256: createHash('sha256').update(text).digest('hex'),
      checkedAt: '2026-01-05T09:00:00.000Z',
    });
    // The small report's sums of money are not those of its lines, which is worth a warning and no more.
    expect(new Set(certificate.problems.map(({ code }) => code))).toEqual(new Set(['revenue-total-mismatch']));
    expect(certificate.fixes).toMatchObject([{ code: 'revenue-total-mismatch', right: null, from: null }]);
    expect(await verified(jws, 'accordo-usage-conformance+jws')).toBe(canonicalText(certificate));
    expect(await certified('application/gzip', gzipSync(text))).toMatchObject({
      certificate: { accepted: 3, score: '100.00' },
    });
    expect(await market.platform.as.all('/v1/usage-reports')).toEqual(before);
    expect(await readdir(incoming)).toEqual(left);
  });

  it('names what is wrong with a DSR file, and shows how lines would be right', async () => {
    const text = (await dsr())
      .replace(`\t${one}\t`, `\t${one.toLowerCase().slice(0, 5)}-${one.slice(5)}x\t`)
      .replace('\tRU\t', '\tru\t')
      .replace(/SRFO\t\d+/, 'SRFO\t99');
    const { certificate } = await certified(tsv, text);
    const { problems, fixes, score } = certificate;
    expect(problems.map(({ code }) => code)).toEqual(expect.arrayContaining(['line-count-mismatch', 'isrc-malformed']));
    expect(Number(score)).toBeLessThanOrEqual(50);
    const fix = (code: string) => fixes.find((each) => each.code === code)!;
    const lines = text.trimEnd().split('\n').length;
    expect(fix('line-count-mismatch')).toMatchObject({ from: 'value', right: `SRFO\t${lines}\t2` });
    expect(fix('isrc-malformed').from).toBe('example');
    expect(fix('isrc-malformed').right).toContain('\tQZABC2600001\t');
    const territory = fixes.find(({ asItCame }) => asItCame.includes('\tru\t'))!;
    expect([territory.from, territory.right]).toEqual(['value', territory.asItCame.replace('\tru\t', '\tRU\t')]);
    const damaged = gzipSync(text.repeat(40));
    const cut = (await certified('application/gzip', damaged.subarray(0, damaged.length - 9))).certificate;
    expect([cut.score, cut.profile]).toEqual(['0.00', null]);
    expect(cut.problems.some(({ code }) => code === 'gzip-corrupt')).toBe(true);
  });

  it('is that of every profile that our own writer writes', async () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (const profile of profiles) {
      const { text } = textOf(anyReport(random, profile));
      const { certificate } = await certified(tsv, text);
      const errors = certificate.problems.filter(({ code }) => faultWeights[code as FaultCode].severity === 'error');
      expect([profile.id, certificate.profile, errors]).toEqual([profile.id, profile.id, []]);
      expect(certificate.score).toBe('100.00');
    }
  });

  it('is that of the example that comes with the product', async () => {
    const example = await readFile(join(root, 'examples/usage-report.jsonl'), 'utf8');
    const records = example
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>)
      .map(({ RecordType, ...cells }) => ({ code: RecordType as RecordCode, cells }));
    const { certificate } = await certified(tsv, textOf(records).text);
    expect(certificate).toMatchObject({ score: '100.00', rejected: 0, problems: [] });
    expect(certificate.accepted).toBe(records.filter(({ code }) => code === 'SR08').length);
  });

  whereShared('data/dsr')('has an answer to every real file', async () => {
    for (const name of await readdir(sharedFile('data/dsr'))) {
      const bytes = await readFile(sharedFile(`data/dsr/${name}`));
      const { certificate } = await certified(tsv, bytes, `?fileName=${encodeURIComponent(name)}`);
      expect([name, certificate.lines > 0, certificate.score]).toEqual([
        name,
        true,
        expect.stringMatching(/^\d+\.\d\d$/),
      ]);
    }
  });

  it('is certified of tables and JSON Lines by their mapping', async () => {
    const rows = [
      `2026-01-15,${one},"A, live",KZ,1`,
      `15.01.2026,zz t01 26 00002,B,kz,"1,5"`,
      '',
      `2026-01-15,,B,Kazakhstan,"2 000.0"`,
    ];
    const query = `?mappingId=${mappingId}&month=2026-01`;
    const { certificate } = await certified('text/csv', [header, ...rows].join('\r\n'), query);
    expect(certificate).toMatchObject({ profile: 'table', lines: 5, accepted: 1, rejected: 2, score: '33.33' });
    expect(certificate.problems.map(({ line, cell, code }) => `${line} ${cell} ${code}`)).toEqual([
      '3 5 cell-not-whole',
      '3 4 territory-unknown',
      '3 1 cell-not-date',
      '5 2 isrc-missing',
      '5 4 territory-unknown',
    ]);
    expect(certificate.fixes).toMatchObject([
      { code: 'cell-not-whole', from: 'example', right: '15.01.2026,zz t01 26 00002,B,kz,0' },
      { code: 'territory-unknown', from: 'value', right: '15.01.2026,zz t01 26 00002,B,KZ,"1,5"' },
      { code: 'cell-not-date', from: 'example', right: '2026-01-01,zz t01 26 00002,B,kz,"1,5"' },
      { code: 'isrc-missing', asItCame: rows[3], right: '2026-01-15,QZABC2600001,B,Kazakhstan,2 000.0' },
    ]);
    const other = (await certified('text/csv', 'a,b\n1,2\n', query)).certificate;
    expect([other.score, new Set(other.problems.map(({ code }) => code))]).toEqual([
      '0.00',
      new Set(['column-missing']),
    ]);
    const body = {
      name: 'J',
      mapping: { ...mapping, delimiter: 'json-lines', columns: { isrc: 'i', quantity: '/n/q', territory: 't' } },
    };
    const { id } = await market.platform.as.post<{ id: string }>('/v1/usage-mappings', body);
    const json = [`{"i":"${one}","n":{"q":1.0},"t":"KZ"}`, `{"i":"${one}","n":{"q":2},"t":"Kz"}`].join('\n');
    const lines = await certified('application/x-ndjson', json, `?mappingId=${id}&month=2026-01`);
    expect(lines.certificate.fixes).toMatchObject([
      { code: 'cell-not-whole', from: 'value', right: `{"i":"${one}","n":{"q":1},"t":"KZ"}` },
      { code: 'territory-unknown', from: 'value', right: `{"i":"${one}","n":{"q":2},"t":"KZ"}` },
    ]);
  });

  it('is certified of events, alone, in a batch and as a stream', async () => {
    const event = (more: object, data: object = {}): object => ({
      ...{ specversion: '1.0', type: 'accordo.usage.v1', source: '/p', id: '1', time: '2026-01-02T00:00:00Z' },
      ...more,
      data: {
        ...{ serviceId: market.serviceIds[0], isrc: one, territory: 'KZ', useType: 'OnDemandStream' },
        ...{ commercialModel: 'SubscriptionModel', ...data },
      },
    });
    const events = [event({}), event({ time: 'now' }, { isrc: 'x' }), event({ time: '2026-01-06T00:00:00Z' })];
    const batch = await certified('application/cloudevents-batch+json', JSON.stringify(events));
    expect(batch.certificate).toMatchObject({ profile: 'accordo.usage.v1', lines: 3, accepted: 1, score: '33.33' });
    expect(batch.certificate.problems.map(({ line, cellName, code }) => `${line} ${cellName} ${code}`)).toEqual([
      '2 /time field-instant',
      '2 /data/isrc field-isrc',
      '3 /time event-ahead',
    ]);
    const right = batch.certificate.fixes.find(({ code }) => code === 'field-isrc')!;
    expect(JSON.parse(right.right!)).toMatchObject({ data: { isrc: 'QZABC2600001' }, time: 'now' });
    const stream = `${events.map((each) => JSON.stringify(each)).join('\n\n')}\n{"\ud800":1`;
    const { certificate } = await certified('application/x-ndjson', stream);
    expect(certificate).toMatchObject({ lines: 6, accepted: 1, rejected: 3, score: '25.00' });
    const alone = await certified(
      'application/cloudevents+json',
      JSON.stringify(event({}, { '\ud800': 1, quantity: 0 })),
    );
    expect(alone.certificate).toMatchObject({ accepted: 0, score: '0.00' });
    const batchType = 'application/cloudevents-batch+json';
    expect((await certified(batchType, '{}')).certificate).toMatchObject({ score: '0.00', problemsTotal: 1 });
    const long = await certified(batchType, JSON.stringify(Array.from({ length: 1001 }, () => event({}))));
    expect(long.certificate).toMatchObject({
      accepted: 1001,
      score: '50.00',
      problemsByCode: { 'field-array-size': 1 },
    });
    expect(await market.platform.as.all('/v1/usage-events?source=/p')).toEqual([]);
  });

  it('is refused where nothing can be checked', async () => {
    const of = (type: string, content: string | Uint8Array, query = ''): Promise<string> =>
      outcomeOf(certified(type, content, query));
    expect(await of('application/pdf', 'x')).toBe('content-type-unsupported');
    expect(await of('text/csv', 'x', `?mappingId=${mappingId}`)).toBe('request-invalid');
    expect(await of('text/csv', 'x', `?month=2026-01&mappingId=${market.label.organizationId}`)).toBe('not-found');
    expect(await of('application/cloudevents+json', '{')).toBe('request-invalid');
    const large = Buffer.alloc(65 * 1024 * 1024, 'a\n');
    expect(await of(tsv, large)).toBe('body-too-large');
    const rows = Array.from(
      { length: 60_000 },
      (_, at) => `${createHash('sha256').update(String(at)).digest('hex')}\n`,
    );
    const packed = gzipSync(rows.map((row) => row.repeat(20)).join(''));
    expect(packed.length).toBeLessThan(8 * 1024 * 1024);
    expect(await of('application/gzip', packed)).toBe('body-too-large');
    for (const empty of ['', '\n\n']) {
      expect((await certified(tsv, empty)).certificate.score).toBe('0.00');
      const query = `?mappingId=${mappingId}&month=2026-01`;
      expect((await certified('text/csv', empty, query)).certificate.score).toBe('0.00');
    }
  });

  it('never fails, whatever bytes are sent', async () => {
    const text = Buffer.from(await dsr());
    let seed = 11;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let run = 0; run < 60; run += 1) {
      const bytes = Buffer.from(text);
      for (let change = 0; change < 20; change += 1) bytes[random(bytes.length)] = random(256);
      const type = ['text/tab-separated-values', 'text/csv', 'application/x-ndjson'][run % 3]!;
      const query = run % 3 === 1 ? `?mappingId=${mappingId}&month=2026-01` : '';
      expect((await certified(type, bytes, query)).certificate.sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  });
});
