import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Database } from '../../src/platform/database/database';
import { Storage } from '../../src/platform/storage/storage';
import type { ApiRefusal } from '../../src/sample/api-client';
import { introduced } from '../../src/usage/introduced';
import { ReadReport } from '../../src/usage/read-report';
import { ReceiveReport, reportBytesMax } from '../../src/usage/receive-report';
import { ReadAgain } from '../../src/usage/suspense/read-again';
import { startTestApp, type TestApp } from '../support/app';
import { blockReport, type BlockReport } from '../support/block-report';
import { type Market, openMarket, outcome } from '../support/market';
import { closeMonth } from '../support/reported-usage';

interface Receipt {
  readonly id: string;
  readonly operationId: string;
  readonly fileSha256: string;
  readonly fileNumber: number;
  readonly files: number;
  readonly state: string;
  readonly replaces: string | null;
}

let app: TestApp;
let market: Market;
let agreementId: string;
beforeAll(async () => {
  app = await startTestApp({ at: '2026-03-05T09:00:00Z' });
  market = await openMarket(app, 3);
  ({ id: agreementId } = await market.concluded({ isrcs: market.isrcs.slice(0, 2) }));
});
afterAll(() => app?.close());

const type = 'text/tab-separated-values';
const linesIn = (text: string): number => text.trimEnd().split('\n').length;
const total = (texts: readonly string[]): string => String(texts.reduce((sum, text) => sum + linesIn(text), 0));

/** The files of one report: each of these plays in a file of its own, the last of them counting all. */
function filesOf(plays: readonly Readonly<Record<string, number>>[], changes: Partial<BlockReport> = {}): string[] {
  const messageId = randomUUID();
  const allPlays = plays.flatMap((each) => Object.values(each)).reduce((sum, count) => sum + count, 0);
  const files: string[] = [];
  let firstBlock = 1;
  for (const [index, own] of plays.entries()) {
    const isLast = index === plays.length - 1;
    const block = firstBlock;
    const make = (lines: string, blocks: string): string =>
      blockReport({
        messageId,
        month: '2026-01',
        senderPartyId: market.platform.partyId,
        recipientPartyId: market.label.partyId,
        serviceName: 'Radio',
        plays: own,
        allPlays,
        part: {
          number: index + 1,
          of: plays.length,
          firstBlock: block,
          ...(isLast && { report: { NumberOfLinesInReport: lines, NumberOfBlocksInReport: blocks } }),
        },
        ...changes,
      });
    firstBlock += Object.keys(own).length;
    const text = make('1', '1');
    files.push(isLast ? make(total([...files, text]), String(firstBlock - 1)) : text);
  }
  return files;
}

const send = (content: string | Uint8Array, query = '', as = type): Promise<Receipt> =>
  market.platform.as.upload(`/v1/usage-reports${query}`, as, content);
const refusal = (content: string, query = ''): Promise<string> =>
  send(content, query).then(
    () => 'accepted',
    ({ status, code, body }: ApiRefusal) => {
      const { faults = [] } = body as { faults?: readonly { code: string }[] };
      return [status, code, ...faults.map((fault) => fault.code)].join(' ');
    },
  );
const execute = (reportId: string): Promise<void> => app.app.get(ReadReport).execute({ reportId });
const show = (id: string): Promise<Receipt & Record<string, unknown>> => market.label.as.get(`/v1/usage-reports/${id}`);
const sums = async (id: string): Promise<string[]> =>
  (await market.label.as.all<Record<string, string>>(`/v1/usage-reports/${id}/sums`)).map(
    ({ isrc, quantity }) => `${isrc} ${quantity}`,
  );
const operation = (id: string): Promise<{ state: string; progress: object }> =>
  market.platform.as.get(`/v1/operations/${id}`);

