import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Mapping } from '../../../src/usage/mapping';
import { checkParquet, parquetRows } from '../../../src/usage/parquet/parquet-rows';
import { ParquetUnreadable } from '../../../src/usage/parquet/unreadable';
import { closed, page, plainNumbers, plainTexts, rawFile, struct, varint } from '../../support/raw-parquet';

type Row = Record<string, unknown>;

const samples = join(__dirname, '..', '..', 'support', 'parquet');
const forms = { dates: 'YYYY-MM-DD', decimal: '.' } as const;

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'accordo-parquet-'))));
afterAll(() => rm(folder, { recursive: true }));

async function rowsIn(path: string, asked: Partial<Parameters<typeof parquetRows>[1]> = {}): Promise<Row[]> {
  let text = '';
  for await (const chunk of parquetRows(path, { forms, isWhole: asked.columns === undefined, ...asked }))
    text += chunk.toString();
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Row);
}

async function rowsOf(file: Uint8Array, asked: Partial<Parameters<typeof parquetRows>[1]> = {}): Promise<Row[]> {
  const path = join(folder, 'file.parquet');
  await writeFile(path, file);
  return rowsIn(path, asked);
}

const refusal = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'read',
    (error: unknown) => {
      if (error instanceof ParquetUnreadable) return error.faults.map(({ code }) => code).join(' ');
      throw error;
    },
  );

/**
 * Reads files in a process of their own, one after another: what became of each, and by how much memory grew at the worst moment, whoever ran here before and
 * whatever was freed since. `more` is done as well.
 */
async function readApart(
  files: readonly Buffer[],
  more = '',
): Promise<{ readonly outcomes: readonly string[]; readonly grownBytes: number }> {
  const own = await mkdtemp(join(folder, 'apart-'));
  await Promise.all(files.map((file, at) => writeFile(join(own, String(at)), file)));
  const root = join(__dirname, '..', '..', '..');
  const script = `
    const { readFileSync } = require('node:fs');
    const { parquetRows } = require('./src/usage/parquet/parquet-rows.ts');
    const { ParquetUnreadable } = require('./src/usage/parquet/unreadable.ts');
    // The most that was resident since the process began, in KiB.
    const peak = () => Number(/^VmHWM:\\s+(\\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
    const read = async (path) => {
      try {
        for await (const chunk of parquetRows(path, { isWhole: true, forms: ${JSON.stringify(forms)} })) void chunk;
        return 'read';
      } catch (error) {
        if (!(error instanceof ParquetUnreadable)) throw error;
        return error.faults.map(({ code }) => code).join(' ');
      }
    };
    void (async () => {
      const before = peak();
      const outcomes = [];
      for (let at = 0; at < ${files.length}; at += 1) outcomes.push(await read(${JSON.stringify(own)} + '/' + at));
      ${more}
      console.log(JSON.stringify({ outcomes, grownBytes: (peak() - before) * 1024 }));
    })();`;
  const asked = ['--require', join(root, 'test/support/load-typescript.cjs'), '-e', script];
  const { stdout } = await promisify(execFile)(process.execPath, asked, { cwd: root, maxBuffer: 16 * 1024 * 1024 });
  return JSON.parse(stdout) as { outcomes: string[]; grownBytes: number };
}

/** The table of test/support/parquet/make.py. */
const expected = Array.from({ length: 150 }, (_, row) => {
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `2026-01-${two((row % 31) + 1)}`;
  const isrc = `ZZACC26${String(row % 90).padStart(5, '0')}`;
  const isAbsent = row % 11 === 10;
  return {
    isrc,
    plays: String(BigInt((row * 7919) % 1000) + (row === 5 ? 2n ** 53n + 1n : 0n)),
    returned: String(row % 50),
    small: String(200 + (row % 50)),
    day,
    at: row % 3 === 0 ? `${day}T12:00:00` : day,
    territory: ['RU', 'KZ', null, 'DE'][row % 4],
    premium: String(row % 5 === 0),
    price: String(row * 0.5),
    track: { isrc: isAbsent ? null : isrc, title: isAbsent ? null : `Песня, "${row}"`.trim() },
    fixed: 'ZZ',
  };
});

