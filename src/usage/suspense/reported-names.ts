import { LineSplitter, type SoldResource, soldResource } from '../../ddex';
import type { Storage } from '../../platform/storage/storage';
import { unpacked } from '../unpacked';
import type { UsageReport } from '../usage-report';

/** So much of the files of one answer is read for names, as it is when unpacked: what lies beyond has none. */
export const nameBytesMax = 64 * 1024 * 1024;

export interface NamesRead {
  /** By the number of the line. */
  readonly names: ReadonlyMap<number, SoldResource>;
  readonly bytes: number;
}

/** What a DSR file calls the recordings on these lines, as far as they lie within the first `bytesMax`. A table does not say: no mapping has such a column. */
export async function namesOnLines(
  storage: Storage,
  report: UsageReport,
  lines: readonly number[],
  bytesMax: number,
): Promise<NamesRead> {
  const names = new Map<number, SoldResource>();
  const last = Math.max(...lines);
  if (report.layout !== null || lines.length === 0 || bytesMax <= 0) return { names, bytes: 0 };
  const wanted = new Set(lines);
  let [number, bytes] = [0, 0];
  const splitter = new LineSplitter((chunk, start, end) => {
    number += 1;
    const name = wanted.has(number) ? soldResource(chunk.subarray(start, end)) : undefined;
    if (name !== undefined) names.set(number, name);
  });
  for await (const chunk of unpacked(storage.read(report.file_sha256), report)) {
    splitter.push(chunk);
    bytes += chunk.length;
    if (number >= last || bytes >= bytesMax) return { names, bytes };
  }
  splitter.finish();
  return { names, bytes };
}
