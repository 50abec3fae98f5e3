import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { ApiRefusal } from '../../src/sample/api-client';
import { ReadReport } from '../../src/usage/read-report';
import { ReadAgain } from '../../src/usage/suspense/read-again';
import { startTestApp, type TestApp } from '../support/app';
import { blockReport, type BlockReport } from '../support/block-report';
import { type Market, openMarket } from '../support/market';
import { sharedFile } from '../support/shared-files';
import { smallReport } from '../support/small-report';

interface Receipt {
  readonly id: string;
  readonly operationId: string;
}
interface Report extends Receipt {
  readonly state: string;
  readonly lines: string;
  readonly linesAccepted: string;
  readonly linesRejected: string;
  readonly rejectedByCode: Readonly<Record<string, number>>;
  readonly refusal: { readonly code: string; readonly faults: readonly { readonly code: string }[] } | null;
}
interface Fault {
  readonly line: string;
  readonly record: string;
  readonly cell: number | null;
  readonly code: string;
  readonly severity: string;
  readonly value: string;
}

const type = 'text/tab-separated-values';
let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ at: '2026-03-05T09:00:00Z' });
});
afterAll(() => app?.close());

/** A label and a platform with an agreement about two of the label's three tracks. No worker runs: each test decides when a report is read. */
class Deal {
  private constructor(readonly market: Market) {}

  static async of(checks?: object): Promise<Deal> {
    const market = await openMarket(app, 3);
    const isrcs = market.isrcs.slice(0, 2);
    const life = checks === undefined ? {} : { usage: { ...market.terms().usage, checks } };
    await market.concluded({ isrcs, life });
    return new Deal(market);
  }

  get isrcs(): readonly [string, string, string] {
    return this.market.isrcs as unknown as [string, string, string];
  }

  file(changes: Partial<BlockReport> = {}): string {
    const { market, isrcs } = this;
    return blockReport({
      messageId: randomUUID(),
      month: '2026-01',
      senderPartyId: market.platform.partyId,
      recipientPartyId: market.label.partyId,
      serviceName: 'Radio',
      plays: { [isrcs[0]]: 100, [isrcs[1]]: 50 },
      ...changes,
    });
  }

  send(content: string | Uint8Array, query = '', as = type): Promise<Receipt> {
    return this.market.platform.as.upload(`/v1/usage-reports${query}`, as, content);
  }

  async refusal(content: string, query = ''): Promise<string[]> {
    return this.send(content, query).then(
      () => [],
      ({ status, code, body }: ApiRefusal) => {
        const { faults = [] } = body as { faults?: readonly { pointer: string; code: string }[] };
        return [`${status} ${code}`, ...faults.map((fault) => `${fault.pointer} ${fault.code}`)];
      },
    );
  }

  async read({ id }: Pick<Receipt, 'id'>): Promise<Report> {
    await app.app.get(ReadReport).execute({ reportId: id });
    return this.show(id);
  }

  show(id: string): Promise<Report> {
    return this.market.label.as.get(`/v1/usage-reports/${id}`);
  }

  async sums(id: string): Promise<string[]> {
    const rows = await this.market.label.as.all<Record<string, string>>(`/v1/usage-reports/${id}/sums`);
    return rows.map(({ isrc, useType, quantity, returns }) => `${isrc} ${useType} ${quantity}-${returns}`);
  }

  async held(id: string): Promise<string[]> {
    const rows = await this.market.platform.as.all<Record<string, string>>(`/v1/usage-reports/${id}/unmatched`);
    return rows.map(({ line, isrc, reason, quantity }) => `${line} ${isrc} ${reason} ${quantity}`);
  }

  async faults(id: string): Promise<string[]> {
    const faults = await this.market.platform.as.all<Fault>(`/v1/usage-reports/${id}/faults`);
    return faults.map(({ line, record, cell, code, value }) => `${line} ${record}/${cell} ${code} ${value}`);
  }
}

/** The file with a cell (from 1) of the nth record of a kind put otherwise. */
function withCell(text: string, code: string, nth: number, cell: number, value: string): string {
  let seen = 0;
  return text
    .split('\n')
    .map((line) => {
      if (!line.startsWith(`${code}\t`) || (seen += 1) !== nth) return line;
      return line
        .split('\t')
        .with(cell - 1, value)
        .join('\t');
    })
    .join('\n');
}

