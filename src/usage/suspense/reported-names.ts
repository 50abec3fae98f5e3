import { readDuration } from '../../catalogue';
import { LineSplitter, type SoldResource, SoldResources } from '../../ddex';
import type { Storage } from '../../platform/storage/storage';
import { lineBytesMax, split } from '../engine/careful-line';
import { type Called, type DelimitedLayout, jsonLines } from '../engine/delimited-layout';
import { JsonMembers } from '../engine/json-members';
import type { ReportFile } from '../report-parts';
import { reportText } from '../report-text';

/** What a line calls the recording; a table may also tell how long it is. */
export interface ReportedName extends SoldResource {
  readonly durationSeconds?: number;
}

/** So much of the files of one answer is read for names, as it is when unpacked: what lies beyond has none. */
export const nameBytesMax = 64 * 1024 * 1024;

export interface NamesRead {
  /** By the number of the line. */
  readonly names: ReadonlyMap<number, ReportedName>;
  readonly bytes: number;
}

/** What the DSR files of a report, or a table whose mapping names such columns, call the recordings on these lines, as far as they lie within the first `bytesMax`. */
export async function namesOnLines(
  storage: Storage,
  { layout, files }: { readonly layout: DelimitedLayout | null; readonly files: readonly ReportFile[] },
  lines: readonly number[],
  bytesMax: number,
): Promise<NamesRead> {
  const names = new Map<number, ReportedName>();
  const nameOf = readerOf(layout);
  const last = Math.max(...lines);
  if (nameOf === undefined || lines.length === 0 || bytesMax <= 0) return { names, bytes: 0 };
  const wanted = new Set(lines);
  let [number, bytes] = [0, 0];
  const splitter = new LineSplitter((chunk, start, end) => {
    number += 1;
    const name = nameOf(chunk.subarray(start, end), wanted.has(number));
    if (name !== undefined) names.set(number, name);
  });
  // Lines are numbered through all files of a report.
  for (const file of files) {
    for await (const chunk of reportText(storage, { ...file, layout }, { isWhole: true })) {
      splitter.push(chunk);
      bytes += chunk.length;
      if (number >= last || bytes >= bytesMax) return { names, bytes };
    }
    splitter.finish();
  }
  return { names, bytes };
}

/** To be shown every line, in order: a block says before its uses what they are of. */
type NameReader = (line: Buffer, isWanted: boolean) => ReportedName | undefined;

/** Undefined where no line of the report tells a name. */
function readerOf(layout: DelimitedLayout | null): NameReader | undefined {
  if (layout === null) {
    const resources = new SoldResources();
    return (line, isWanted) => resources.at(line, isWanted);
  }
  return layout.called === undefined ? undefined : tableReader(layout, layout.called);
}

function tableReader({ delimiter }: DelimitedLayout, { title, artist, duration }: Called): NameReader {
  const places = [title, artist, ...(duration === undefined ? [] : [duration])];
  const cells = delimiter === jsonLines ? memberReader(places.map(String)) : cellReader(places.map(Number), delimiter);
  return (line, isWanted) => {
    if (!isWanted || line.length > lineBytesMax) return undefined;
    const [name = '', by = '', long = ''] = cells(line.toString('utf8'));
    if (name === '' || by === '') return undefined;
    const durationSeconds = readDuration(long);
    return { title: name, artist: by, ...(durationSeconds === undefined ? {} : { durationSeconds }) };
  };
}

const cellReader =
  (places: readonly number[], delimiter: string) =>
  (line: string): string[] => {
    const cells = split(line, delimiter) ?? [];
    return places.map((place) => cells[place]?.trim() ?? '');
  };

function memberReader(names: readonly string[]): (line: string) => string[] {
  const members = new JsonMembers(names);
  return (line) => {
    const reading = members.read(line);
    if ('fault' in reading) return [];
    return reading.members.map((member) =>
      member === undefined || member.kind === 'structure' ? '' : member.text.trim(),
    );
  };
}
