import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import readWorkbook from 'read-excel-file/node';
import { verifyFile } from '../../src/commands/verify';
import { type PublishedKey, verifyPdf, verifyStatement } from '../../src/evidence';
import type { ApiClient } from '../../src/sample/api-client';
import { startTestApp, type TestApp } from '../support/app';
import { type AgreementAnswer, type Market, openMarket, outcome, refused } from '../support/market';
import { closeMonth, reportUsage } from '../support/reported-usage';
import { read } from '../unit/ddex/samples';

/** No worker runs: months are closed when the tests say so. */
let app: TestApp;
let market: Market;
let agreement: AgreementAnswer;
let keys: readonly PublishedKey[];
/** By month: '2026-01' and '2026-02', which corrects January. */
const statements = new Map<string, string>();

beforeAll(async () => {
  app = await startTestApp({ at: '2026-03-02T09:00:00Z' });
  market = await openMarket(app, 3);
  agreement = await market.concluded({ rate: '1', floor: '100.00' });
  ({ keys } = await market.label.as.get<{ keys: PublishedKey[] }>('/.well-known/jwks.json'));
  const [one, two, three] = market.isrcs as [string, string, string];
  const january = await reportUsage(app, market, {
    plays: { [one]: 9_000, [two]: 2_500 },
    downloads: { [three]: [10, 1] },
  });
  await close('2026-01');
  // January had fewer plays of the first track, and more of the second one.
  await reportUsage(app, market, { plays: { [one]: 8_500, [two]: 2_600 }, downloads: { [three]: [10, 1] } }, january);
  await reportUsage(app, market, { month: '2026-02', plays: { [one]: 4_000 } });
  await close('2026-02');
});
afterAll(() => app?.close());

async function close(month: string): Promise<void> {
  statements.set(month, (await closeMonth(app, market, agreement.id, month)).statement.id);
}

const pathOf = (month: string, query = ''): string => `/v1/statements/${statements.get(month)}/document${query}`;

async function file(
  query: string,
  { month = '2026-02', by = market.label.as }: { month?: string; by?: ApiClient } = {},
) {
  return (await by.download(pathOf(month, query)))!;
}

const headersOf = async (query: string): Promise<(string | null)[]> => {
  const { headers } = await market.label.as.request('GET', pathOf('2026-02', query));
  return ['content-type', 'content-disposition'].map((name) => headers.get(name));
};

describe('the document of a statement', () => {
  it('has the type and the name of its format', async () => {
    const base = `statement-2026-02-${statements.get('2026-02')}`;
    expect(await headersOf('')).toEqual(['application/pdf', `attachment; filename="${base}.en.pdf"`]);
    expect(await headersOf('?format=json')).toEqual([
      'application/json; charset=utf-8',
      `attachment; filename="${base}.json"`,
    ]);
    expect(await headersOf('?format=xlsx&language=ru')).toEqual([
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      `attachment; filename="${base}.ru.xlsx"`,
    ]);
    expect(await headersOf('?format=tsv')).toEqual([
      'text/tab-separated-values; charset=utf-8',
      `attachment; filename="${base}.tsv"`,
    ]);
    expect(await refused(market.label.as, 'GET', pathOf('2026-02', '?format=doc&language=fr'))).toMatchObject({
      status: 400,
      faults: [{ pointer: '/format' }, { pointer: '/language' }],
    });
  });

  it('is there for the two parties alone', async () => {
    const stranger = await app.given.platform();
    for (const format of ['pdf', 'json', 'xlsx', 'csv', 'tsv'])
      expect(await outcome(stranger.as, 'GET', pathOf('2026-02', `?format=${format}`))).toBe('404 not-found');
  });
});

// January: 11,500 plays at 1 and 9 downloads at 0.36 are 11,503.24, all of it recouped of 12,000.00. February: 4,000 and the correction
// of -400 are 3,600, of which the rest of the advance, 496.76, takes its part.
describe('as PDF', () => {
  it.each(['en', 'ru'])('is sealed, for the label and for the platform (%s)', async (language) => {
    for (const by of [market.label.as, market.platform.as]) {
      const pdf = await file(`?language=${language}`, { by });
      expect((await verifyPdf(pdf, keys)).faults).toEqual([]);
      const changed = Buffer.from(pdf);
      changed[2_000]! ^= 1;
      expect((await verifyPdf(changed, keys)).faults).toHaveLength(1);
    }
  });
});

