import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Benchmark, BenchmarkOptions } from '../benchmark';
import { Child } from '../support/child';
import { median } from '../support/figures';
import { PeakMemory } from '../support/peak-memory';
import { writeMessage } from './message-file';
import { type ReadOnce, type ReadOrder } from './read-once';

const runs = 5;
const MEGABYTE = 1_000_000;

/** One message read and checked as a whole, beside the bare parser on the same file; and half of it, whose memory must be the same. */
export const ernBenchmark: Benchmark = async (options) => {
  const megabytes = options.full ? 100 : 50;
  const folder = await options.belongings.folder('accordo-bench-');
  const results: object[] = [];
  for (const [name, size] of [
    ['half', megabytes / 2],
    ['whole', megabytes],
  ] as const) {
    options.say(`${name}: writing a message of ${size} MB ...`);
    const path = join(folder, `${name}.xml`);
    const tracks = await writeMessage(path, size * MEGABYTE);
    results.push({ case: name, ...(await measure(options, path, tracks)) });
  }
  return results;
};

async function measure(options: BenchmarkOptions, path: string, tracks: number): Promise<object> {
  const { size } = await stat(path);
  const seen: { ours: number; saxes: number; elapsed: number; peak: number }[] = [];
  for (let number = 1; number <= runs; number += 1) {
    const ours = await once(options, { path, reader: 'ours' });
    const saxes = await once(options, { path, reader: 'saxes' });
    if (ours.recordings !== tracks || ours.deals !== 4 || ours.problems > 0) {
      throw new Error(`${ours.recordings} recordings, ${ours.deals} deals and ${ours.problems} problems were read`);
    }
    options.say(`  run ${number}: ${Math.round(ours.milliseconds)} ms; saxes ${Math.round(saxes.milliseconds)} ms`);
    seen.push({
      ours: ours.milliseconds,
      saxes: saxes.milliseconds,
      elapsed: ours.elapsed,
      peak: ours.peakMegabytes,
    });
  }
  const perSecond = (milliseconds: number): number => Math.round((size / MEGABYTE / milliseconds) * 10_000) / 10;
  const megabytesPerSecond = perSecond(median(seen.map(({ ours }) => ours)));
  const saxesMegabytesPerSecond = perSecond(median(seen.map(({ saxes }) => saxes)));
  return {
    megabytes: Math.round(size / MEGABYTE),
    megabytesPerSecond,
    saxesMegabytesPerSecond,
    ratioToSaxes: Math.round((megabytesPerSecond / saxesMegabytesPerSecond) * 1000) / 1000,
    elapsedMegabytesPerSecond: perSecond(median(seen.map(({ elapsed }) => elapsed))),
    peakMegabytes: Math.max(...seen.map(({ peak }) => peak)),
  };
}

async function once(
  { belongings }: BenchmarkOptions,
  order: ReadOrder,
): Promise<ReadOnce & { readonly peakMegabytes: number }> {
  const child = Child.start(belongings, join(__dirname, 'read-once.js'), order);
  const memory = new PeakMemory(child.pid);
  const read = await child.answer<ReadOnce>();
  const peakMegabytes = memory.stop();
  await child.ended();
  return { ...read, peakMegabytes };
}
