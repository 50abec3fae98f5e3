import { createReadStream, existsSync } from 'node:fs';
import { parse } from 'csv-parse';
import { type CatalogueBench, catalogueBench, catalogueCsv, type CatalogueCells, testIsrc } from '../support/catalogue';
import { sharedFile } from '../support/shared-files';

const file = sharedFile('data/catalogue/freemusicc_tracks.csv');
const onRealTitles = existsSync(file) ? describe : describe.skip;

interface RealTrack {
  readonly title: string;
  readonly trackartist: string;
  readonly duration: string;
}

/** Real titles, artists and durations; the ISRCs are made up. */
async function realRows(): Promise<CatalogueCells[]> {
  const rows: CatalogueCells[] = [];
  for await (const track of createReadStream(file).pipe(
    parse({ columns: true, bom: true }),
  ) as AsyncIterable<RealTrack>) {
    rows.push({
      isrc: testIsrc(rows.length),
      title: track.title,
      artists: track.trackartist,
      duration: track.duration,
    });
  }
  return rows;
}

onRealTitles('a catalogue of real titles', () => {
  let bench: CatalogueBench;
  let rows: CatalogueCells[];
  beforeAll(async () => {
    bench = await catalogueBench();
    rows = await realRows();
  });
  afterAll(() => bench.close());

  test('comes in with every title as it was written, and what is missing is said', async () => {
    const { id, rows_read, rows_accepted, rows_rejected } = await bench.import(catalogueCsv(rows));
    // Some artists and titles were once decoded wrongly: a control character is what is left of a letter.
    const sound = rows.filter(
      ({ title = '', artists = '' }) =>
        title.trim() !== '' && artists.trim() !== '' && !/\p{Cc}/u.test(title + artists),
    );
    expect(rows.length).toBeGreaterThan(1000);
    expect({ rows_read, rows_accepted, rows_rejected }).toEqual({
      rows_read: rows.length,
      rows_accepted: sound.length,
      rows_rejected: rows.length - sound.length,
    });

    const stored = await bench.database.withTenant(bench.label, (tx) =>
      tx.rows<{ isrc: string; title: string }>(
        'SELECT isrc, title FROM recordings WHERE import_id = $1 ORDER BY isrc',
        [id],
      ),
    );
    expect(stored).toEqual(sound.map(({ isrc, title }) => ({ isrc, title: title?.normalize('NFC').trim() })));
  });
});