const lineOf = (text: string, code: string, nth: number): number =>
  text
    .split('\n')
    .map((line, at) => (line.startsWith(`${code}\t`) ? at + 1 : 0))
    .filter(Boolean)[nth - 1]!;

describe.each(['BasicAudioProfile', 'UGCProfile', 'BasicAudioProfileSRB'] as const)('a report of %s', (profile) => {
  let deal: Deal;
  beforeAll(async () => {
    deal = await Deal.of();
  });

  it('is kept as evidence, read once, and comes to exact sums, packed or not', async () => {
    const [first, second, third] = deal.isrcs;
    const content = deal.file({ profile, plays: { [first]: 100, [second]: 50, [third]: 7, ZZZ992600001: 3 } });
    const receipt = await deal.send(gzipSync(content), '', 'application/gzip');
    expect(await deal.send(gzipSync(content), '', 'application/gzip')).toEqual(receipt);
    const report = await deal.read(receipt);
    expect(report).toMatchObject({ state: 'accepted', linesAccepted: '2', linesRejected: '2' });
    expect(report.rejectedByCode).toEqual({ 'no-agreement': 1, 'unknown-recording': 1 });
    expect(report.lines).toBe(String(content.trimEnd().split('\n').length));
    expect(await deal.sums(receipt.id)).toEqual([`${first} OnDemandStream 100-0`, `${second} OnDemandStream 50-0`]);
    const uses = { BasicAudioProfile: 'SU02', UGCProfile: 'SU03.02', BasicAudioProfileSRB: 'SR02' }[profile];
    expect(await deal.held(receipt.id)).toEqual([
      `${lineOf(content, uses, 3)} ${third} no-agreement 7`,
      `${lineOf(content, uses, 4)} ZZZ992600001 unknown-recording 3`,
    ]);
    const { acknowledgement } = await deal.market.label.as.get<{ acknowledgement: object }>(
      `/v1/usage-reports/${receipt.id}/acknowledgement`,
    );
    expect(acknowledgement).toMatchObject({ state: 'accepted', linesAccepted: '2', linesHeld: '2' });
  });

  it('is replaced as a whole, read again under what is signed by then, and its held use has names', async () => {
    const { market } = deal;
    const [first, , third] = deal.isrcs;
    const months = { month: '2026-02', profile };
    const old = await deal.send(deal.file(months));
    expect(await deal.read(old)).toMatchObject({ state: 'accepted' });
    expect(await deal.refusal(deal.file(months))).toEqual(['409 period-already-reported']);
    const names = { [third]: ['Third song', 'Third singer'] as const };
    const { id } = await deal.send(
      deal.file({ ...months, plays: { [first]: 90, [third]: 8 }, names }),
      `?replaces=${old.id}`,
    );
    await deal.read({ id });
    expect([(await deal.show(old.id)).state, (await deal.show(id)).state]).toEqual(['superseded', 'accepted']);
    expect(await deal.sums(id)).toEqual([`${first} OnDemandStream 90-0`]);
    const suspense = await market.label.as.get<{ rows: { isrc: string; reportedTitle: string }[] }>(
      '/v1/usage-suspense?month=2026-02',
    );
    expect(suspense.rows).toMatchObject([{ isrc: third, reportedTitle: 'Third song' }]);
    await market.concluded({ isrcs: [third] });
    await app.app.get(ReadAgain).execute({ reportId: id });
    const reports = await market.label.as.all<Report & { readonly replaces: string | null }>(
      '/v1/usage-reports?month=2026-02',
    );
    const again = reports.find(({ replaces }) => replaces === id)!;
    expect((await deal.sums(again.id)).sort()).toEqual([`${first} OnDemandStream 90-0`, `${third} OnDemandStream 8-0`]);
  });
});

it.each(['BasicAudioProfile', 'BasicAudioProfileSRB'] as const)(
  'a report of %s is refused where it is agreed that its uses add up to what its summaries claim',
  async (profile) => {
    const deal = await Deal.of({ faultyShareMax: '0.5', refusedFor: ['usage-total-mismatch'] });
    const content = deal.file({ profile, allPlays: 149 });
    const receipt = await deal.send(content);
    const report = await deal.read(receipt);
    expect(report).toMatchObject({ state: 'refused', refusal: { code: 'report-not-as-agreed' } });
    const line = lineOf(content, 'SY02.02', 1);
    expect(await deal.faults(receipt.id)).toEqual([`${line} SY02.02/9 usage-total-mismatch 149`]);
    expect(await deal.sums(receipt.id)).toEqual([]);
  },
);

