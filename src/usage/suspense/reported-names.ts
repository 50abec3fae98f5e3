import { LineSplitter, type SoldResource, SoldResources } from '../../ddex';
import type { Storage } from '../../platform/storage/storage';
import type { ReportFile } from '../report-parts';
import { unpacked } from '../unpacked';

/** So much of the files of one answer is read for names, as it is when unpacked: what lies beyond has none. */
export const nameBytesMax = 64 * 1024 * 1024;

export interface NamesRead {
  /** By the number of the line. */
  readonly names: ReadonlyMap<number, SoldResource>;
  readonly bytes: number;
}

/** What the DSR files of a report call the recordings on these lines, as far as they lie within the first `bytesMax`. */
export async function namesOnLines(
  storage: Storage,
  files: readonly ReportFile[],
  lines: readonly number[],
  bytesMax: number,
): Promise<NamesRead> {
  const names = new Map<number, SoldResource>();
  const last = Math.max(...lines);
  if (lines.length === 0 || bytesMax <= 0) return { names, bytes: 0 };
  const wanted = new Set(lines);
  let [number, bytes] = [0, 0];
  const resources = new SoldResources();
  const splitter = new LineSplitter((chunk, start, end) => {
    number += 1;
    const name = resources.at(chunk.subarray(start, end), wanted.has(number));
    if (name !== undefined) names.set(number, name);
  });
  // Lines are numbered through all files of a report.
  for (const file of files) {
    for await (const chunk of unpacked(storage.read(file.file_sha256), file)) {
      splitter.push(chunk);
      bytes += chunk.length;
      if (number >= last || bytes >= bytesMax) return { names, bytes };
    }
    splitter.finish();
  }
  return { names, bytes };
}
