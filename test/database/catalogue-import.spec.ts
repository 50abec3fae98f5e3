import { controlFaults, findRecordings } from '../../src/catalogue';
import { bringInRows } from '../../src/catalogue/imports/bring-in-rows';
import type { ImportReport } from '../../src/catalogue/imports/import-report';
import { periodOf, territoryNumbers } from '../../src/kernel';
import { keptAwake } from '../../src/platform/database/awake';
import type { Tx } from '../../src/platform/database/tx';
import { type CatalogueBench, catalogueBench, catalogueCsv, plainRows, testIsrc } from '../support/catalogue';

let bench: CatalogueBench;
beforeAll(async () => {
  bench = await catalogueBench();
});
afterAll(() => bench.close());

const faultRows = (importId: string): Promise<{ number: number; row_number: number; code: string }[]> =>
  bench.database.withTenant(bench.label, (tx) =>
    tx.rows('SELECT number, row_number, code FROM catalogue_import_faults WHERE import_id = $1 ORDER BY number', [
      importId,
    ]),
  );

describe('an import of more rows than one batch', () => {
  test('finds an ISRC that stands twice, near or far', async () => {
    const rows = plainRows(2500);
    // Rows 4 and 2402 repeat row 2; the header is row 1.
    rows[2] = { ...rows[2], isrc: testIsrc(1) };
    rows[2400] = { ...rows[2400], isrc: testIsrc(1) };
    rows[2401] = { ...rows[2401], title: '' };
    const done = await bench.import(catalogueCsv(rows));

    expect(done).toMatchObject({ rows_read: 2500, rows_accepted: 2497, rows_rejected: 3 });
    expect(await faultRows(done.id)).toEqual([
      { number: 1, row_number: 4, code: 'isrc-repeated' },
      { number: 2, row_number: 2402, code: 'isrc-repeated' },
      { number: 3, row_number: 2403, code: 'title-missing' },
    ]);
    const [first] = await bench.database.withTenant(bench.label, (tx) =>
      findRecordings(tx, bench.label.organizationId, [testIsrc(1)]),
    );
    expect(first).toMatchObject({ title: 'Track 1' });
  });

  test('brings recordings that are already there up to date', async () => {
    await bench.import(catalogueCsv(plainRows(3, 50_000)));
    const again = plainRows(3, 50_000).map((row) => ({ ...row, title: `${row.title} (2026 master)` }));
    expect(await bench.import(catalogueCsv(again))).toMatchObject({ rows_accepted: 3, rows_rejected: 0 });
    const isrcs = again.map(({ isrc }) => isrc ?? '');
    const stored = await bench.database.withTenant(bench.label, (tx) =>
      findRecordings(tx, bench.label.organizationId, isrcs),
    );
    expect(stored.map(({ title }) => title)).toEqual(again.map(({ title }) => title));
  });

  test('comes in, and another of the same label at that moment is refused at once instead of waiting', async () => {
    const rows = plainRows(1500, 60_000);
    const ends = await Promise.allSettled([
      bench.import(catalogueCsv(rows)),
      bench.import(catalogueCsv([...rows].reverse())),
    ]);
    expect(ends.filter(({ status }) => status === 'fulfilled')).toMatchObject([{ value: { rows_accepted: 1500 } }]);
    expect(ends.filter(({ status }) => status === 'rejected')).toMatchObject([
      { reason: { code: 'idempotency-key-in-use' } },
    ]);
    expect(await bench.import(catalogueCsv(rows))).toMatchObject({ rows_accepted: 1500 });
  });

  test('that turns out not to be CSV leaves nothing', async () => {
    const file = `${catalogueCsv(plainRows(1200, 70_000))}"never closed`;
    await expect(bench.import(file)).rejects.toMatchObject({ code: 'import-unreadable' });
    const left = await bench.database.withTenant(bench.label, (tx) =>
      findRecordings(tx, bench.label.organizationId, [testIsrc(70_000)]),
    );
    expect(left).toEqual([]);
  });
});