describe('a report with blocks', () => {
  let deal: Deal;
  beforeAll(async () => {
    deal = await Deal.of();
  });

  it('sums downloads beside what was given back', async () => {
    const [first, second] = deal.isrcs;
    const receipt = await deal.send(deal.file({ downloads: { [first]: [9, 2], [second]: [4, 0] } }));
    expect(await deal.read(receipt)).toMatchObject({ state: 'accepted', linesAccepted: '4', linesRejected: '0' });
    expect(await deal.sums(receipt.id)).toEqual([
      `${first} OnDemandStream 100-0`,
      `${first} PermanentDownload 9-2`,
      `${second} OnDemandStream 50-0`,
      `${second} PermanentDownload 4-0`,
    ]);
  });

  it('adds up counts that no double holds, also where they are held', async () => {
    const [first] = deal.isrcs;
    const content = deal.file({ month: '2026-09', plays: { [first]: 111, ZZZ992600001: 111 } });
    const large = content.replace(/^(SU02(?:\t[^\t]*){6})\t111\t/gm, '$1\t9007199254740993\t');
    const unnamed = withCell(large, 'AS02.02', 2, 5, '');
    const receipt = await deal.send(unnamed);
    expect(await deal.read(receipt)).toMatchObject({ linesAccepted: '1', linesRejected: '1' });
    expect(await deal.sums(receipt.id)).toEqual([`${first} OnDemandStream 9007199254740993-0`]);
    expect((await deal.held(receipt.id))[0]).toMatch(/ null unknown-recording 9007199254740993$/);
  });

  it('loses only what depends on a fault, and gives those lines back in its own format', async () => {
    const [first, second] = deal.isrcs;
    const sound = deal.file({
      month: '2026-02',
      plays: { [first]: 100, [second]: 50 },
      downloads: { [first]: [9, 2], [second]: [4, 0] },
    });
    const faulty = withCell(withCell(sound, 'AS02.02', 2, 5, 'ZZ-1'), 'SU01', 1, 9, '9.5');
    const receipt = await deal.send(faulty);
    const report = await deal.read(receipt);
    expect(report).toMatchObject({ state: 'accepted', linesAccepted: '2', linesRejected: '2' });
    expect(report.rejectedByCode).toEqual({ 'reference-rejected': 1, 'cell-not-whole': 1 });
    const at = (code: string, nth: number): number => lineOf(faulty, code, nth);
    expect((await deal.faults(receipt.id)).slice(0, 3)).toEqual([
      `${at('AS02.02', 2)} AS02.02/5 isrc-malformed ZZ-1`,
      `${at('SU02', 2)} SU02/6 reference-rejected A1`,
      `${at('SU01', 1)} SU01/9 cell-not-whole 9.5`,
    ]);
    const given = await deal.market.platform.as.request<string>('GET', `/v1/usage-reports/${receipt.id}/faulty-lines`);
    const lines = given.text.trimEnd().split('\n');
    const records = lines.filter((line) => !line.startsWith('#')).map((line) => line.split('\t'));
    expect(records.map(([code, block]) => `${code} ${block}`).slice(3)).toEqual([
      'AS02.02 2',
      'SU02 2',
      'AS02.02 3',
      'SU01 3',
      `FOOT ${lines.length}`,
    ]);
    expect(records.at(-1)).toEqual(['FOOT', ...[lines.length, lines.length, 2, 2, 2].map(String)]);
    expect(records.at(3)!.at(-1)).toMatch(/^isrc-malformed/);
    // What the uses are about is given as it came, without a reason.
    expect(lines[lines.length - 3]).toBe(faulty.split('\n')[at('AS02.02', 3) - 1]);
  });

  it('reads every recording of a block, by the reference or by what the service calls it', async () => {
    const [first, second, third] = deal.isrcs;
    const opening = (profile: 'BasicAudioProfile' | 'UGCProfile', month: string): string[] =>
      deal
        .file({ profile, month, plays: {} })
        .split('\n')
        .filter((line) => /^(HEAD|SY02)/.test(line));
    const recording = (block: number, ref: string, isrc: string): string =>
      ['AS02.02', block, ref, `D-${ref}`, isrc, 'Title', '', 'Artist', '', '', 'SoundRecording'].join('\t');
    const whole = (lines: readonly string[], blocks: number): string =>
      [...lines, ['FOOT', lines.length + 1, lines.length + 1, 1, blocks, blocks].join('\t'), ''].join('\n');
    const audio = whole(
      [
        ...opening('BasicAudioProfile', '2026-03'),
        'RE01\t1\tR1\tD-R1\t\t\t\tArtist\t\tAlbum',
        recording(1, 'A1', first),
        recording(1, 'A2', `${second}|${third}`),
        'RE02\t1\tR2\tD-R2\t\tA2',
        'SU02\t1\tS1\tT1\t\tA1\t\t5',
        'SU02\t1\tS1\tT2\tR2\t\t\t6',
        // A release of two recordings: nothing says how much is of which.
        'SU02\t1\tS1\tT3\tR1\t\t\t7',
        'RE01\t2\tR1\tD-R1\t\t\t\tArtist\t\tSingle',
        recording(2, 'A1', first),
        'SU02\t2\tS1\tT1\tR1\t\t\t8',
      ],
      2,
    );
    const heard = await deal.send(audio);
    expect(await deal.read(heard)).toMatchObject({ state: 'accepted', linesAccepted: '3', linesRejected: '1' });
    expect(await deal.sums(heard.id)).toEqual([`${first} OnDemandStream 13-0`, `${second} OnDemandStream 6-0`]);
    expect(await deal.held(heard.id)).toEqual([`9 null unknown-recording 7`]);

    const items = whole(
      [
        ...opening('UGCProfile', '2026-03').map((line) =>
          line.replace('OnDemandStream', 'UserMakeAvailableUserProvided'),
        ),
        recording(1, 'A1', first),
        recording(1, 'A2', second),
        'RU01.01\t1\tS1\tv1|v2\t900|800\tMusic',
        'SU03.02\t1\tT1\tS1\tD-A2\t5.00\t0.01\t2026-03-10\t2026-03-12',
        'LI01.02\t1\tS1\tPUB\t\t\t1.0\t\t0\t0',
        'SU03.02\t1\tT2\t\tD-other\t6\t0.01',
        recording(2, 'A1', first),
        'SU03.02\t2\tT1\tS1\tD-other\t7\t0.01',
      ],
      2,
    );
    const shared = await deal.send(items);
    expect(await deal.read(shared)).toMatchObject({ state: 'accepted', linesAccepted: '2', linesRejected: '1' });
    expect(await deal.sums(shared.id)).toEqual([
      `${first} UserMakeAvailableUserProvided 7-0`,
      `${second} UserMakeAvailableUserProvided 5-0`,
    ]);
    expect(await deal.held(shared.id)).toEqual([`8 null unknown-recording 6`]);
  });

  it('comes by a resumable upload, is cancelled while it waits, and sent again under another id', async () => {
    const { platform } = deal.market;
    const tus = { 'tus-resumable': '1.0.0' };
    const content = Buffer.from(deal.file({ month: '2026-05' }));
    const begun = await platform.as.request('POST', '/v1/uploads', {
      headers: { ...tus, 'upload-length': String(content.length) },
    });
    const path = begun.headers.get('location')!;
    for (const [from, until] of [
      [0, 300],
      [300, content.length],
    ] as const) {
      await platform.as.request('PATCH', path, {
        file: { type: 'application/offset+octet-stream', content: content.subarray(from, until) },
        headers: { ...tus, 'upload-offset': String(from) },
      });
    }
    const uploadId = path.split('/').at(-1)!;
    const receipt = await platform.as.post<Receipt>(`/v1/usage-reports?uploadId=${uploadId}`, {});
    await platform.as.post(`/v1/operations/${receipt.operationId}/cancel`, {});
    expect(await deal.read(receipt)).toMatchObject({ state: 'refused', refusal: { code: 'reading-cancelled' } });
    const again = await deal.read(await deal.send(deal.file({ month: '2026-05' })));
    expect(again).toMatchObject({ state: 'accepted', linesAccepted: '2' });
    const { text } = await deal.market.label.as.request('GET', `/v1/usage-reports/${receipt.id}/file`);
    expect(text).toBe(content.toString());
  });

  it('says what everybody used and what it brought where one summary alone tells both', async () => {
    const database = await app.superuser();
    const contexts = async (content: string): Promise<unknown[]> => {
      const { id } = await deal.send(content);
      const { rows } = await database.query(
        `SELECT context_id AS id, all_usages AS uses, trim_scale(net_revenue)::text AS revenue, trim_scale(music_usage_ratio)::text AS ratio, currency
           FROM usage_contexts WHERE report_id = $1 ORDER BY 1`,
        [id],
      );
      return rows.map((row: object) => Object.values(row).join(' '));
    };
    const alone = deal.file({ month: '2026-06', profile: 'UGCProfile', allPlays: 1000 });
    expect(await contexts(alone)).toEqual(['S1 1000 50 1 USD']);
    const several = deal
      .file({ month: '2026-07', profile: 'UGCProfile', allPlays: 1000 })
      .replace(/^(SY02.*)$/m, (line) => {
        const cells = line.split('\t');
        return [cells.with(12, 'PUB_1'), cells.with(12, 'PUB_2').with(8, '1500')]
          .map((each) => each.join('\t'))
          .join('\n');
      });
    expect(await contexts(several)).toEqual(['S1 1500   USD']);
    await database.end();
  });

  it('is streamed: a block of many uses is read, a line without end rejected, neither kept', async () => {
    const [first] = deal.isrcs;
    const lines = deal
      .file({ month: '2026-08', plays: { [first]: 1 } })
      .trimEnd()
      .split('\n')
      .slice(0, -2);
    const use = lines.at(-1)!.split('\t');
    for (let at = 2; at <= 20_000; at += 1) lines.push(use.with(3, `T-${at}`).join('\t'));
    lines.push(use.with(3, 'x'.repeat(1_000_000)).join('\t'));
    const count = String(lines.length + 1);
    const receipt = await deal.send([...lines, ['FOOT', count, count, 1, 1, 1].join('\t'), ''].join('\n'));
    expect(await deal.read(receipt)).toMatchObject({
      linesAccepted: '20000',
      rejectedByCode: { 'line-too-long': 1 },
    });
    expect(await deal.sums(receipt.id)).toEqual([`${first} OnDemandStream 20000-0`]);
  });

  it('is refused before it becomes evidence where it cannot be received', async () => {
    const content = deal.file({ month: '2026-04' });
    expect(await deal.refusal(content.replace('\tBasicAudioProfile\t', '\tAudioVisualProfile\t'))).toContain(
      '/lines/1 wrong-profile',
    );
    expect(await deal.refusal(content.replace('\tBasicAudioProfile\t', '\tUGCProfileSRB\t'))).toContain(
      '/lines/1 wrong-profile',
    );
    expect(await deal.refusal(content.replaceAll('\tRU\t', '\tWorldwide\t'))).toEqual([
      '422 report-unreadable',
      '/lines/4 territory-unknown',
    ]);
    expect(await deal.refusal(content.replace('\tOnDemandStream\t', '\tHumming\t'))).toEqual([
      '422 report-unreadable',
      '/lines/4 use-type-unknown',
    ]);
    expect(await deal.refusal(content.replace('\tUSD\t', '\tEUR\t'))).toEqual([
      '422 report-unreadable',
      '/lines/4 currency-not-agreed',
    ]);
    expect(await deal.refusal(content.replaceAll('2026-04-30', '2026-04-29'))).toContain('/lines/1 period-not-a-month');
    const services = content
      .replace(/^(SY02\.02\tS1(?:\t[^\t]*){5})\tRadio(.*)$/m, '$1\tRadio$2\n$1\tVideo$2')
      .replace(/\nSY02\.02\tS1(.*\tVideo)/, '\nSY02.02\tS3$1');
    expect(await deal.refusal(services)).toContain('/lines several-services');
    expect(await deal.refusal(content.replace(/^SY02.*\n/m, ''))).toEqual([
      '422 report-unreadable',
      '/lines summary-missing',
    ]);
    expect(await deal.refusal(content.slice(content.indexOf('\n') + 1))).toContain('/lines head-missing');
  });
});

