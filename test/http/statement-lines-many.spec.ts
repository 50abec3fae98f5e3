import { setInterval } from 'node:timers';
import { pipeline } from 'node:stream/promises';
import { Writable } from 'node:stream';
import { to as copyTo } from 'pg-copy-streams';
import { startTestApp, type TestApp } from '../support/app';
import { type Market, openMarket } from '../support/market';
import { closeMonth, reportUsage } from '../support/reported-usage';

/** ACCORDO_STATEMENT_LINES=1000000 for the whole measure, told at the end. */
const count = Number(process.env.ACCORDO_STATEMENT_LINES ?? 50_000);
const megabyte = 1_048_576;

let app: TestApp;
let market: Market;
let id: string;
const figures: string[] = [];

beforeAll(async () => {
  app = await startTestApp({ at: '2026-03-02T09:00:00Z' });
  market = await openMarket(app, 1);
  const agreement = await market.concluded({ rate: '1', floor: '0' });
  await reportUsage(app, market, { plays: { [market.isrcs[0]!]: 3 } });
  const { statement } = await closeMonth(app, market, agreement.id, '2026-01');
  id = statement.id;
  // As many lines more as are wanted, of recordings that differ.
  const superuser = await app.superuser();
  await superuser.query(
    `INSERT INTO statement_lines (agreement_id, month, line, label_id, platform_id, period, clause, isrc, service_id, territory, use_model, quantity, returns, exact, amount_minor)
     SELECT agreement_id, month, n, label_id, platform_id, period, clause, 'ZZMNY' || lpad((n % 10000000)::text, 7, '0'), service_id, territory, use_model,
            n, 0, n || '/7', n % 1000
       FROM statement_lines, generate_series(2, $1::int) AS n WHERE line = 1 AND agreement_id = $2`,
    [count, agreement.id],
  );
  await superuser.end();
}, 300_000);
afterAll(async () => {
  await app?.close();
  if (process.env.ACCORDO_STATEMENT_LINES !== undefined) process.stdout.write(`${figures.join('\n')}\n`);
});

interface Streamed {
  readonly newlines: number;
  readonly bytes: number;
  /** How far the process grew above what it was, in megabytes: client and server together. */
  readonly grown: number;
}

/** Reads a file as it comes and keeps nothing of it. */
async function streamed(format: string): Promise<Streamed> {
  global.gc?.();
  const [before, started] = [process.memoryUsage.rss(), performance.now()];
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
  let [newlines, bytes] = [0, 0];
  for await (const chunk of market.label.as.stream(`/v1/statements/${id}/document?format=${format}`)) {
    bytes += chunk.length;
    if (format !== 'xlsx') newlines += newlinesIn(chunk);
  }
  clearInterval(timer);
  const grown = Math.round((peak - before) / megabyte);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  figures.push(`${format}: ${count} lines, ${(bytes / megabyte).toFixed(0)} MB in ${seconds} s, grown by ${grown} MB`);
  return { newlines, bytes, grown };
}

function newlinesIn(chunk: Uint8Array): number {
  let found = 0;
  for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) found += 1;
  return found;
}

describe('a statement of many lines', () => {
  it.each([
    ['csv', count + 1],
    // HEAD and its names, names and one of SY10, names of SR08, names of SRFO and itself.
    ['tsv', count + 7],
    ['xlsx', 0],
  ])(
    'streams as %s in memory that does not grow with it',
    async (format, lines) => {
      const { newlines, bytes, grown } = await streamed(format);
      expect(newlines).toBe(lines);
      expect(bytes).toBeGreaterThan(count * 10);
      expect(grown).toBeLessThan(300);
    },
    300_000,
  );

  it('has a yardstick: COPY of the same rows', async () => {
    const superuser = await app.superuser();
    const started = performance.now();
    let bytes = 0;
    const nowhere = new Writable({ write: (chunk: Buffer, _, done) => ((bytes += chunk.length), done()) });
    const rows = `COPY (SELECT line, period, clause, isrc, service_id, territory, use_model, quantity, returns, exact, amount_minor
                          FROM statement_lines ORDER BY agreement_id, month, line) TO STDOUT (FORMAT csv)`;
    await pipeline(superuser.query(copyTo(rows)), nowhere);
    await superuser.end();
    figures.push(`COPY: ${(bytes / megabyte).toFixed(0)} MB in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    expect(bytes).toBeGreaterThan(count * 10);
  }, 300_000);
});