describe('as JSON', () => {
  it('is canonical and sealed, and names its lines', async () => {
    const json = await file('?format=json');
    const csv = await file('?format=csv');
    const { statement } = JSON.parse(json.toString()) as { statement: Record<string, unknown> };
    expect(verifyStatement(json, keys, csv)).toEqual({
      statement: { id: statements.get('2026-02'), month: '2026-02', for: 'label', payable: '3103.24 USD' },
      faults: [],
    });
    expect(statement).toMatchObject({
      schema: 'accordo-statement/1',
      royalties: '3600.00',
      recouped: '496.76',
      payable: '3103.24',
      invoiced: '3103.24',
      summary: [
        { name: 'earned', amount: '4000.00' },
        { name: 'corrections', amount: '-400.00' },
        { name: 'royalties', amount: '3600.00' },
        { name: 'recouped', amount: '-496.76' },
        { name: 'net', amount: '3103.24' },
        { name: 'payable', amount: '3103.24' },
      ],
      lines: { count: 3, csvSha256: createHash('sha256').update(csv).digest('hex') },
    });
    // The same document on another day has the same bytes: the signature of Ed25519 is no chance.
    expect((await file('?format=json')).equals(json)).toBe(true);
    const mirror = verifyStatement(await file('?format=json', { by: market.platform.as }), keys);
    expect(mirror).toMatchObject({ statement: { for: 'platform', payable: '3103.24 USD' }, faults: [] });
  });

  it('tells what does not hold', async () => {
    const json = await file('?format=json');
    const codes = (bytes: Buffer, by: readonly PublishedKey[] = keys, csv?: Buffer): string[] =>
      verifyStatement(bytes, by, csv).faults.map(({ pointer, code }) => `${pointer} ${code}`);
    const changed = (from: string, to: string): Buffer => Buffer.from(json.toString().replace(from, to));
    expect(codes(changed('"payable":"3103.24"', '"payable":"9103.24"'))).toEqual([
      'seal seal-broken',
      'clauseLines clause-lines-hash',
    ]);
    expect(codes(changed('"month":"2026-02"', '"month":"2026-03"'))).toEqual(['seal seal-broken']);
    expect(codes(changed('accordo-statement/1', 'accordo-statement/2'))).toEqual([
      'seal seal-broken',
      'schema statement-schema',
    ]);
    expect(codes(changed('{"seal"', '{ "seal"'))).toEqual(['statement statement-unreadable']);
    expect(codes(changed('{"seal":"', '{"seal":"x'))).toEqual(['seal seal-broken']);
    expect(codes(Buffer.from('{"a":'))).toEqual(['statement statement-unreadable']);
    expect(codes(json, keys, Buffer.from('line\r\n'))).toEqual(['lines lines-hash']);
    // A key that is published for something else seals no statement.
    const renamed = keys.map((key) => ({ ...key, kid: key.kid.replace('statement-', 'clearance-') }));
    expect(codes(json, renamed)).toEqual(['seal key-unknown']);
  });
});

describe('accordo verify', () => {
  it('takes the JSON with its lines, and says what does not hold', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'accordo-statement-'));
    const kept = async (name: string, content: string | Buffer): Promise<string> => {
      await writeFile(join(folder, name), content);
      return join(folder, name);
    };
    const [json, csv] = [
      await kept('s.json', await file('?format=json')),
      await kept('s.csv', await file('?format=csv')),
    ];
    const jwks = await kept('keys.json', JSON.stringify({ keys }));
    const run = async (lines: string): Promise<[number, string]> => {
      let told = '';
      const streams = { output: { write: (text: string) => (told += text) }, errors: process.stderr };
      return [
        await verifyFile(json, { keys: jwks, lines }, streams as unknown as Parameters<typeof verifyFile>[2]),
        told,
      ];
    };
    expect(await run(csv)).toEqual([
      0,
      `${json}: everything holds\n  statement  ${statements.get('2026-02')} of 2026-02, for the label, payable 3103.24 USD\n`,
    ]);
    const [code, told] = await run(json);
    expect([code, told]).toEqual([1, expect.stringContaining('(lines-hash)')]);
    await rm(folder, { recursive: true });
  });
});

describe('as CSV', () => {
  it('has every line, with its correction', async () => {
    const [one, two] = market.isrcs;
    const [radio] = market.serviceIds;
    const used = 'RU,OnDemandStream,AdvertisementSupportedModel';
    expect((await file('?format=csv')).toString().split('\r\n')).toEqual([
      'line,period,clause,isrc,serviceId,territory,useType,commercialModel,quantity,returns,exact,amount,currency,controlledShare,sales,usedOn,reportedOn',
      `1,2026-02,streaming,${one},${radio},${used},4000,0,4000,4000.00,USD,1,,,`,
      `2,2026-01,streaming,${one},${radio},${used},-500,0,-500,-500.00,USD,1,,,`,
      `3,2026-01,streaming,${two},${radio},${used},100,0,100,100.00,USD,1,,,`,
      '',
    ]);
  });

  it('is the same at its own address', async () => {
    const { text } = await market.label.as.request(
      'GET',
      `/v1/statements/${statements.get('2026-02')}/lines?format=csv`,
    );
    expect(text).toBe((await file('?format=csv')).toString());
  });
});