describe.each(['01', '02'])('a report to record companies in version .%s of its records', (version) => {
  it('is received, and comes to the same sums; without the names of its cells .02 is rejected line by line', async () => {
    const deal = await Deal.of();
    const [first, second] = deal.isrcs;
    const { market } = deal;
    const sound = async (month: string): Promise<string> => {
      const text = await smallReport({
        messageId: randomUUID(),
        month,
        senderPartyId: market.platform.partyId,
        recipientPartyId: market.label.partyId,
        serviceName: 'Radio',
        plays: { [first]: 100, [second]: 50 },
        downloads: { [first]: [7, 2] },
        allPlays: 10_000,
      });
      return text.replace(/^(#?)(SY10|SR08)\t/gm, `$1$2.${version}\t`);
    };
    const content = await sound('2026-01');
    const receipt = await deal.send(content);
    expect(await deal.read(receipt)).toMatchObject({ state: 'accepted', linesAccepted: '3', linesRejected: '0' });
    expect(await deal.sums(receipt.id)).toEqual([
      `${first} OnDemandStream 100-0`,
      `${first} PermanentDownload 7-2`,
      `${second} OnDemandStream 50-0`,
    ]);
    const unnamed = (await sound('2026-02')).replace(/^#SR08.*$/m, '#');
    const silent = await deal.send(unnamed);
    const report = await deal.read(silent);
    expect(report).toMatchObject(
      version === '01'
        ? { linesAccepted: '3', rejectedByCode: {} }
        : { linesAccepted: '0', rejectedByCode: { 'layout-partly-known': 3 } },
    );
    const blind = (await sound('2026-03')).replace(/^#SY10.*$/m, '#');
    expect(await deal.refusal(blind)).toEqual(
      version === '01' ? [] : ['422 report-unreadable', '/lines/4 layout-partly-known', '/lines/5 layout-partly-known'],
    );
  });
});

const folder = 'data/dsr';
(existsSync(sharedFile(folder)) ? describe : describe.skip)('reports as platforms send them', () => {
  let deal: Deal;
  beforeAll(async () => {
    deal = await Deal.of();
  });
  const names = existsSync(sharedFile(folder))
    ? readdirSync(sharedFile(folder)).filter((name) => name.endsWith('.tsv'))
    : [];

  it.each(names)('%s is refused, and everything that stands in the way is named', async (name) => {
    const [code, ...faults] = await deal.refusal(readFileSync(sharedFile(`${folder}/${name}`), 'utf8'));
    expect(code).toBe('422 report-unreadable');
    expect(faults).toContain(
      name.startsWith('DSR_TEST')
        ? '/lines/1 period-not-a-month'
        : name.startsWith('DSR_')
          ? '/lines/1 too-few-cells'
          : '/lines/4 too-few-cells',
    );
  });

  it('of user-generated content: about one month and one service it is received, and adds up', async () => {
    const name = names.find((each) => each.startsWith('DSR_TEST'))!;
    const content = readFileSync(sharedFile(`${folder}/${name}`), 'utf8')
      .replace('2015-10-01', '2026-01-01')
      .replace('2015-12-31', '2026-01-31')
      .replaceAll('PADPIDA2013020802I', deal.market.platform.partyId)
      .replaceAll('PADPIDA20070627029', deal.market.label.partyId)
      .replaceAll('AdSupport-music', 'Radio')
      .replace(/\tVideo\t/g, '\tRadio\t');
    const receipt = await deal.send(content);
    expect(await deal.read(receipt)).toMatchObject({ state: 'accepted', linesAccepted: '0', linesRejected: '6' });
    const isrcs = new Map<string, string>();
    const expected = content.split('\n').flatMap((line, at): string[] => {
      const cells = line.split('\t');
      if (cells[0] === 'AS01') isrcs.set(cells[1]!, cells[4]!);
      return cells[0] === 'SU03.01' ? [`${at + 1} ${isrcs.get(cells[1]!)} unknown-recording ${cells[5]}`] : [];
    });
    expect(expected).toHaveLength(6);
    expect(await deal.held(receipt.id)).toEqual(expected);
  });
});