describe('a transaction of an import', () => {
  test('has no statement under way any more once the rows cannot be read further', async () => {
    const report = { add: () => undefined, fault: () => undefined, flush: () => Promise.resolve() };
    async function* rows() {
      const from = 200_000;
      for (let row = 0; row < 5001; row += 1) {
        const recording = { isrc: testIsrc(from + row).slice(0, 12), title: 'T', artists: ['A'] };
        yield { row, recording: { ...recording, release: { gtin: '02000000000015', title: 'R' } } };
      }
      throw new Error('no more can be read');
    }
    let [begun, ended] = [0, 0];
    await bench.database
      .withTenant(bench.label, async (tx) => {
        const ask = tx.rows.bind(tx);
        const run = tx.run.bind(tx);
        const counted = async <T>(asked: Promise<T>): Promise<T> => {
          begun += 1;
          return asked.finally(() => (ended += 1));
        };
        tx.rows = <Row>(...asked: Parameters<typeof ask>) => counted(ask<Row>(...asked));
        tx.run = (...asked) => counted(run(...asked));
        const writing = {
          ownerId: bench.label.organizationId,
          importId: null as unknown as string,
          at: new Date(),
          toldBy: 'x',
        };
        await bringInRows(tx, writing, rows(), { report: report as unknown as ImportReport, file: '' });
      })
      .catch((error: Error) => expect(error.message).toBe('no more can be read'));
    expect(ended).toBe(begun);
    const atTheEnd = begun;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(begun).toBe(atTheEnd);
    expect(begun).toBeGreaterThan(1);
  });

  test('outlives a long silence of its work', async () => {
    const silent = (tx: Tx) => async (): Promise<void> => {
      await tx.run('SET LOCAL idle_in_transaction_session_timeout = 150');
      await new Promise((resolve) => setTimeout(resolve, 500));
    };
    const { database } = bench;
    const look = (tx: Tx): Promise<unknown> => tx.rows('SELECT 1 AS one');
    await expect(database.asSystem((tx) => silent(tx)().then(() => look(tx)))).rejects.toThrow();
    expect(await database.asSystem((tx) => keptAwake(tx, silent(tx), 30).then(() => look(tx)))).toEqual([{ one: 1 }]);
  });
});

describe('what a label controls', () => {
  const period = periodOf('2026-01-01', '2028-01-01');
  const state = (
    isrcs: readonly string[],
    codes: readonly string[],
    from: string,
    until: string | null,
    share = '1',
  ): Promise<number> =>
    bench.database.withTenant(bench.label, (tx) =>
      tx.run(
        `INSERT INTO recording_rights (owner_id, recording_id, share, territories, in_force, stated_at, stated_by)
         SELECT owner_id, id, $2, $3, daterange($4, $5), '2026-01-05', 'test' FROM recordings WHERE isrc = ANY ($1::text[])`,
        [isrcs, share, territoryNumbers({ include: codes }), from, until],
      ),
    );
  const codesOf = (isrcs: readonly string[], territories: readonly string[]): Promise<string[]> =>
    bench.database.withTenant(bench.label, async (tx) =>
      (await controlFaults(tx, bench.label.organizationId, { isrcs, territories, period })).map(
        ({ pointer, code }) => `${pointer} ${code}`,
      ),
    );
  const tracks = Array.from({ length: 8 }, (_, at) => testIsrc(80_001 + at));
  const [whole, inPieces, splitByPlace, shared, tooShort, gap, nothing] = tracks as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];

  beforeAll(async () => {
    await bench.import(catalogueCsv(plainRows(8, 80_001)));
    await state([whole], ['KZ', 'UZ', 'RU'], '2020-01-01', null);
    await state([inPieces], ['KZ', 'UZ'], '2020-01-01', '2027-01-01');
    await state([inPieces], ['KZ', 'UZ'], '2027-01-01', '2028-01-01');
    await state([splitByPlace], ['KZ'], '2020-01-01', null);
    await state([splitByPlace], ['UZ'], '2021-01-01', null);
    await state([shared], ['KZ', 'UZ'], '2020-01-01', null, '0.5');
    await state([tooShort], ['KZ', 'UZ'], '2020-01-01', '2027-12-31');
    await state([gap], ['KZ', 'UZ'], '2020-01-01', '2026-06-01');
    await state([gap], ['KZ', 'UZ'], '2026-06-02', null);
  });

  test.each([
    ['one statement over all places and days', () => whole],
    ['two statements one after the other', () => inPieces],
    ['a statement for each place', () => splitByPlace],
    ['a statement of half of it, which is what it licenses', () => shared],
  ])('by %s needs no more', async (_, isrc) => {
    expect(await codesOf([isrc()], ['KZ', 'UZ'])).toEqual([]);
  });

  test.each([
    ['all of it but for the last day', () => tooShort],
    ['all of it but for one day in between', () => gap],
    ['nothing, as nothing was stated', () => nothing],
    ['nothing, as it is not in the catalogue', () => 'ZZT0199999999'.slice(0, 12)],
  ])('is not enough when it is %s', async (_, isrc) => {
    expect(await codesOf([whole, isrc()], ['KZ', 'UZ'])).toEqual(['/repertoire/isrcs/1 track-not-controlled']);
  });

  test('is asked place by place', async () => {
    const faults = await bench.database.withTenant(bench.label, (tx) =>
      controlFaults(tx, bench.label.organizationId, {
        isrcs: [splitByPlace, whole],
        territories: ['UZ', 'KZ', 'RU'],
        period,
      }),
    );
    expect(faults).toEqual([
      {
        pointer: '/repertoire/isrcs/0',
        code: 'track-not-controlled',
        message: `the label does not state to control ${splitByPlace} in RU on every day from 2026-01-01 until 2028-01-01`,
      },
    ]);
  });

  test('is not another label’s: the same ISRC says nothing about a stranger', async () => {
    const stranger = '00000000-0000-4000-8000-000000000001';
    const faults = await bench.database.asSystem((tx) =>
      controlFaults(tx, stranger, { isrcs: [whole], territories: ['KZ'], period }),
    );
    expect(faults).toHaveLength(1);
  });
});