describe('as XLSX', () => {
  it('opens elsewhere, with figures as numbers', async () => {
    const sheets = await readWorkbook(await file('?format=xlsx'));
    expect(sheets.map(({ sheet }) => sheet)).toEqual(['Summary', 'Clauses', 'Corrections of earlier months', 'Lines']);
    const [summary, clauses, corrections, lines] = sheets.map(({ data }) => data);
    expect(summary!.slice(1, 7).map(([name, amount, currency]) => [name, amount, currency])).toEqual([
      ['Royalties of the month', 4000, 'USD'],
      ['Corrections of earlier months', -400, 'USD'],
      ['Royalties', 3600, 'USD'],
      ['Taken up by advances', -496.76, 'USD'],
      ['Result of the month', 3103.24, 'USD'],
      ['Payable', 3103.24, 'USD'],
    ]);
    expect(clauses!.slice(1, 3).map((row) => [row[2], row[4], row[5], row[6], row[8]])).toEqual([
      ['at least', 4000, 4000, 4000, '4\u00a0000, at least 100 = 4\u00a0000'],
      ['per unit', null, 4000, null, '4\u00a0000 × 1 = 4\u00a0000'],
    ]);
    expect(corrections!.slice(1)).toEqual([
      ['2026-01', null, 11_503.24, 11_103.24, -400, 'USD'],
      ['2026-01', 'streaming', null, null, -400, 'USD'],
    ]);
    expect(lines!.slice(1).map((row) => [row[0], row[8], row[9], row[10], row[11]])).toEqual([
      [1, 4000, 0, 4000, 4000],
      [2, -500, 0, -500, -500],
      [3, 100, 0, 100, 100],
    ]);
  });

  it('is told in Russian as well', async () => {
    const sheets = await readWorkbook(await file('?format=xlsx&language=ru', { by: market.platform.as }));
    expect(sheets.map(({ sheet }) => sheet)).toEqual([
      'Итоги',
      'Пункты договора',
      'Исправления прошлых месяцев',
      'Строки',
    ]);
    expect(sheets[0]!.data[0]![0]).toBe('Отчёт о вознаграждении. Экземпляр платформы: зеркало отчёта лицензиара');
  });
});

describe('as a sales report', () => {
  it('is sound by the rules for reports, and its contexts add up to the royalties', async () => {
    const tsv = await file('?format=tsv');
    expect(await faultsIn(tsv)).toEqual([]);
    const rows = tsv
      .toString()
      .split('\n')
      .map((line) => line.split('\t'));
    const contexts = rows.filter(([code]) => code === 'SY10');
    expect(contexts.map((cells) => cells.at(-1))).toEqual(['4000.00', '-400.00']);
    const lines = rows.filter(([code]) => code === 'SR08');
    // The context; what was sold, given back, and is left; the amount.
    expect(lines.map((cells) => [cells[24], ...cells.slice(26, 29), cells[45]])).toEqual([
      ['S1', '4000', '0', '4000', '4000.00'],
      ['S2', '0', '0', '0', '-500.00'],
      ['S2', '100', '0', '100', '100.00'],
    ]);
  });

  it('has a fee for what a clause owes to no recording', async () => {
    const quiet = await openMarket(app, 1);
    const { id } = await quiet.concluded({ rate: '1', floor: '100.00' });
    await reportUsage(app, quiet, { plays: {} });
    const { statement } = await closeMonth(app, quiet, id, '2026-01');
    const path = `/v1/statements/${statement.id}/document?format=tsv`;
    const tsv = (await quiet.label.as.download(path))!;
    expect(await faultsIn(tsv)).toEqual([]);
    const cells = tsv
      .toString()
      .split('\n')
      .map((line) => line.split('\t'))
      .find(([code]) => code === 'SY10')!;
    expect([cells[41], cells[42], cells.at(-1)]).toEqual(['streaming', '100.00', '100.00']);
    const superuser = await app.superuser();
    await superuser.query('UPDATE organizations SET party_id = NULL WHERE id = $1', [quiet.platform.organizationId]);
    await superuser.end();
    expect(await outcome(quiet.label.as, 'GET', path)).toBe('409 party-id-missing');
  });
});

const faultsIn = async (tsv: Buffer): Promise<string[]> =>
  (await read(tsv)).faults.map(({ line, code, message }) => `${line} ${code} ${message}`);