describe('a report of several files', () => {
  it('is one report once all are here, in any order and packed or not, and says in which file a line stands', async () => {
    const [first, second, third] = market.isrcs as [string, string, string];
    const files = filesOf([{ [first]: 100, [third]: 5 }, { [second]: 50 }, { [first]: 7, ZZZ992600001: 3 }]);
    const last = await send(files[2]!);
    expect(last).toMatchObject({ fileNumber: 3, files: 3 });
    expect(await outcome(market.platform.as, 'GET', `/v1/usage-reports/${last.id}`)).toBe('404 not-found');
    expect(await operation(last.operationId)).toMatchObject({
      state: 'queued',
      progress: { files: 3, filesReceived: 1 },
    });
    await execute(last.id);
    const packed = gzipSync(files[0]!);
    const one = await send(packed, '', 'application/gzip');
    expect([one.id, one.operationId, one.fileNumber]).toEqual([last.id, last.operationId, 1]);
    expect(await send(packed, '', 'application/gzip')).toEqual(one);
    await send(files[1]!);
    expect(await send(files[2]!)).toEqual(last);
    expect(await show(last.id)).toMatchObject({ state: 'received', files: 3 });
    await execute(last.id);
    expect(await show(last.id)).toMatchObject({
      state: 'accepted',
      lines: total(files),
      linesAccepted: '3',
      rejectedByCode: { 'no-agreement': 1, 'unknown-recording': 1 },
    });
    expect(await market.platform.as.all(`/v1/usage-reports/${last.id}/faults`)).toEqual([]);
    expect(await sums(last.id)).toEqual([`${first} 107`, `${second} 50`]);
    const held = await market.label.as.all<{ file: number; line: string }>(`/v1/usage-reports/${last.id}/unmatched`);
    const lineOf = (text: string, isrc: string): string =>
      String(text.split('\n').findIndex((line) => line.startsWith('AS02') && line.includes(isrc)) + 2);
    expect(held.map(({ file, line }) => ({ file, line: line }))).toEqual([
      { file: 1, line: String(Number(lineOf(files[0]!, third))) },
      { file: 3, line: String(Number(lineOf(files[2]!, 'ZZZ992600001'))) },
    ]);
    for (const [at, file] of files.entries()) {
      const { text } = await market.label.as.request('GET', `/v1/usage-reports/${last.id}/file?file=${at + 1}`);
      if (at > 0) expect(text).toBe(file);
    }
    expect(await outcome(market.label.as, 'GET', `/v1/usage-reports/${last.id}/file?file=4`)).toBe('404 not-found');
    const { acknowledgement } = await market.platform.as.get<{ acknowledgement: { files: { sha256: string }[] } }>(
      `/v1/usage-reports/${last.id}/acknowledgement`,
    );
    expect(acknowledgement.files.map(({ sha256 }) => sha256)).toEqual([
      one.fileSha256,
      (await send(files[1]!)).fileSha256,
      last.fileSha256,
    ]);
    const suspense = await market.label.as.get<{ rows: { reportedTitle: string }[] }>(
      '/v1/usage-suspense?month=2026-01',
    );
    expect(suspense.rows.map(({ reportedTitle }) => reportedTitle)).toEqual(['A song', 'A song']);
  });

  it('gives back the rejected lines of each file by itself, and names the file of each fault', async () => {
    const [first, second] = market.isrcs as [string, string];
    const files = filesOf([{ [first]: 100 }, { [second]: 50 }], { month: '2026-02' });
    const broken = files[1]!.replace(/^(SU02(?:\t[^\t]*){6})\t50\t/m, '$1\t5.5\t');
    const { id } = await send(files[0]!);
    await send(broken);
    await execute(id);
    expect(await show(id)).toMatchObject({ state: 'accepted', linesAccepted: '1', linesRejected: '1' });
    const faults = await market.platform.as.all<Record<string, unknown>>(`/v1/usage-reports/${id}/faults`);
    const at = broken.split('\n').findIndex((line) => line.startsWith('SU02')) + 1;
    expect(faults.map(({ file, line, code }) => [file, line, code])).toEqual([
      [2, String(at), 'cell-not-whole'],
      [1, expect.any(String), 'usage-total-mismatch'],
    ]);
    const given = async (file: number): Promise<string[]> => {
      const { text } = await market.platform.as.request('GET', `/v1/usage-reports/${id}/faulty-lines?file=${file}`);
      return text
        .split('\n')
        .map((line) => line.split('\t')[0]!)
        .filter((code) => /^[A-Z]/.test(code));
    };
    expect(await given(1)).toEqual(['HEAD', 'SY02.02', 'FOOT']);
    expect(await given(2)).toEqual(['HEAD', 'SY02.02', 'AS02.02', 'SU02', 'FOOT']);
  });

  it('is refused where its files disagree, or the last says of all what they are not', async () => {
    const [first, second] = market.isrcs as [string, string];
    const month = '2026-03';
    const files = filesOf([{ [first]: 1 }, { [second]: 2 }], { month });
    await send(files[0]!);
    expect(await refusal(files[0]!.replace('\t1\tHEAD', ''))).toBe('accepted');
    expect(await refusal(files[0]!.replaceAll('A song', 'Another song'))).toBe('409 message-id-reused');
    expect(await refusal(files[1]!.replace(/^(HEAD(?:\t[^\t]*){6})\t2/m, '$1\t3'))).toBe(
      '422 report-unreadable report-files-differ',
    );
    expect(await refusal(files[1]!.replace(/^(SY02.*)\tRU\t/m, '$1\tKZ\t'))).toBe(
      '422 report-unreadable report-files-differ',
    );
    expect(await refusal(files[1]!.replace(/^(HEAD(?:\t[^\t]*){5})\t2\t2\t/m, '$1\t2\t1001\t'))).toBe(
      '422 report-unreadable too-many-files',
    );
    const { id } = await send(files[1]!.replace(/^(FOOT\t\d+\t)\d+/m, '$19'));
    await execute(id);
    const { state, refusal: why } = await show(id);
    expect([state, why]).toMatchObject(['refused', { faults: [{ code: 'line-count-mismatch' }] }]);
  });

  it('is refused where a block is in two of its files', async () => {
    const [first, second] = market.isrcs as [string, string];
    const files = filesOf([{ [first]: 1 }, { [second]: 2 }], { month: '2026-08' });
    await send(files[0]!);
    const { id } = await send(files[1]!.replace(/^((?:AS02\.02|SU02)\t)2\t/gm, '$11\t'));
    await execute(id);
    const { state, refusal: why } = await show(id);
    expect([state, why]).toMatchObject([
      'refused',
      { code: 'report-unreadable', faults: [{ code: 'blocks-overlap' }] },
    ]);
  });

  it('replaces a report when any of its files says so, and claims its period only when it is whole', async () => {
    const [first, second] = market.isrcs as [string, string];
    const month = '2026-04';
    const [alone] = filesOf([{ [first]: 10 }], { month }) as [string];
    const files = filesOf([{ [first]: 1 }, { [second]: 2 }], { month });
    const begun = await send(files[0]!);
    const old = await send(alone);
    await execute(old.id);
    expect(await refusal(files[1]!)).toBe('409 period-already-reported');
    expect(await operation(begun.operationId)).toMatchObject({ progress: { filesReceived: 1 } });
    const { id } = await send(files[1]!, `?replaces=${old.id}`);
    expect(id).toBe(begun.id);
    await execute(id);
    expect(await show(id)).toMatchObject({ state: 'accepted', replaces: old.id });
    expect((await show(old.id)).state).toBe('superseded');
    expect(await sums(id)).toEqual([`${first} 1`, `${second} 2`]);
  });

  it('is replaced as a whole, and replaces one report', async () => {
    const [first, second] = market.isrcs as [string, string];
    const month = '2026-05';
    const files = filesOf([{ [first]: 1 }, { [second]: 2 }], { month });
    const differ = '422 report-unreadable report-files-differ';
    expect(await refusal(files[0]!, `?replaces=${randomUUID()}&as=delta`)).toBe('409 delta-not-possible');
    const replaces = randomUUID();
    await send(files[0]!, `?replaces=${replaces}`);
    expect(await refusal(files[1]!, `?replaces=${randomUUID()}`)).toBe(differ);
    expect(await refusal(files[1]!, '?replacesTerritory=RU')).toBe(differ);
    expect(await refusal(files[1]!, `?replaces=${replaces.toUpperCase()}`)).toBe('409 report-not-replaceable');
  });

  it('can be cancelled before it is whole, and keeps no month from being closed', async () => {
    const [first, second] = market.isrcs as [string, string];
    const files = filesOf([{ [first]: 1 }, { [second]: 2 }], { month: '2026-01', serviceName: 'Video' });
    const { operationId } = await send(files[0]!);
    const { statement } = await closeMonth(app as never, market, agreementId, '2026-01');
    expect(statement.sha256).toMatch(/^[0-9a-f]{64}$/);
    await market.platform.as.post(`/v1/operations/${operationId}/cancel`, {});
    expect(await operation(operationId)).toMatchObject({ state: 'failed', problem: { code: 'reading-cancelled' } });
    expect(await refusal(files[1]!)).toBe('409 message-id-reused');
    expect(await outcome(market.platform.as, 'POST', `/v1/operations/${operationId}/cancel`, {})).toBe(
      '409 operation-over',
    );
  });

  it('is cancelled by whoever asks while its last file comes in', async () => {
    const [first, second] = market.isrcs as [string, string];
    const files = filesOf([{ [first]: 1 }, { [second]: 2 }], { month: '2026-09', serviceName: 'Video' });
    const { id, operationId } = await send(files[0]!);
    const { organizationId } = market.platform;
    const storage = app.app.get(Storage);
    const file = await storage.store(Readable.from([Buffer.from(files[1]!)]), reportBytesMax);
    const incoming = await introduced(storage, file, { mapping: undefined });
    let cancelled: Promise<string> | undefined;
    await app.app.get(Database).asMemberOf(organizationId, async (tx) => {
      const received = { ...incoming, file, replaces: undefined };
      await app.app.get(ReceiveReport).execute(tx, { system: 'test', organizationId }, received);
      cancelled = outcome(market.platform.as, 'POST', `/v1/operations/${operationId}/cancel`, {});
      const waiting = `SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted) AS found`;
      while (!(await tx.one<{ found: boolean }>(waiting)).found) await wait(20);
    });
    expect(await cancelled).toBe('200');
    await execute(id);
    expect(await show(id)).toMatchObject({ state: 'refused', refusal: { code: 'reading-cancelled' } });
    expect(await operation(operationId)).toMatchObject({ state: 'failed', problem: { code: 'reading-cancelled' } });
    expect(await sums(id)).toEqual([]);
  });

  it('is read again from all of its files', async () => {
    const [first, , third] = market.isrcs as [string, string, string];
    const files = filesOf([{ [first]: 4 }, { [third]: 6 }], { month: '2026-07' });
    const { id } = await send(files[0]!);
    await send(files[1]!);
    await execute(id);
    expect(await sums(id)).toEqual([`${first} 4`]);
    await market.concluded({ isrcs: [third] });
    await app.app.get(ReadAgain).execute({ reportId: id });
    const reports = await market.label.as.all<Receipt>('/v1/usage-reports?month=2026-07');
    const again = reports.find(({ replaces }) => replaces === id)!;
    expect((await sums(again.id)).sort()).toEqual([`${first} 4`, `${third} 6`]);
    const { text } = await market.label.as.request('GET', `/v1/usage-reports/${again.id}/file?file=2`);
    expect(text).toBe(files[1]);
  });

  it('is nobody else’s business', async () => {
    const files = filesOf([{ [market.isrcs[0]!]: 1 }, { [market.isrcs[1]!]: 2 }], { month: '2026-06' });
    const { id } = await send(files[0]!);
    await send(files[1]!);
    const stranger = await app.given.platform();
    for (const path of ['/file?file=2', '/faulty-lines?file=2'])
      expect(await outcome(stranger.as, 'GET', `/v1/usage-reports/${id}${path}`)).toBe('404 not-found');
  });
});
