import { createReadStream, existsSync } from 'node:fs';
import { parse } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';
import { sampleIcpn } from '../../src/sample/release-message';
import { type CatalogueBench, catalogueBench, testIsrc } from '../support/catalogue';
import { sharedFile } from '../support/shared-files';

const files = { releases: 'freemusicc_releases.csv', tracks: 'freemusicc_tracks.csv' };
const path = (name: string): string => sharedFile(`data/catalogue/${name}`);
const onRealTitles = existsSync(path(files.tracks)) ? describe : describe.skip;

interface RealRelease {
  readonly id: string;
  readonly album: string;
  readonly label: string;
  readonly catalog: string;
  readonly year: string;
}
interface RealTrack {
  readonly id: string;
  readonly title: string;
  readonly trackartist: string;
  readonly duration: string;
}
interface Row {
  readonly isrc: string;
  readonly title: string;
  readonly version: '';
  readonly artists: string;
  readonly duration: string;
  readonly release: string;
  readonly upc: string;
  readonly p_line: '';
  readonly genre: '';
  readonly label: string;
  readonly catalogue_number: string;
  readonly release_date: string;
}

async function recordsOf<Record>(name: string): Promise<Record[]> {
  const records: Record[] = [];
  for await (const record of createReadStream(path(name)).pipe(
    parse({ columns: true, bom: true }),
  ) as AsyncIterable<Record>)
    records.push(record);
  return records;
}

/** Real titles, artists, durations, albums and labels; ISRCs and bar codes are made up. */
async function realRows(): Promise<{ readonly rows: Row[]; readonly releases: RealRelease[] }> {
  const releases = await recordsOf<RealRelease>(files.releases);
  const places = new Map(releases.map(({ id }, place) => [id, place]));
  const rows = (await recordsOf<RealTrack>(files.tracks)).map(({ id, title, trackartist, duration }, at): Row => {
    const place = places.get(id);
    const release = place === undefined ? undefined : releases[place];
    return {
      isrc: testIsrc(at),
      title,
      version: '',
      artists: trackartist,
      duration,
      release: release?.album ?? '',
      upc: place === undefined || release?.album.trim() === '' ? '' : sampleIcpn(place + 1),
      p_line: '',
      genre: '',
      label: release?.label ?? '',
      catalogue_number: release?.catalog ?? '',
      release_date: release?.year ?? '',
    };
  });
  return { rows, releases };
}

onRealTitles('a catalogue of real titles', () => {
  let bench: CatalogueBench;
  beforeAll(async () => {
    bench = await catalogueBench();
  });
  afterAll(() => bench.close());

  test('comes in with every title, release and label as it was written, and what is missing is said', async () => {
    const { rows, releases } = await realRows();
    expect([rows.length, releases.length]).toEqual([11_056, 1_138]);
    const { id, rows_read, rows_accepted, rows_rejected } = await bench.import(stringify(rows, { header: true }));
    // Some artists and titles were once decoded wrongly: a control character is what is left of a letter.
    const sound = rows.filter(
      (row) =>
        row.title.trim() !== '' && row.artists.trim() !== '' && !/[\p{Cc}\ufffd]/u.test(Object.values(row).join('')),
    );
    expect({ rows_read, rows_accepted, rows_rejected }).toEqual({
      rows_read: rows.length,
      rows_accepted: sound.length,
      rows_rejected: rows.length - sound.length,
    });
    expect(rows_rejected).toBeLessThan(300);

    const text = (cell: string): string | null => cell.normalize('NFC').trim() || null;
    const [stored, told] = await bench.database.withTenant(bench.label, async (tx) => [
      await tx.rows('SELECT isrc, title, label FROM recordings WHERE import_id = $1 ORDER BY isrc', [id]),
      await tx.rows<{ gtin: string }>(
        'SELECT gtin, title, label, catalogue_number, released_on FROM releases ORDER BY gtin',
      ),
    ]);
    expect(stored).toEqual(sound.map(({ isrc, title, label }) => ({ isrc, title: text(title), label: text(label) })));
    const named = new Map(sound.filter(({ upc }) => upc !== '').map((row) => [row.upc, row]));
    expect(told).toEqual(
      [...named.values()]
        .map((row) => ({
          gtin: `0${row.upc}`,
          title: text(row.release),
          label: text(row.label),
          catalogue_number: text(row.catalogue_number),
          released_on: text(row.release_date),
        }))
        .sort((a, b) => (a.gtin < b.gtin ? -1 : 1)),
    );
    expect(told.length).toBeGreaterThan(1_000);
  });
});
