import { Readable } from 'node:stream';
import fc from 'fast-check';
import { stringify } from 'csv-stringify/sync';
import type { DomainError } from '../platform/errors/domain-error';
import { type ReadRow, readCatalogueFile } from './catalogue-file';
import { columns } from './catalogue-row';

const header = columns.join(',');
const good = 'ZZ-A01-26-00001,Northern Ice,Live,Ana Bel|Kor,3:35,Ice,2000000000015,2026 Test,Pop';

async function read(file: string | Uint8Array): Promise<ReadRow[]> {
  const rows: ReadRow[] = [];
  for await (const row of readCatalogueFile(Readable.from([Buffer.from(file)]))) rows.push(row);
  return rows;
}

const refusal = (file: string | Uint8Array): Promise<DomainError> =>
  read(file).then(
    () => Promise.reject(new Error('the file was read')),
    (error: unknown) => error as DomainError,
  );

const codesOf = (rows: readonly ReadRow[]): (readonly [number, string, string])[] =>
  rows.flatMap((row) =>
    'faults' in row ? row.faults.map((fault) => [fault.row, fault.column, fault.code] as const) : [],
  );

/** One good row with other cells in some columns. */
const rowWith = (cells: Partial<Record<(typeof columns)[number], string>>): string => {
  const values = good.split(',');
  return stringify([columns.map((column, at) => cells[column] ?? values[at] ?? '')]).trimEnd();
};

describe('a catalogue file', () => {
  test('gives a recording per row, with its ISRC and bar code in their stored forms', async () => {
    expect(await read(`\uFEFF${header}\r\n${good}\r\n`)).toEqual([
      {
        row: 2,
        recording: {
          isrc: 'ZZA012600001',
          title: 'Northern Ice',
          version: 'Live',
          artists: ['Ana Bel', 'Kor'],
          durationSeconds: 215,
          release: { gtin: '02000000000015', title: 'Ice' },
          pLine: '2026 Test',
          genre: 'Pop',
        },
      },
    ]);
  });

  test('may name its columns in any order, in capitals, and have others', async () => {
    const rows = await read(
      'Genre,p_line,UPC,Release,Duration,Artists,Version,Title,Mood,ISRC\n,,,,,Ana,,Ice,calm,zza012600001\n',
    );
    expect(rows).toMatchObject([
      { row: 2, recording: { isrc: 'ZZA012600001', title: 'Ice', release: null, genre: null } },
    ]);
  });

  test('passes over empty lines but counts them', async () => {
    expect((await read(`${header}\n\n${good}\n`)).map(({ row }) => row)).toEqual([3]);
  });

  test('takes a language of the shape of a tag, and blanks for none', async () => {
    const rows = await read(
      [`${header},language`, ...[' pt-BR ', '  ', 'in Russian', 'ru_RU'].map((tag) => `${good},${tag}`)].join('\n'),
    );
    expect(rows.slice(0, 2)).toMatchObject([{ recording: { language: 'pt-BR' } }, { recording: { language: null } }]);
    expect(codesOf(rows)).toEqual([
      [4, 'language', 'language-malformed'],
      [5, 'language', 'language-malformed'],
    ]);
  });

  test('lists every fault of a row at once', async () => {
    const bad = rowWith({ isrc: 'ZZA01260001', title: ' ', artists: '|', duration: 'long', upc: '2000000000011' });
    expect(codesOf(await read(`${header}\n${bad}\n`))).toEqual([
      [2, 'isrc', 'isrc-malformed'],
      [2, 'title', 'title-missing'],
      [2, 'artists', 'artists-missing'],
      [2, 'duration', 'duration-malformed'],
      [2, 'upc', 'gtin-check-digit'],
    ]);
  });

  test.each([
    [{ upc: '' }, 'upc', 'upc-missing'],
    [{ release: '' }, 'release', 'release-missing'],
    [{ upc: '12' }, 'upc', 'gtin-malformed'],
    [{ genre: 'x'.repeat(101) }, 'genre', 'text-too-long'],
    [{ title: 'two\nlines' }, 'title', 'text-control-character'],
    [{ title: 'nul\u0000' }, 'title', 'text-control-character'],
  ])('a row with %j has the fault %s %s', async (cells, column, code) => {
    expect(codesOf(await read(`${header}\n${rowWith(cells)}\n`))).toEqual([[2, column, code]]);
  });

  test('says which row has too few or too many cells', async () => {
    expect(codesOf(await read(`${header}\n${good},more\n${good}\nZZA012600002,Ice\n`))).toEqual([
      [2, '', 'row-cells'],
      [4, '', 'row-cells'],
    ]);
  });

  test('in another encoding than UTF-8 has a fault where it shows', async () => {
    const latin1 = Buffer.from(`${header}\n${rowWith({ title: 'Señor' })}\n`, 'latin1');
    expect(codesOf(await read(latin1))).toEqual([[2, 'title', 'text-not-utf8']]);
  });

  test('shows a long cell shortened and without control characters', async () => {
    const [row] = await read(`${header}\n${rowWith({ title: `\u0000${'🎵'.repeat(300)}` })}\n`);
    const value = row !== undefined && 'faults' in row ? row.faults[0]?.value : undefined;
    expect([...(value ?? '')]).toEqual(['\uFFFD', ...Array.from({ length: 199 }, () => '🎵')]);
  });

  test('without a column, or with one twice, is refused with all of them named', async () => {
    const error = await refusal('isrc,title,version,artists,duration,release,upc,genre,genre\n');
    expect(error.code).toBe('import-header-invalid');
    expect(error.faults.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/header/p_line', 'column-missing'],
      ['/header/genre', 'column-repeated'],
    ]);
  });

  test.each([
    ['nothing in it', ''],
    ['a quote that never ends', `${header}\n"${good}\n`],
    ['text after a closing quote', `${header}\n"a"b,${good}\n`],
    ['a row of a hundred thousand characters', `${header}\n"${'x'.repeat(200_000)}`],
  ])('with %s is not readable', async (_, file) => {
    expect((await refusal(file)).code).toBe('import-unreadable');
  });

  test('whose source breaks off fails as the source did', async () => {
    const broken = Readable.from(
      (function* () {
        yield Buffer.from(`${header}\n${good}\n`);
        throw new Error('disk gone');
      })(),
    );
    const reading = async (): Promise<void> => {
      for await (const row of readCatalogueFile(broken)) expect(row.row).toBe(2);
    };
    await expect(reading()).rejects.toThrow('disk gone');
  });

  test('of any cells gives each row either a recording or at least one fault', async () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.constantFrom('', 'ZZA012600001', '2000000000015', '3:35'),
    );
    const file = fc.array(fc.array(cell, { minLength: 9, maxLength: 9 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(file, async (cells) => {
        const rows = await read(stringify([columns as unknown as string[], ...cells], { quoted: true }));
        expect(rows).toHaveLength(cells.length);
        for (const row of rows) {
          if ('faults' in row) expect(row.faults.length).toBeGreaterThan(0);
          else expect(row.recording.isrc).toMatch(/^[A-Z]{2}[A-Z0-9]{3}\d{7}$/);
        }
      }),
    );
  });
});