describe('files of other writers', () => {
  it.each(['snappy', 'zstd-pages', 'gzip-int96', 'deltas', 'polars', 'duckdb', 'duckdb-v2'])(
    'are read to the last digit: %s',
    async (name) => {
      expect(await rowsIn(join(samples, `${name}.parquet`))).toEqual(expected);
    },
  );

  it('are read only where a mapping looks, in its own forms', async () => {
    const columns = { isrc: '/track/isrc', quantity: 'returned', day: 'day', territory: 'territory' };
    const asked = { columns, forms: { dates: 'DD.MM.YYYY', decimal: ',' } } as const;
    const [first] = await rowsIn(join(samples, 'zstd-pages.parquet'), asked);
    expect(first).toEqual({ returned: '0', day: '01.01.2026', territory: 'RU', track: { isrc: 'ZZACC2600000' } });
  });

  it('tell how far they are read, up to all of their bytes', async () => {
    const told: number[] = [];
    const path = join(samples, 'zstd-pages.parquet');
    await rowsIn(path, { at: async (bytes) => void told.push(bytes) });
    expect(told.length).toBe(3);
    expect(told).toEqual([...told].sort((one, other) => one - other));
    expect(told.at(-1)).toBe((await readFile(path)).length);
  });
});

describe('values', () => {
  const decimals = (scale: number, values: readonly bigint[]): Promise<Row[]> =>
    rowsOf(
      rawFile(values.length, [{ name: 'n', type: 2, pages: page(plainNumbers(values), { values: values.length }) }], {
        2: [struct({ 4: 'root', 5: 1 }), struct({ 1: 2, 3: 0, 4: 'n', 6: 5, 7: scale, 8: 18 })],
      }),
    );

  it('of decimals keep every digit and no zeros at their end', async () => {
    const values = [0n, 12_000n, 1_234_567n, -5n, -1_200n, 2n ** 63n - 1n];
    expect((await decimals(3, values)).map(({ n }) => n)).toEqual([
      '0',
      '12',
      '1234.567',
      '-0.005',
      '-1.2',
      '9223372036854775.807',
    ]);
    expect((await decimals(0, [100n, -100n])).map(({ n }) => n)).toEqual(['100', '-100']);
  });

  it('of days are right over eras, and of instants only where a day begins', async () => {
    const days = [0, 59, 11_016, 19_782, 20_454, -1, -719_528];
    const body = Buffer.alloc(days.length * 4);
    days.forEach((day, at) => body.writeInt32LE(day, at * 4));
    const file = rawFile(days.length, [{ name: 'd', type: 1, pages: page(body, { values: days.length }) }], {
      2: [struct({ 4: 'root', 5: 1 }), struct({ 1: 1, 3: 0, 4: 'd', 6: 6 })],
    });
    expect((await rowsOf(file)).map(({ d }) => d)).toEqual(
      days.map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10)),
    );
    const instants = [86_400_000n, -86_400_000n, -1n, 1n];
    const isUtc = { 8: struct({ 1: true, 2: struct({ 1: struct({}) }) }) };
    const at = rawFile(4, [{ name: 'd', type: 2, pages: page(plainNumbers(instants), { values: 4 }) }], {
      2: [struct({ 4: 'root', 5: 1 }), struct({ 1: 2, 3: 0, 4: 'd', 10: isUtc })],
    });
    expect((await rowsOf(at)).map(({ d }) => d)).toEqual([
      '1970-01-02',
      '1969-12-31',
      '1969-12-31T23:59:59.999Z',
      '1970-01-01T00:00:00.001Z',
    ]);
  });

  it('come back as any writer wrote them', async () => {
    const column = fc.array(
      fc.tuple(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.option(fc.string({ unit: 'binary', maxLength: 8 })),
      ),
      { minLength: 1, maxLength: 60 },
    );
    const form = fc.record({
      codec: fc.constantFrom('SNAPPY', 'UNCOMPRESSED'),
      rowGroupSize: fc.integer({ min: 1, max: 40 }),
      pageSize: fc.integer({ min: 16, max: 200 }),
      encoding: fc.constantFrom('PLAIN', 'DELTA_BINARY_PACKED', undefined),
      textEncoding: fc.constantFrom(
        'PLAIN',
        'DELTA_BYTE_ARRAY',
        'DELTA_LENGTH_BYTE_ARRAY',
        'RLE_DICTIONARY',
        undefined,
      ),
    });
    await fc.assert(
      fc.asyncProperty(column, form, async (rows, { codec, rowGroupSize, pageSize, encoding, textEncoding }) => {
        const columnData = [
          { name: 'n', type: 'INT64' as const, data: rows.map(([number]) => number), ...(encoding && { encoding }) },
          {
            name: 't',
            type: 'STRING' as const,
            nullable: true,
            data: rows.map(([, text]) => text),
            ...(textEncoding && { encoding: textEncoding }),
          },
        ];
        const file = parquetWriteBuffer({ columnData, codec, rowGroupSize, pageSize } as never);
        const read = await rowsOf(new Uint8Array(file));
        expect(read).toEqual(
          rows.map(([n, t]) => ({ n: String(n), t: t === null ? null : Buffer.from(t).toString().trim() })),
        );
      }),
      { numRuns: 100 },
    );
  });
});

