import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyStatementFiles } from '../../src/commands/verify-statements';
import { ProveLine } from '../../src/settlement/statements/proof/prove-line';
import { TraceLine } from '../../src/settlement/statements/proof/trace-line';
import { ShareOutEvents } from '../../src/usage/events/share-out-events';
import { startTestApp, type TestApp } from '../support/app';
import { type Market, openMarket, outcome } from '../support/market';
import { closeMonth, reportUsage, type Statement, type StatementLine } from '../support/reported-usage';
import { type TableLine, TableDeal } from '../support/tables';
import { eventTerms, sendEvents, usageEvent } from '../support/usage-events';

interface Trace {
  readonly reportId: string;
  readonly count: number;
  readonly quantity: string;
  readonly returns: string;
  readonly lines: readonly { file: number; line: number; effect: string; quantity: string; returns: string }[];
  readonly last: { file: number; line: number } | null;
}
interface Reading {
  readonly quantity: string;
  readonly controlledShare: string | null;
  readonly reports: readonly {
    readonly reportId: string;
    readonly files: readonly { readonly sha256: string }[];
    readonly quantity: string;
    readonly whole: boolean | null;
    readonly traces: readonly Trace[] | null;
  }[];
  readonly events: { readonly position: string; readonly units: string } | null;
}
interface Clause {
  readonly number: string;
  readonly amount: string;
  readonly explanation: object;
}
interface Proof {
  readonly sha256: string;
  readonly line: StatementLine;
  readonly clause: { readonly id: string; readonly counted: Clause | null; readonly corrected: Clause | null };
  readonly corrects: Readonly<Record<string, unknown>> | null;
  readonly counted: Reading;
  readonly corrected: Reading | null;
}
type Line = StatementLine & { readonly line: number };

/** No worker runs: reports are read, and months closed, at once. */
let app: TestApp;
let folder: string;
beforeAll(async () => {
  app = await startTestApp({ at: '2026-06-20T09:00:00Z' });
  folder = await mkdtemp(join(tmpdir(), 'accordo-statements-'));
});
afterAll(async () => {
  await app?.close();
  await rm(folder, { recursive: true, force: true });
});

const textOf = ({ count, quantity, returns, lines, last }: Trace): string =>
  `${count}: ${lines.map(({ line, effect, quantity: units }) => `${line} ${effect} ${units}`).join(', ')}; ${quantity} - ${returns}, last ${last?.line}`;

const proofOf = ({ label }: Market, { id }: Statement, { line }: Line, query = ''): Promise<Proof> =>
  label.as.get(`/v1/statements/${id}/lines/${line}/proof${query}`);

/** What `accordo verify statement` says of files in the folder, in order of their names, and its exit code. */
async function verified(
  market: Market,
  files: Readonly<Record<string, string>>,
  inputs?: string,
): Promise<[number, Told]> {
  const keys = await market.label.as.request('GET', '/.well-known/jwks.json');
  const paths: string[] = [];
  for (const [name, text] of Object.entries({
    ...files,
    'keys.json': keys.text,
    ...(inputs && { 'inputs.json': inputs }),
  })) {
    await writeFile(join(folder, name), text);
    if (name in files) paths.push(join(folder, name));
  }
  let told = '';
  const output = { write: (text: string) => (told += text) };
  const asked = { keys: join(folder, 'keys.json'), json: true, ...(inputs && { inputs: join(folder, 'inputs.json') }) };
  const code = await verifyStatementFiles(paths, asked, { output, errors: output });
  return [code, JSON.parse(told) as Told];
}

interface Told {
  readonly files: readonly { readonly recomputed: number | null; readonly usage: number }[];
  readonly faults: readonly object[];
}

const bundleOf = async ({ label }: Market, { id }: Statement): Promise<string> =>
  (await label.as.download(`/v1/statements/${id}/bundle`))!.toString('utf8');

