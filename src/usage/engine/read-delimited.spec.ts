import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import {
  calendarDateOf,
  compileGrants,
  type GrantInForce,
  modelNumber,
  territoryNumber,
  useNumber,
} from '../../kernel';
import { lineBytesMax } from './careful-line';
import type { DeltaBase } from './delta-base';
import { delimitedFaults, type DelimitedLayout } from './delimited-layout';
import { faultsFrom, heldLines } from './held-and-faults';
import { StreamPieces } from './line-chunks';
import type { PlainFile } from './line-parts';
import { matchPlanOf } from './match-plan';
import { readDelimited } from './read-delimited';
import { type Reading } from './reading';
import { sumsOf } from './sums-file';
import { folderInMemory } from '../../../test/support/folder-in-memory';

const service = 'service';
const isrcs = ['ZZA012600001', 'ZZA012600002', 'ZZA012600003', 'QQZZ92600001'];
const [one, two, three, four] = isrcs as [string, string, string, string];

const grant = (
  agreementId: string,
  recordings: readonly string[],
  changes: Partial<GrantInForce> = {},
): GrantInForce => ({
  agreementId,
  clause: 'streaming',
  services: new Set([service]),
  isrcs: new Set(recordings),
  uses: new Set(['OnDemandStream', 'Webcast'].map(useNumber)),
  models: new Set(['AdvertisementSupportedModel', 'SubscriptionModel'].map(modelNumber)),
  territories: new Set(['RU', 'KZ'].map(territoryNumber)),
  inForce: { from: calendarDateOf('2026-01-10'), until: calendarDateOf('2026-02-01') },
  state: 'in-force',
  ...changes,
});

const grants = [
  grant('agreement-b', [one, two]),
  grant('agreement-a', [two, three], { territories: new Set([territoryNumber('DE')]) }),
];

const layout: DelimitedLayout = {
  delimiter: ';',
  columns: 7,
  names: ['id', 'isrc', 'country', 'use', 'model', 'day', 'plays'],
  isrc: 1,
  territory: 2,
  use: 3,
  model: 4,
  day: 5,
  quantity: 6,
  dates: 'DD.MM.YYYY',
  decimal: ',',
  constants: {},
  translations: { territory: { Россия: 'RU' }, use: { play: 'OnDemandStream' }, model: {} },
  from: calendarDateOf('2026-01-01'),
  days: 31,
};