describe('a mapping', () => {
  const refusedFor = async (columns: Mapping['columns']): Promise<string[]> => {
    try {
      await checkParquet(join(samples, 'snappy.parquet'), columns);
    } catch (error) {
      return (error as ParquetUnreadable).faults.map(({ code, message }) => `${code}: ${message}`);
    }
    return [];
  };

  it('fits, or is told of every column that does not at once', async () => {
    expect(
      await refusedFor({ isrc: 'isrc', quantity: 'plays', returns: 'returned', day: 'at', model: 'premium' }),
    ).toEqual([]);
    expect(await refusedFor({ isrc: 'tags', quantity: 'price', day: 'none', use: 'track' })).toEqual([
      'column-missing: there is no column "tags" (isrc)',
      'column-type-unfit: the column "price" (quantity) is DOUBLE: floating-point numbers do not hold every whole number: write it as INT64 or DECIMAL',
      'column-missing: there is no column "none" (day)',
      'column-missing: there is no column "track" (use)',
    ]);
    expect(await refusedFor({ isrc: '/tags/list/element', quantity: 'premium' })).toEqual([
      'column-type-unfit: the column "tags.list.element" (isrc) is a list of BYTE_ARRAY: that holds no isrc',
      'column-type-unfit: the column "premium" (quantity) is BOOLEAN: that holds no quantity',
    ]);
  });

  it('may name columns by which a recording is called: no file is refused for them', async () => {
    const counted = { isrc: 'isrc', quantity: 'plays' };
    expect(await refusedFor({ ...counted, title: 'isrc', artist: 'none', duration: 'price' })).toEqual([]);
  });

  it('is told of a column that is there twice', async () => {
    const text = { name: 'isrc', type: 6, pages: page(plainTexts(['a']), { values: 1 }) };
    const path = join(folder, 'twice.parquet');
    await writeFile(path, rawFile(1, [text, text]));
    expect(await refusal(checkParquet(path, { isrc: 'isrc' }))).toBe('column-repeated');
    expect(await rowsIn(path)).toEqual([{ isrc: 'a' }]);
  });
});

