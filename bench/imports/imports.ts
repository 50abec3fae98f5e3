import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { Client } from 'pg';
import { createDatabase, toDatabase } from '../../src/platform/database/embedded';
import { migrate } from '../../src/platform/database/migrate';
import { sampleIcpn } from '../../src/sample/release-message';
import type { Benchmark, BenchmarkOptions } from '../benchmark';
import { writeMessage } from '../ern/message-file';
import { Child } from '../support/child';
import { median } from '../support/figures';
import { PeakMemory } from '../support/peak-memory';
import type { ImportOnce, ImportOrder } from './import-once';

const runs = 3;
const tracksOfRelease = 12;

interface Case {
  readonly name: string;
  readonly form: ImportOrder['form'];
  readonly path: string;
  readonly recordings: number;
}

/** Files of rows and one release notification, from a stored file to committed rows, each into an empty catalogue; and half of each, whose memory must be the same. */
export const importsBenchmark: Benchmark = async (options) => {
  const { full, belongings, say } = options;
  const folder = await belongings.folder('accordo-bench-');
  const server = await belongings.postgres({ directory: join(folder, 'postgres') });
  const cases: Case[] = [];
  for (const [part, share] of [
    ['half', 0.5],
    ['whole', 1],
  ] as const) {
    const [rows, megabytes] = [(full ? 1_000_000 : 200_000) * share, (full ? 200 : 60) * share];
    say(`${part}: writing files ...`);
    const csv = join(folder, `${part}.csv`);
    await writeRows(csv, rows);
    cases.push({ name: `csv, ${part}`, form: 'csv', path: csv, recordings: rows });
    const xml = join(folder, `${part}.xml`);
    cases.push({
      name: `ern, ${part}`,
      form: 'ern',
      path: xml,
      recordings: await writeMessage(xml, megabytes * 1_000_000),
    });
  }
  const results: object[] = [];
  for (const one of cases) results.push(await measure(options, one, { folder, ...server }));
  return results;
};

async function measure(
  { belongings, say }: BenchmarkOptions,
  { name, form, path, recordings }: Case,
  server: {
    readonly folder: string;
    readonly superuserUrl: string;
    readonly applicationUrl: string;
    readonly ownerUrl: string;
  },
): Promise<object> {
  const seconds: number[] = [];
  let peakMegabytes = 0;
  for (let run = 1; run <= runs; run += 1) {
    const { labelId, applicationUrl } = await freshLabel(server, `${name.replace(/\W+/g, '_')}_${run}`);
    const order: ImportOrder = { applicationUrl, folder: join(server.folder, 'files'), labelId, path, form };
    const child = Child.start(belongings, join(__dirname, 'import-once.js'), order);
    const memory = new PeakMemory(child.pid);
    const done = await child.answer<ImportOnce>();
    peakMegabytes = Math.max(peakMegabytes, memory.stop());
    await child.ended();
    if (done.counts?.recordings.created !== recordings) {
      throw new Error(`${done.counts?.recordings.created} of ${recordings} recordings came in`);
    }
    say(`${name}, run ${run}: ${Math.round(done.milliseconds)} ms`);
    seconds.push(done.milliseconds / 1000);
  }
  const { size } = await stat(path);
  const middle = median(seconds);
  return {
    case: name,
    recordings,
    megabytes: Math.round(size / 1_000_000),
    recordingsPerSecond: Math.round(recordings / middle),
    megabytesPerSecond: Math.round(size / 100_000 / middle) / 10,
    peakMegabytes,
  };
}

async function freshLabel(
  server: { readonly superuserUrl: string; readonly applicationUrl: string; readonly ownerUrl: string },
  name: string,
): Promise<{ readonly labelId: string; readonly applicationUrl: string }> {
  const superuser = new Client({ connectionString: server.superuserUrl });
  await superuser.connect();
  await createDatabase(superuser, name).finally(() => superuser.end());
  const applicationUrl = toDatabase(server.applicationUrl, name);
  await migrate({ applicationUrl, ownerUrl: toDatabase(server.ownerUrl, name) });
  const inside = new Client({ connectionString: toDatabase(server.superuserUrl, name) });
  await inside.connect();
  const { rows } = await inside
    .query<{ id: string }>(
      `INSERT INTO organizations (kind, name, country, state, registered_at, verified_at)
       VALUES ('label', 'Bench', 'KZ', 'verified', '2026-01-01', '2026-01-01') RETURNING id`,
    )
    .finally(() => inside.end());
  return { labelId: rows[0]!.id, applicationUrl };
}

/** A catalogue file of so many recordings, twelve on each release. */
async function writeRows(path: string, rows: number): Promise<void> {
  const file = createWriteStream(path);
  file.write('isrc,title,version,artists,duration,release,upc,p_line,genre,label\n');
  for (let number = 0; number < rows; number += 1) {
    const isrc = `ZZB${String(number % 100).padStart(2, '0')}26${String(Math.floor(number / 100)).padStart(5, '0')}`;
    const release = Math.floor(number / tracksOfRelease) + 1;
    const line = `${isrc},Track number ${number},,Somebody ${release % 1000}|Guest,3:35,Release ${release},${sampleIcpn(release)},2026 Northport,Pop,Northport\n`;
    if (!file.write(line)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}