let folder: string;
beforeAll(() => {
  folder = folderInMemory();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const matched = { serviceId: service, from: layout.from, days: layout.days, grants, catalogue: [one, four] };
const plan = (): ReturnType<typeof matchPlanOf> => matchPlanOf(matched);

async function* pieces(text: string | Buffer, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

function plainFile(text: string): PlainFile {
  const path = join(folder, 'report');
  writeFileSync(path, text);
  return { path, bytes: Buffer.byteLength(text) };
}

const header = 'id;isrc;country;use;model;day;plays\n';

interface Manner {
  readonly size?: number;
  readonly slotsMax?: number;
  readonly own?: DelimitedLayout;
  readonly base?: DeltaBase;
  readonly by?: ReturnType<typeof plan>;
}

async function read(
  text: string,
  { size = 1 << 16, slotsMax = 1 << 14, own = layout, base, by = plan() }: Manner = {},
): Promise<Reading> {
  return readDelimited({
    ...(base !== undefined && { base }),
    source: size === 0 ? plainFile(header + text) : new StreamPieces(pieces(header + text, size), lineBytesMax),
    layout: own,
    plan: by,
    folder,
    threads: 0,
    slotsMax,
  });
}

/** Every sum of a reading as text, in the order of its file. */
async function sumsIn({ sums }: Reading): Promise<string[]> {
  const file = await open(sums.path, 'r');
  try {
    const all: string[] = [];
    for await (const { agreementId, sum } of sumsOf(file)) {
      const { isrc, territory, use, model, quantity, returns } = sum;
      all.push([agreementId, isrc, territory, use, model, quantity, returns].join(' '));
    }
    return all;
  } finally {
    await file.close();
  }
}

interface Line {
  readonly isrc: string;
  readonly territory: string;
  readonly use: string;
  readonly model: string;
  readonly day: number;
  readonly quantity: number;
}

const written = ({ isrc, territory, use, model, day, quantity }: Line): string =>
  `x;${isrc};${territory};${use};${model};${String(day).padStart(2, '0')}.01.2026;${quantity}`;

/** What the lines come to, by the kernel's own matching and a map. */
function expected(lines: readonly Line[]): { sums: string[]; held: string[] } {
  const compiled = compileGrants(grants);
  const sums = new Map<string, bigint>();
  const held: string[] = [];
  for (const [place, { isrc, territory, use, model, day, quantity }] of lines.entries()) {
    const context = { service, territory, use, model, day: calendarDateOf(`2026-01-${String(day).padStart(2, '0')}`) };
    const decision = compiled.context(context).clauseFor(isrc);
    const known = isrcs.includes(isrc);
    if (decision.licensed) {
      const key = [decision.agreementId, isrc, territory, use, model].join(' ');
      sums.set(key, (sums.get(key) ?? 0n) + BigInt(quantity));
    } else {
      held.push(
        [place + 2, isrc, known ? decision.reason : 'unknown-recording', territory, use, model, quantity].join(' '),
      );
    }
  }
  return { sums: [...sums].map(([key, quantity]) => `${key} ${quantity} 0`).sort(), held };
}

const lines = fc.array(
  fc.record({
    isrc: fc.constantFrom(...isrcs, 'ZZA012699999', 'AAA000000000'),
    territory: fc.constantFrom('RU', 'KZ', 'DE', 'US'),
    use: fc.constantFrom('OnDemandStream', 'Webcast', 'PermanentDownload'),
    model: fc.constantFrom('AdvertisementSupportedModel', 'SubscriptionModel', 'PayAsYouGoModel'),
    day: fc.integer({ min: 1, max: 31 }),
    quantity: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 999_999_999_999_999 })),
  }),
  { maxLength: 60 },
);