describe('what is no sound file', () => {
  const text = (pages: Buffer, more: Partial<Parameters<typeof rawFile>[1][number]> = {}) => [
    { name: 't', type: 6, pages, ...more },
  ];
  const number = (pages: Buffer, more: Partial<Parameters<typeof rawFile>[1][number]> = {}) => [
    { name: 'n', type: 2, pages, ...more },
  ];
  const mebi = 1024 * 1024;
  const optional = (levels: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(levels.length);
    return Buffer.concat([length, levels]);
  };

  it.each<[string, Buffer, string]>([
    ['nothing at all', Buffer.alloc(0), 'not-parquet'],
    ['a table', Buffer.from('isrc,plays\nZZACC2600001,5\n'), 'not-parquet'],
    ['one that is cut off', rawFile(1, text(page(plainTexts(['a']), { values: 1 }))).subarray(0, -5), 'not-parquet'],
    ['an encrypted one', Buffer.concat([rawFile(1, []).subarray(0, -1), Buffer.from('E')]), 'parquet-unsupported'],
    ['a footer longer than the file', Buffer.from('PAR1\xff\xff\xff\x7fPAR1', 'latin1'), 'parquet-corrupt'],
    ['a footer of noise', closed(Buffer.alloc(0), Buffer.alloc(5000, 0xff)), 'parquet-corrupt'],
    ['a footer of more mebibytes than any', closed(Buffer.alloc(0), Buffer.alloc(17 * mebi)), 'parquet-unsupported'],
    [
      'a footer that is a number without end',
      closed(Buffer.alloc(0), Buffer.concat([Buffer.from([0x36]), Buffer.alloc(8 * mebi, 0x80)])),
      'parquet-corrupt',
    ],
    [
      'millions of structures that hold nothing',
      closed(Buffer.alloc(0), Buffer.concat([Buffer.from([0x29, 0xfc]), varint(8 * mebi), Buffer.alloc(8 * mebi)])),
      'parquet-unsupported',
    ],
    [
      'a list that claims more than there is',
      closed(Buffer.alloc(0), Buffer.concat([Buffer.from([0x99, 0xf3]), varint(2 ** 31 - 1)])),
      'parquet-corrupt',
    ],
    ['structures within structures', closed(Buffer.alloc(0), Buffer.alloc(8 * mebi, 0x9c)), 'parquet-corrupt'],
    [
      'groups within groups',
      rawFile(0, [], { 2: Array.from({ length: 200 }, () => struct({ 4: 'g', 5: 1 })), 4: [] }),
      'parquet-corrupt',
    ],
    [
      'columns that lie elsewhere',
      rawFile(1, text(page(plainTexts(['a']), { values: 1 })), {
        4: [struct({ 1: [struct({ 1: 'other.parquet' })], 3: 1 })],
      }),
      'parquet-unsupported',
    ],
    [
      'a column outside of the file',
      rawFile(1, text(Buffer.alloc(0)), {
        4: [struct({ 1: [struct({ 3: { 1: 6, 3: ['t'], 4: 0, 5: 1, 6: 9, 7: 9_000_000, 9: 4 } })], 3: 1 })],
      }),
      'parquet-corrupt',
    ],
    [
      'rows that its groups do not have',
      rawFile(1, text(page(plainTexts(['a']), { values: 1 })), { 3: 2 }),
      'parquet-corrupt',
    ],
    ['rows beyond all measure', rawFile(2 ** 50, text(page(plainTexts(['a']), { values: 1 }))), 'packed-too-tightly'],
    [
      'a row group that says it unpacks to terabytes',
      rawFile(1, text(page(plainTexts(['a']), { values: 1 }), { unpackedBytes: 2n ** 44n })),
      'packed-too-tightly',
    ],
    [
      'a page that says it unpacks to gigabytes',
      rawFile(1, text(page(Buffer.alloc(9), { values: 1, unpacked: 2 ** 31 - 1 }), { codec: 1 })),
      'packed-too-tightly',
    ],
    [
      'a page of a negative size',
      rawFile(1, text(page(Buffer.alloc(9), { values: 1, unpacked: -1 }))),
      'parquet-corrupt',
    ],
    [
      'a page of more values than rows',
      rawFile(1, text(page(plainTexts(['a', 'b']), { values: 2 }))),
      'parquet-corrupt',
    ],
    [
      'a page of fewer values than it says',
      rawFile(2, text(page(plainTexts(['a']), { values: 2 }))),
      'parquet-corrupt',
    ],
    ['fewer pages than rows', rawFile(2, text(page(plainTexts(['a']), { values: 1 }))), 'parquet-corrupt'],
    [
      'empty pages without end',
      rawFile(1, text(Buffer.concat(Array.from({ length: 2_000 }, () => page(Buffer.alloc(0), { values: 0 }))))),
      'parquet-corrupt',
    ],
    [
      'a run of two thousand million',
      rawFile(9, [
        {
          name: 't',
          type: 6,
          isOptional: true,
          pages: page(optional(Buffer.concat([varint(2n ** 32n), Buffer.from([1])])), { values: 9 }),
        },
      ]),
      'parquet-corrupt',
    ],
    [
      'a dictionary that claims millions',
      rawFile(1, text(page(plainTexts(['a']), { values: 2 ** 31 - 1, kind: 2 }))),
      'packed-too-tightly',
    ],
    [
      'values of a dictionary that is not there',
      rawFile(1, text(page(Buffer.from([1, 2, 0]), { values: 1, encoding: 8 }))),
      'parquet-corrupt',
    ],
    [
      'values that its dictionary has not',
      rawFile(
        1,
        text(
          Buffer.concat([
            page(plainTexts(['a']), { values: 1, kind: 2 }),
            page(Buffer.from([3, 2, 5]), { values: 1, encoding: 8 }),
          ]),
        ),
      ),
      'parquet-corrupt',
    ],
    [
      'differences in impossible blocks',
      rawFile(
        2,
        number(
          page(Buffer.concat([varint(2 ** 31), varint(2 ** 30), varint(2), varint(0)]), { values: 2, encoding: 5 }),
        ),
      ),
      'parquet-corrupt',
    ],
    [
      'texts of a negative length',
      rawFile(1, text(page(Buffer.from([0x80, 1, 4, 1, 3, 65]), { values: 1, encoding: 6 }))),
      'parquet-corrupt',
    ],
    [
      'Snappy that copies from before its beginning',
      rawFile(1, text(page(Buffer.from([5, 0x01 | (1 << 2), 9]), { values: 1, unpacked: 5 }), { codec: 1 })),
      'parquet-corrupt',
    ],
    [
      'a page in no Zstandard',
      rawFile(1, text(page(Buffer.alloc(20, 7), { values: 1, unpacked: 5 }), { codec: 6 })),
      'parquet-corrupt',
    ],
    [
      'an encoding of the future',
      rawFile(1, text(page(plainTexts(['a']), { values: 1, encoding: 77 }))),
      'parquet-unsupported',
    ],
  ])('is refused by name: %s', async (_, file, code) => {
    expect(await refusal(rowsOf(file))).toBe(code);
  });

  it('is refused where beginnings of texts unpack to far too much', async () => {
    // Each text is the one before it and a byte more.
    const count = 60_000;
    const deltas = (first: number, least: number): Buffer => {
      const blocks = Math.ceil(count / 128);
      const block = Buffer.concat([varint(least * 2), Buffer.alloc(4)]);
      return Buffer.concat([
        varint(128),
        varint(4),
        varint(count),
        varint(first * 2),
        ...Array.from({ length: blocks }, () => block),
      ]);
    };
    const body = Buffer.concat([deltas(0, 1), deltas(1, 0), Buffer.alloc(count, 65)]);
    expect(await refusal(rowsOf(rawFile(count, text(page(body, { values: count, encoding: 7 })))))).toBe(
      'packed-too-tightly',
    );
  });

  it('is refused where one long text is every row', async () => {
    const rows = 4 * mebi;
    const dictionary = page(plainTexts(['A'.repeat(60_000)]), { values: 1, kind: 2 });
    const data = page(Buffer.from([0]), { values: rows, encoding: 8 });
    expect(await refusal(rowsOf(rawFile(rows, text(Buffer.concat([dictionary, data])))))).toBe('packed-too-tightly');
  });

  it('is refused where the names of its columns, said in each row, come to far too much, and holds nobody up meanwhile', async () => {
    const rows = 400_000;
    const nothing = optional(Buffer.concat([varint(rows * 2), Buffer.from([0])]));
    const named = (length: number): Buffer =>
      rawFile(
        rows,
        Array.from({ length: 60 }, (_, at) => ({
          ...{ name: String(at).padEnd(length, 'n'), type: 6, isOptional: true },
          pages: page(nothing, { values: rows }),
        })),
      );
    // In the thread's own time: what other processes take is nothing of ours.
    const milliseconds = (): number => {
      const { user, system } = process.threadCpuUsage();
      return (user + system) / 1_000;
    };
    let [last, longest] = [milliseconds(), 0];
    const timer = setInterval(() => {
      const now = milliseconds();
      [last, longest] = [now, Math.max(longest, now - last)];
    }, 5);
    let given = 0;
    const given255 = join(folder, 'names.parquet');
    await writeFile(given255, named(255));
    const reading = async (): Promise<void> => {
      for await (const chunk of parquetRows(given255, { forms, isWhole: true })) given += chunk.length;
    };
    expect(await refusal(reading())).toBe('packed-too-tightly');
    clearInterval(timer);
    expect(given).toBeLessThan(65 * mebi);
    expect(longest).toBeLessThan(1_000);
    // Longer ones are not looked at: what is left of each row is that there is one.
    expect((await rowsOf(named(256))).length).toBe(rows);
  });

  /** By differences of no bits at all: `count` times the same number. */
  const alike = (count: number, each = 0): Buffer => {
    const block = Buffer.concat([varint(0), Buffer.alloc(512)]);
    const blocks = Array.from({ length: Math.ceil((count - 1) / 65_536) }, () => block);
    return Buffer.concat([varint(65_536), varint(512), varint(count), varint(each * 2), ...blocks]);
  };

  it.each([
    ['numbers', 2, 5, (count: number) => alike(count, 7)],
    ['texts by their lengths', 6, 6, (count: number) => alike(count)],
    ['texts by their beginnings', 6, 7, (count: number) => Buffer.concat([alike(count), alike(count)])],
  ])('is refused where a page tells %s by the million in no bytes', async (_, type, encoding, body) => {
    const told = (count: number, { rows = count, rowsMax = Infinity } = {}): Promise<Row[]> =>
      rowsOf(rawFile(rows, [{ name: 'c', type, pages: page(body(count), { values: count, encoding }) }]), {
        isWhole: true,
        rowsMax,
      });
    expect(await refusal(told(262_145))).toBe('packed-too-tightly');
    const all = await told(262_144);
    expect([all.length, all.at(-1)]).toEqual([262_144, { c: type === 2 ? '7' : '' }]);
    expect(await told(262_144, { rowsMax: 3 })).toEqual(all.slice(0, 3));
  });

  it('is read as far as is asked, whatever its encodings, and over its row groups', async () => {
    for (const name of ['snappy', 'zstd-pages', 'gzip-int96', 'deltas', 'polars', 'duckdb', 'duckdb-v2'])
      for (const rowsMax of [0, 1, 17, 101, 150, 151])
        expect(await rowsIn(join(samples, `${name}.parquet`), { rowsMax })).toEqual(expected.slice(0, rowsMax));
  });

  it('is given up where its first rows take more work than so few are worth', async () => {
    // A row a page, each of which unpacks to mebibytes.
    const body = zstdCompressSync(Buffer.concat([plainTexts(['a']), Buffer.alloc(8 * mebi)]));
    const one = page(body, { values: 1, unpacked: 5 + 8 * mebi });
    const file = rawFile(
      1_000,
      text(Buffer.concat(Array.from({ length: 1_000 }, () => one)), { codec: 6, unpackedBytes: 1 }),
    );
    expect(await refusal(rowsOf(file, { isWhole: true, rowsMax: 1_000 }))).toBe('packed-too-tightly');
    expect((await rowsOf(file, { isWhole: true, rowsMax: 20 })).length).toBe(20);
  });

  it('is refused before its many columns fill the memory together, and given back with sixty of them', async () => {
    const values = 4 * mebi;
    // Empty texts by the million: a few kilobytes on disk, dozens of mebibytes each where they are held.
    const packed = zstdCompressSync(Buffer.alloc(4 * values));
    const dictionary = page(packed, { values, kind: 2, unpacked: 4 * values });
    const first = zstdCompressSync(Buffer.from([0]));
    const pages = Buffer.concat([dictionary, page(first, { values: 1, encoding: 8, unpacked: 1 })]);
    const bombs = Array.from({ length: 100 }, (_, at) => ({ name: `t${at}`, type: 6, codec: 6, pages }));
    const { outcomes, grownBytes } = await readApart([rawFile(1, bombs)]);
    expect(outcomes).toEqual(['packed-too-tightly']);
    expect(grownBytes).toBeLessThan(1_000 * mebi);
    const many = Array.from({ length: 100 }, (_, at) => ({
      name: `t${at}`,
      type: 6,
      pages: page(plainTexts(['a']), { values: 1 }),
    }));
    const [given] = await rowsOf(rawFile(1, many), { columns: { isrc: 't98' }, isWhole: true });
    expect([Object.keys(given!).length, given!.t98]).toEqual([60, 'a']);
  });

  it('is refused where a page is packed in a way that is not read, and where its sum is wrong', async () => {
    expect(await refusal(rowsIn(join(samples, 'brotli.parquet')))).toBe('parquet-unsupported');
    const body = plainTexts(['a']);
    const summed = (crc: number): Buffer => rawFile(1, text(page(body, { values: 1, crc })));
    expect(await refusal(rowsOf(summed(crc32(body))))).toBe('read');
    expect(await refusal(rowsOf(summed(crc32(body) ^ 1)))).toBe('parquet-corrupt');
  });

  it('never does more than be refused, whatever bytes are changed, and memory stays small', async () => {
    const names = ['snappy', 'zstd-pages', 'gzip-int96', 'deltas', 'polars', 'duckdb-v2'];
    const files = await Promise.all(names.map((name) => readFile(join(samples, `${name}.parquet`))));
    let state = 20_260_129;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const changed: Buffer[] = [];
    for (let run = 0; run < 1_000; run += 1) {
      const file = Buffer.from(files[run % files.length]!);
      const changes = 1 + random(4);
      for (let change = 0; change < changes; change += 1) {
        // Half of them where the file describes itself.
        const at = random(2) === 0 ? random(file.length) : file.length - 1 - random(Math.min(file.length, 3_000));
        file[at] = [0, 0xff, 0x80, random(256)][random(4)]!;
      }
      changed.push(random(20) === 0 ? file.subarray(0, random(file.length)) : file);
    }
    const { outcomes, grownBytes } = await readApart(changed);
    expect(outcomes.length).toBe(1_000);
    expect(outcomes.filter((outcome) => outcome === 'parquet-corrupt').length).toBeGreaterThan(100);
    expect(grownBytes).toBeLessThan(1_000 * mebi);
  });

  it('is measured by what reading it takes at most, though that is given back at once', async () => {
    const held = `const gone = Buffer.alloc(${1_024 * mebi}, 1);`;
    expect((await readApart([], held)).grownBytes).toBeGreaterThan(1_000 * mebi);
    expect((await readApart([])).grownBytes).toBeLessThan(100 * mebi);
  });
});
