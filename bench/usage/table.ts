import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { WORLDWIDE_TERRITORIES } from '../../src/kernel';
import { isrcOf } from '../../src/sample/names';
import { placesOfTable, type Sums, tracksFor } from './plan';

/** Ten columns, some 96 bytes a line: what platforms send of their own. */
export const tableColumns = ['line', 'day', 'isrc', 'territory', 'use', 'model', 'units', 'returns', 'title', 'artist'];

export const tableUses = ['OnDemandStream', 'UserMakeAvailableUserProvided'] as const;
export const tableModel = 'AdvertisementSupportedModel';
export const tableTerritories = WORLDWIDE_TERRITORIES.slice(0, placesOfTable / tableUses.length);

/** How the product is told to read it. */
export const tableMapping = {
  delimiter: '\t',
  columns: {
    isrc: 'isrc',
    quantity: 'units',
    returns: 'returns',
    day: 'day',
    territory: 'territory',
    use: 'use',
    model: 'model',
  },
};

interface Line {
  readonly isrc: string;
  readonly isLicensed: boolean;
  /** Number of recording and place. */
  readonly key: number;
  readonly units: number;
  readonly isBad: boolean;
  readonly day: number;
}

/** In no order that would help anybody: a prime stride through all numbers. One line in a hundred is bad. */
function lineAt(usageCase: 'cold' | 'hot', at: number, lines: number): Line {
  const number = (at * 7919) % lines;
  // In twenty lines of a hot table one repeats the sum of another.
  const key = usageCase === 'hot' && number % 20 === 19 ? number - 1 : number;
  const isLicensed = usageCase === 'hot' || number % 1000 < 55;
  const isrc = isLicensed
    ? isrcOf((key % tracksFor(usageCase, lines)) + 1)
    : `ZZX99${String((number * 7) % 9_999_991).padStart(7, '0')}`;
  return {
    isrc,
    isLicensed,
    key,
    units: 1 + ((number * 37) % 900),
    isBad: number % 100 === 50,
    day: 1 + (number % 31),
  };
}

const linesPerWrite = 10_000;

/** Writes the table, and says what must come out of it. */
export async function writeTable(path: string, usageCase: 'cold' | 'hot', lines: number): Promise<Sums> {
  const file = createWriteStream(path, { mode: 0o644 });
  const tracks = tracksFor(usageCase, lines);
  file.write(`${tableColumns.join('\t')}\n`);
  let [sums, quantity] = [0, 0];
  for (let first = 0; first < lines; first += linesPerWrite) {
    let text = '';
    for (let at = first; at < Math.min(lines, first + linesPerWrite); at += 1) {
      const { isrc, isLicensed, key, units, isBad, day } = lineAt(usageCase, at, lines);
      const place = Math.floor(key / tracks);
      const territory = tableTerritories[place % tableTerritories.length]!;
      const use = tableUses[Math.floor(place / tableTerritories.length) % tableUses.length]!;
      const date = `2026-01-${String(day).padStart(2, '0')}`;
      text += `${at}\t${date}\t${isrc}\t${territory}\t${use}\t${tableModel}\t${isBad ? 'many' : units}\t0\tTrack ${key % 1000}\tSomebody\n`;
      if (!isLicensed || isBad) continue;
      quantity += units;
      if (usageCase === 'cold' || key % 20 !== 18 || (at * 7919) % lines === key) sums += 1;
    }
    if (!file.write(text)) await once(file, 'drain');
  }
  await once(file.end(), 'finish');
  return { sums: String(sums), quantity: String(quantity), returns: '0' };
}

export const packTable = (from: string, to: string): Promise<void> =>
  pipeline(createReadStream(from), createGzip({ level: 6 }), createWriteStream(to));