describe('reading a delimited report', () => {
  it('adds up what is licensed and holds the rest, as the kernel decides, wherever the bytes are cut and runs are spilled', async () => {
    await fc.assert(
      fc.asyncProperty(
        lines,
        // 0: a stored file instead of pieces.
        fc.integer({ min: 0, max: 500 }),
        fc.constantFrom(4, 1 << 14),
        async (all, size, slotsMax) => {
          const reading = await read(all.map(written).join('\n'), { size, slotsMax });
          const { sums, held } = expected(all);
          expect((await sumsIn(reading)).sort()).toEqual(sums);
          const file = await open(reading.held.path, 'r');
          const kept = await heldLines(file, 0, 1000);
          await file.close();
          expect(
            kept.map(({ line, isrc, reason, territory, use, model, quantity }) =>
              [line, isrc, reason, territory, use, model, quantity].join(' '),
            ),
          ).toEqual(held);
          expect([reading.accepted + reading.rejected, reading.faults.count]).toEqual([all.length, 0]);
          await reading.remove();
        },
      ),
      { numRuns: 20 },
    );
  });

  it('gives the same bytes for the same usage, in whatever order it comes', async () => {
    await fc.assert(
      fc.asyncProperty(lines, async (all) => {
        const [there, back] = [
          await read(all.map(written).join('\n')),
          await read(all.map(written).reverse().join('\n')),
        ];
        expect(there.sums.sha256).toBe(back.sums.sha256);
        await Promise.all([there.remove(), back.remove()]);
      }),
      { numRuns: 10 },
    );
  });

  it('understands what people write, and sums it with what machines write', async () => {
    const text = [
      `1;${one};RU;play;SubscriptionModel;15.01.2026;1000`,
      `2;zz-a01-26-00001;"Россия";play;SubscriptionModel;15.01.2026;"1.000,00"`,
      `3; ${one} ;RU;OnDemandStream;SubscriptionModel;16.01.2026;0007;;\r`,
      '',
      `4;${one};RU;play;SubscriptionModel;17.01.2026;9223372036854770000`,
    ].join('\n');
    const reading = await read(text);
    expect(await sumsIn(reading)).toEqual([
      `agreement-b ${one} RU OnDemandStream SubscriptionModel ${9223372036854770000n + 2007n} 0`,
    ]);
    expect([reading.lines, reading.accepted, reading.impossible]).toEqual([6, 4, []]);
    await reading.remove();
  });

  it('names every fault of a line, with line, cell and value', async () => {
    const text = [
      `1;;XX;sing;Barter;2026-01-15;1.9`,
      `2;${one};RU;play;SubscriptionModel;15.02.2026;-5`,
      `3;${one};RU;play`,
      `4;"${one};RU;play;SubscriptionModel;15.01.2026;1`,
      `5;${one};RU;play;SubscriptionModel;15.01.2026;9223372036854775808;more`,
      `6;${one};RU;play;SubscriptionModel;15.01.2026;${'9'.repeat(70_000)}`,
      `7;${one};RU;play;SubscriptionModel;15.01.2026;9223372036854775808`,
      `8;${one};RU;play;SubscriptionModel;15.01.2026;1`,
    ].join('\n');
    const reading = await read(text, { size: 999 });
    const file = await open(reading.faults.path, 'r');
    const faults = await faultsFrom(file, reading.faults.marks, 0, 100);
    const second = await faultsFrom(file, reading.faults.marks, 1, 1);
    await file.close();
    expect(faults.map(({ line, cell, code, value }) => [line, cell, code, value.slice(0, 12)].join(' '))).toEqual([
      '2 2 isrc-missing ',
      '2 7 cell-not-whole 1.9',
      '2 3 territory-unknown XX',
      '2 4 use-unknown sing',
      '2 5 model-unknown Barter',
      '2 6 cell-not-date 2026-01-15',
      '3 7 cell-negative -5',
      '3 6 date-outside-period 15.02.2026',
      '4  cells-missing 3;ZZA0126000',
      '5  quotes-unbalanced 4;"ZZA012600',
      '6  cells-excess 5;ZZA0126000',
      '7  line-too-long ',
      '8 7 cell-out-of-range 922337203685',
    ]);
    expect(second).toEqual([faults[1]]);
    expect(readFileSync(reading.faults.path, 'utf8').trimEnd().split('\n')).toHaveLength(faults.length);
    expect([reading.accepted, reading.rejected, reading.rejectedByCode]).toEqual([
      1,
      7,
      {
        'isrc-missing': 1,
        'cell-negative': 1,
        'cells-missing': 1,
        'quotes-unbalanced': 1,
        'cells-excess': 1,
        'line-too-long': 1,
        'cell-out-of-range': 1,
      },
    ]);
    await reading.remove();
  });

  it('has no fault that docs/usage-tables.md does not name', () => {
    const page = readFileSync(join(__dirname, '../../../docs/usage-tables.md'), 'utf8');
    expect(Object.keys(delimitedFaults).filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
  });

  it('tells of a sum that cannot be kept, of units and of returns', async () => {
    const most = 2n ** 63n - 1n;
    const line = (isrc: string, units: bigint, back: bigint): string =>
      `1;${isrc};RU;play;SubscriptionModel;15.01.2026;${units};${back}\n`;
    const own = { ...layout, columns: 8, names: [...layout.names, 'back'], returns: 7 };
    const text = line(one, most, 5n) + line(one, 1n, 1n) + line(two, most, most) + line(two, 3n, 1n);
    const reading = await read(text, { own });
    const what = 'in RU, OnDemandStream, SubscriptionModel add up to more than can be kept';
    expect(reading.impossible).toEqual([
      { code: 'sum-out-of-range', message: `the units of ${one} ${what}` },
      { code: 'sum-out-of-range', message: `the units of ${two} ${what}` },
      { code: 'sum-out-of-range', message: `the returns of ${two} ${what}` },
    ]);
    await reading.remove();
  });

  it('counts what was resolved for the recording that it stands for, and holds it as it was reported', async () => {
    const wrong = 'ZZA012600010';
    const resolutions = new Map([
      [wrong, one],
      // What an agreement names speaks for itself, and what none does is nobody's.
      [two, one],
      ['QQZZ92600009', four],
    ]);
    const resolved = matchPlanOf({ ...matched, resolutions });
    const lines = [
      `1;${wrong};RU;play;SubscriptionModel;15.01.2026;5`,
      `2;${one};RU;play;SubscriptionModel;15.01.2026;7`,
      `3;${wrong};DE;play;SubscriptionModel;15.01.2026;11`,
      `4;${two};RU;play;SubscriptionModel;15.01.2026;13`,
      `5;QQZZ92600009;RU;play;SubscriptionModel;15.01.2026;17`,
    ].join('\n');
    const reading = await read(lines, { by: resolved });
    expect(await sumsIn(reading)).toEqual([
      `agreement-b ${one} RU OnDemandStream SubscriptionModel 12 0`,
      `agreement-b ${two} RU OnDemandStream SubscriptionModel 13 0`,
    ]);
    const file = await open(reading.held.path, 'r');
    const held = await heldLines(file, 0, 10);
    await file.close();
    expect(held.map(({ line, isrc, reason }) => `${line} ${isrc} ${reason}`)).toEqual([
      `4 ${wrong} territory-not-granted`,
      `6 QQZZ92600009 unknown-recording`,
    ]);
    await reading.remove();
  });
});

/** Reads differences to a reading. */
async function readDelta({ sums, held }: Reading, text: string, manner: Manner = {}): Promise<Reading> {
  const base = { reportId: 'base', sums: await open(sums.path, 'r'), held: await open(held.path, 'r') };
  try {
    return await read(text, { own: { ...layout, signed: true }, base, ...manner });
  } finally {
    await base.sums.close();
    await base.held.close();
  }
}

async function heldIn({ held }: Reading): Promise<string[]> {
  const file = await open(held.path, 'r');
  const kept = await heldLines(file, 0, 1000);
  await file.close();
  return kept.map(({ line, report = 'own', isrc, reason, territory, quantity }) =>
    [report, line, isrc, reason, territory, quantity].join(' '),
  );
}

const counted = lines.map((all) => all.map((line) => ({ ...line, quantity: line.quantity + 1 })));
const shuffled = (all: readonly string[], by: number): string[] =>
  all
    .map((text, at) => ({ text, key: Math.sin(by + at) }))
    .sort((a, b) => a.key - b.key)
    .map(({ text }) => text);

describe('differences to a report', () => {
  it('are taken from held lines of which more came back than was used as long as all of them together bear it', async () => {
    const own = { ...layout, columns: 8, names: [...layout.names, 'back'], returns: 7 };
    const line = (units: number, back: number): string =>
      `1;ZZX992600001;RU;play;SubscriptionModel;15.01.2026;${units};${back}`;
    const base = await read(line(10, 0), { own });
    const returned = await readDelta(base, line(0, 5), { own: { ...own, signed: true } });
    const less = await readDelta(returned, line(-3, 0), { own: { ...own, signed: true } });
    expect([returned.impossible, less.impossible]).toEqual([[], []]);
    await Promise.all([base, returned, less].map((reading) => reading.remove()));
  });

  it('lead to the same bytes of sums and the same held lines as the whole report again', async () => {
    await fc.assert(
      fc.asyncProperty(counted, counted, fc.constantFrom(4, 1 << 14), fc.nat(), async (before, after, slotsMax, by) => {
        const [base, whole] = [await read(before.map(written).join('\n')), await read(after.map(written).join('\n'))];
        const taken = before.map((line) => written({ ...line, quantity: -line.quantity }));
        const delta = await readDelta(base, shuffled([...after.map(written), ...taken], by).join('\n'), { slotsMax });
        expect([delta.impossible, await sumsIn(delta)]).toEqual([[], await sumsIn(whole)]);
        expect([delta.sums.sha256, delta.sums.totals]).toEqual([whole.sums.sha256, whole.sums.totals]);
        const usage = (held: string[]): string[] => held.map((line) => line.replace(/^own \d+ /, '')).sort();
        expect(usage(await heldIn(delta))).toEqual(usage(await heldIn(whole)));
        const units = new Map(base.units);
        for (const [place, count] of delta.units) units.set(place, (units.get(place) ?? 0n) + count);
        expect(new Map([...units].filter(([, count]) => count !== 0n))).toEqual(whole.units);
        for (const reading of [base, whole, delta]) await reading.remove();
      }),
      { numRuns: 16 },
    );
  });

  const line = (isrc: string, quantity: bigint | number): string =>
    `1;${isrc};RU;play;SubscriptionModel;15.01.2026;${quantity}`;

  it('are exact beyond what a double holds', async () => {
    const most = 2n ** 63n - 1n;
    const base = await read([line(one, most), line(two, most)].join('\n'));
    const delta = await readDelta(base, [line(one, -(most - 1n)), line(two, -1), line(two, 1)].join('\n'));
    expect(await sumsIn(delta)).toEqual([
      `agreement-b ${one} RU OnDemandStream SubscriptionModel 1 0`,
      `agreement-b ${two} RU OnDemandStream SubscriptionModel ${most} 0`,
    ]);
    const again = await readDelta(delta, line(two, 1));
    expect(again.impossible).toMatchObject([{ code: 'sum-out-of-range' }]);
    for (const reading of [base, delta, again]) await reading.remove();
  });

  it('take held lines away where they are, and are refused where more is taken than there is', async () => {
    const unknown = 'ZZA012699999';
    const base = await read([line(one, 5), line(unknown, 4), line(one, 1), line(unknown, 6)].join('\n'));
    const delta = await readDelta(base, [line(unknown, -5), line(unknown, 3), line(one, 2)].join('\n'));
    expect(await heldIn(delta)).toEqual([
      `own 3 ${unknown} unknown-recording RU 3`,
      `base 5 ${unknown} unknown-recording RU 5`,
    ]);
    expect([delta.accepted, delta.rejected, delta.held.rows]).toEqual([1, 2, 2]);
    const next = await readDelta(delta, [line(unknown, -1), line(one, -8)].join('\n'));
    expect([await heldIn(next), await sumsIn(next)]).toEqual([
      [`base 3 ${unknown} unknown-recording RU 2`, `base 5 ${unknown} unknown-recording RU 5`],
      [],
    ]);
    const wrong = await readDelta(base, [line(one, -7), line(unknown, -11)].join('\n'));
    const place = 'in RU, OnDemandStream, SubscriptionModel';
    expect(wrong.impossible.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      `sum-below-zero: of ${one} ${place} more is taken away than there is: -1 units are left, 0 returned`,
      `sum-below-zero: of what is held of ${unknown} ${place} more is taken away than there is: 1 units, 0 returns`,
    ]);
    for (const reading of [base, delta, next, wrong]) await reading.remove();
  });

  it('have one sign a line, and only there a sign at all', async () => {
    const own = { ...layout, columns: 8, names: [...layout.names, 'back'], returns: 7, signed: true as const };
    const base = await read(`${line(one, 10)};4`, { own: { ...own, signed: undefined } as never });
    const text = [`${line(one, -2)};-3`, `${line(one, 0)};2`, `${line(one, -1)};1`, `${line(one, 1)};-1`].join('\n');
    const delta = await readDelta(base, text, { own });
    expect(await sumsIn(delta)).toEqual([`agreement-b ${one} RU OnDemandStream SubscriptionModel 8 3`]);
    expect([delta.accepted, delta.rejectedByCode]).toEqual([2, { 'signs-differ': 2 }]);
    for (const reading of [base, delta]) await reading.remove();
  });
});