/** Statements in the order of their months are worked out again from their bundles, and follow each other. */
async function expectRecomputed(market: Market, ...statements: readonly Statement[]): Promise<void> {
  const files: Record<string, string> = {};
  for (const [at, statement] of statements.entries()) files[`${at}.ndjson`] = await bundleOf(market, statement);
  const [code, { files: told, faults }] = await verified(market, files);
  expect([code, faults]).toEqual([0, []]);
  for (const { recomputed, usage } of told) expect([recomputed, usage]).not.toContain(null);
}

describe('the proof of a line', () => {
  it('leads to the clause, the report’s hash and its lines, and of a correction to both readings', async () => {
    const market = await openMarket(app);
    const agreement = await market.concluded({ floor: '0.01' });
    const [one, two] = market.isrcs as [string, string];
    const first = await reportUsage(app, market, { plays: { [one]: 1_000, [two]: 500 } });
    const january = await closeMonth(app, market, agreement.id, '2026-01');
    const second = await reportUsage(app, market, { plays: { [one]: 1_000, [two]: 800 } }, first);
    await reportUsage(app, market, { month: '2026-02', plays: { [one]: 10 } });
    const february = await closeMonth(app, market, agreement.id, '2026-02');

    const own = (january.lines as Line[]).find(({ isrc }) => isrc === two)!;
    const proof = await proofOf(market, january.statement, own);
    expect(proof).toMatchObject({ sha256: january.statement.sha256, line: own, corrects: null, corrected: null });
    expect(proof.clause).toMatchObject({ id: own.clause, corrected: null, counted: { clause: own.clause } });
    expect(proof.clause.counted!.explanation).toBeDefined();
    const [report] = proof.counted.reports;
    expect(report).toMatchObject({ reportId: first, quantity: '500', whole: true });
    expect([proof.counted.quantity, proof.counted.controlledShare, proof.counted.events]).toEqual(['500', '1', null]);
    const [trace] = report!.traces!;
    expect([trace!.reportId, trace!.count, trace!.lines]).toEqual([
      first,
      1,
      [expect.objectContaining({ file: 1, effect: 'adds', quantity: '500', returns: '0' })],
    ]);
    // The numbers and the hash are those of the file itself.
    const bytes = (await market.label.as.download(`/v1/usage-reports/${first}/file`))!;
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(report!.files[0]!.sha256);
    const cells = bytes.toString('utf8').split('\n')[trace!.lines[0]!.line - 1]!.split('\t');
    expect(cells).toEqual(expect.arrayContaining([two, '500']));

    const corrected = (february.lines as Line[]).find(({ isrc, period }) => isrc === two && period === '2026-01')!;
    const both = await proofOf(market, february.statement, corrected);
    expect(corrected.quantity).toBe('300');
    expect(both.corrects).toMatchObject({
      ...{ period: '2026-01', statementId: january.statement.id, statementMonth: '2026-01', delta: '0.60' },
      clause: { clause: own.clause, amount: '0.60' },
    });
    expect([both.counted, both.corrected!].map(({ quantity }) => quantity)).toEqual(['800', '500']);
    const reports = [...both.counted.reports, ...both.corrected!.reports];
    expect(reports.map(({ reportId, whole }) => [reportId, whole])).toEqual([
      [second, true],
      [first, true],
    ]);
    expect([both.clause.counted!.amount, both.clause.corrected!.amount]).toEqual(['3.60', '3.00']);
    await expectRefusals(market, january.statement);
    await expectRecomputed(market, january.statement, february.statement);
    await expectInputs(market, february.statement);
    // By another share than when the report was read its lines would count elsewhere: the proof says so, and guesses nothing.
    await market.label.as.post('/v1/rights-statements', {
      ...{ isrcs: [two], share: '0.5', territories: { worldwideExcept: [] }, from: '2020-01-01', replaces: true },
    });
    const later = (await proofOf(market, january.statement, own)).counted.reports[0]!;
    expect([later.quantity, later.whole, later.traces!.map(({ count }) => count)]).toEqual(['500', false, [0]]);
  });

  /** What is not there, or not theirs, is not found by any of the three routes. */
  async function expectRefusals({ label, platform }: Market, { id }: Statement): Promise<void> {
    const stranger = (await app.given.label()).as;
    const path = `/v1/statements/${id}/lines`;
    expect(await outcome(stranger, 'GET', `${path}/1/proof`)).toBe('404 not-found');
    for (const line of ['0', '9999', 'x', '1.5']) {
      for (const [method, rest] of [
        ['GET', 'proof'],
        ['GET', 'events'],
        ['POST', 'traces'],
      ] as const) {
        expect(await outcome(label.as, method, `${path}/${line}/${rest}`)).toBe('404 not-found');
      }
    }
    expect(await outcome(label.as, 'GET', `${path}/1/events?cursor=x`)).toBe('400 request-invalid');
    expect(await outcome(platform.as, 'GET', `${path}/1/proof`)).toBe('200');
  }

  /** The signed JSON with what `/inputs` gives is as good as a bundle. */
  async function expectInputs(market: Market, { id }: Statement): Promise<void> {
    const path = `/v1/statements/${id}`;
    const signed = (await market.label.as.download(`${path}/document?format=json`))!.toString('utf8');
    const { text } = await market.label.as.request('GET', `${path}/inputs`);
    const [code, { files }] = await verified(market, { 'a.json': signed }, text);
    expect([code, files[0]]).toMatchObject([0, { recomputed: 6, usage: 0 }]);
    const altered = text.replace('"quantity":"10"', '"quantity":"11"');
    expect(await verified(market, { 'a.json': signed }, altered)).toMatchObject([
      1,
      { faults: expect.arrayContaining([expect.objectContaining({ code: 'usage-differs' })]) as object },
    ]);
  }

  it('leads through differences to what they change, as an operation where files are large', async () => {
    const deal = await TableDeal.open(app);
    const { market, agreement } = deal;
    const [one, two] = market.isrcs as [string, string];
    const many: TableLine[] = Array.from({ length: 7 }, (_, at) => [
      at % 2 === 0 ? one : two,
      'RU',
      10 + at,
      1,
      at + 1,
    ]);
    const base = await deal.report(many);
    const delta = await deal.report(
      [
        [one, 'RU', -12, -1],
        [two, 'RU', 5],
        [one, 'RU', 3],
      ],
      { replaces: base.id, as: 'delta' },
    );
    const { statement, lines } = await closeMonth(app, market, agreement.id, '2026-01');
    await expectRecomputed(market, statement);
    const line = (lines as Line[]).find(({ isrc }) => isrc === one)!;
    const proof = await proofOf(market, statement, line, '?limit=2');
    const [report] = proof.counted.reports;
    expect(report).toMatchObject({ reportId: delta.id, quantity: '43', whole: true });
    expect(report!.traces!.map(textOf)).toEqual([
      '2: 2 takes-away 12, 4 adds 3; -9 - -1, last 4',
      '4: 2 adds 10, 4 adds 12; 52 - 4, last 8',
    ]);

    const proveLine = app.app.get(ProveLine);
    const order = await app.parts.database.asSystem((tx) =>
      proveLine.prepare(tx, statement.id, String(line.line), { rates: false }),
    );
    const large = await proveLine.prove(order, { limit: 10, bytesMax: 20 });
    expect(large.counted.reports.map(({ quantity, traces }) => [quantity, traces])).toEqual([[43n, null]]);

    const path = `/v1/statements/${statement.id}/lines/${line.line}`;
    const { id } = await market.platform.as.post<{ id: string }>(`${path}/traces`, {});
    await app.app.get(TraceLine).execute({ operationId: id, statementId: statement.id, line: String(line.line) });
    const { state, result } = await market.platform.as.get<{ state: string; result: { counted: Reading['reports'] } }>(
      `/v1/operations/${id}`,
    );
    expect(state).toBe('done');
    expect(result.counted[0]!.traces!.map(textOf)).toEqual([
      '2: 2 takes-away 12, 4 adds 3; -9 - -1, last 4',
      '4: 2 adds 10, 4 adds 12, 6 adds 14, 8 adds 16; 52 - 4, last 8',
    ]);
  });

  it('leads to events, one by one, what was taken back and what counts for a share included', async () => {
    const market = await openMarket(app);
    const uses = ['OnDemandStream', 'UserMakeAvailableUserProvided', 'PermanentDownload'];
    const agreement = await market.concluded({ floor: '0.01', life: eventTerms(market, uses) });
    const isrc = market.isrcs[0]!;
    const send = (...parts: (readonly [id: string, quantity: number, isrc?: string])[]) =>
      sendEvents(
        market.platform.as,
        parts.map(([id, quantity, of = isrc]) => usageEvent(market, { id, quantity, isrc: of })),
      );
    await send(['a', 10], ['b', 20], ['other', 7, market.isrcs[1]!]);
    await send(['c', 30], ['d', 40]);
    const source = '/players/1';
    await market.platform.as.post('/v1/usage-event-voids', { reason: 'Twice.', events: [{ source, id: 'c' }] });
    const closed = await closeMonth(app, market, agreement.id, '2026-01');
    const line = (closed.lines as Line[]).find((each) => each.isrc === isrc)!;
    expect(line.quantity).toBe('70');

    const path = (each: Line, statement: Statement): string =>
      `/v1/statements/${statement.id}/lines/${each.line}/events`;
    type Moved = { id: string; kind: string; units: string };
    const movements = async (each: Line, statement: Statement, query = ''): Promise<string[]> => {
      const rows: Moved[] = [];
      for (let next: string | null = ''; next !== null;) {
        const page: { rows: Moved[]; next: string | null } = await market.label.as.get(
          `${path(each, statement)}?limit=2${query}${next}`,
        );
        rows.push(...page.rows);
        next = page.next === null ? null : `&cursor=${page.next}`;
      }
      return rows.map(({ id, kind, units }) => `${id} ${kind} ${units}`);
    };
    const all = ['a counted 10', 'b counted 20', 'c counted 30', 'd counted 40', 'c void -30'];
    expect(await movements(line, closed.statement)).toEqual(all);
    const proof = await proofOf(market, closed.statement, line);
    expect(proof.counted).toMatchObject({ quantity: '70', reports: [], events: { units: '70' } });

    // A share that is stated later moves them in a correction: from the whole to a part.
    await market.label.as.post('/v1/rights-statements', {
      ...{ isrcs: [isrc], share: '0.6', territories: { worldwideExcept: [] }, from: '2020-01-01', replaces: true },
    });
    await app.app.get(ShareOutEvents).finish(agreement.id);
    const february = await closeMonth(app, market, agreement.id, '2026-02');
    await expectRecomputed(market, closed.statement, february.statement);
    const moved = (february.lines as (Line & { controlledShare: string })[]).filter((each) => each.isrc === isrc);
    expect(moved.map(({ controlledShare, quantity }) => [controlledShare, quantity]).sort()).toEqual([
      ['0.6', '70'],
      ['1', '-70'],
    ]);
    const part = moved.find(({ controlledShare }) => controlledShare === '0.6')!;
    const whole = moved.find(({ controlledShare }) => controlledShare === '1')!;
    expect(await movements(part, february.statement)).toEqual(['a shared 10', 'b shared 20', 'd shared 40']);
    expect(await movements(part, february.statement, '&reading=corrected')).toEqual([]);
    const taken = ['a shared -10', 'b shared -20', 'd shared -40'];
    expect(await movements(whole, february.statement)).toEqual([...all, ...taken]);
    expect(await movements(whole, february.statement, '&reading=corrected')).toEqual(all);
    const both = await proofOf(market, february.statement, whole);
    expect([both.counted.quantity, both.corrected!.quantity]).toEqual(['0', '70']);
  });
});
