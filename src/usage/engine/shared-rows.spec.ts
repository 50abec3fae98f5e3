import { readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import * as fc from 'fast-check';
import {
  add,
  calendarDateOf,
  exactText,
  type GrantInForce,
  modelNumber,
  multiply,
  rational,
  territoryNumber,
  useNumber,
  ZERO,
} from '../../kernel';
import { lineBytesMax } from './careful-line';
import type { DelimitedLayout } from './delimited-layout';
import { StreamPieces } from './line-chunks';
import { matchPlanOf, type Shares } from './match-plan';
import { readDelimited } from './read-delimited';
import type { Reading } from './reading';
import { sumsDifference } from './sums-difference';
import { sumsOf } from './sums-file';
import { folderInMemory } from '../../../test/support/folder-in-memory';

const isrcs = ['ZZA012600001', 'ZZA012600002', 'ZZA012600003'] as const;
const territories = ['RU', 'KZ'] as const;

const grant: GrantInForce = {
  ...{ agreementId: 'agreement', clause: 'streaming', services: new Set(['service']), isrcs: new Set(isrcs) },
  uses: new Set([useNumber('OnDemandStream')]),
  models: new Set([modelNumber('SubscriptionModel')]),
  territories: new Set(territories.map(territoryNumber)),
  inForce: { from: calendarDateOf('2026-01-01'), until: calendarDateOf('2026-03-01') },
  state: 'in-force',
};

const layout: DelimitedLayout = {
  ...{
    delimiter: ',',
    columns: 4,
    names: ['isrc', 'country', 'day', 'plays'],
    isrc: 0,
    territory: 1,
    day: 2,
    quantity: 3,
  },
  ...{ dates: 'YYYY-MM-DD', decimal: '.' },
  constants: { use: 'OnDemandStream', model: 'SubscriptionModel' },
  translations: { territory: {}, use: {}, model: {} },
  from: calendarDateOf('2026-01-01'),
  days: 31,
};

let folder: string;
beforeAll(() => void (folder = folderInMemory()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const planOf = (shares: readonly Shares[], resolutions = new Map<string, string>()): ReturnType<typeof matchPlanOf> =>
  matchPlanOf({
    ...{ serviceId: 'service', from: layout.from, days: layout.days, grants: [grant], catalogue: isrcs },
    ...{ shares, resolutions },
  });

type Line = readonly [isrc: string, territory: string, day: number, units: number];

const dayText = (day: number): string => new Date(Date.UTC(2026, 0, day)).toISOString().slice(0, 10);
const written = ([isrc, territory, day, units]: Line): string => [isrc, territory, dayText(day), units].join();

function tableOf(lines: readonly Line[]): StreamPieces {
  const text = ['isrc,country,day,plays', ...lines.map(written), ''].join('\n');
  const bytes = (async function* () {
    yield await Promise.resolve(Buffer.from(text));
  })();
  return new StreamPieces(bytes, lineBytesMax);
}

async function read(lines: readonly Line[], plan: ReturnType<typeof planOf>, slotsMax = 1 << 14): Promise<Reading> {
  return readDelimited({ source: tableOf(lines), layout, plan, folder, threads: 0, slotsMax });
}

/** "ISRC territory share units", in the order of the file. */
async function sumsIn({ sums }: Reading): Promise<string[]> {
  const file = await open(sums.path, 'r');
  try {
    const all: string[] = [];
    for await (const { sum } of sumsOf(file)) {
      all.push([sum.isrc, sum.territory, sum.controlledShare ?? 'whole', sum.quantity].join(' '));
    }
    return all;
  } finally {
    await file.close();
  }
}

const share = (millionths: number, own: Partial<Shares> = {}): Shares => ({
  ...{ isrcs: [isrcs[0]], share: millionths, territories: [territoryNumber('RU')], from: '2020-01-01', until: null },
  ...own,
});

const lines: fc.Arbitrary<Line[]> = fc.array(
  fc.tuple(
    fc.constantFrom(...isrcs),
    fc.constantFrom(...territories),
    fc.integer({ min: 1, max: 31 }),
    fc.integer({ min: 1, max: 1_000_000 }),
  ),
  { maxLength: 40 },
);

/** What three labels state of some recordings, place by place and from day to day: together one, or the whole where nothing is stated. */
const statements: fc.Arbitrary<Shares[][]> = fc
  .array(
    fc.record({
      isrc: fc.constantFrom(...isrcs),
      territory: fc.constantFrom(...territories),
      cut: fc.integer({ min: -5, max: 40 }),
      parts: fc.tuple(fc.integer({ min: 1, max: 499_999 }), fc.integer({ min: 1, max: 499_999 })),
    }),
    { maxLength: 5 },
  )
  .map((stated) => {
    const seen = new Set<string>();
    const labels: Shares[][] = [[], [], []];
    for (const { isrc, territory, cut, parts } of stated) {
      if (seen.has(`${isrc} ${territory}`)) continue;
      seen.add(`${isrc} ${territory}`);
      const split = [...parts, 1_000_000 - parts[0] - parts[1]];
      const place = { isrcs: [isrc], territories: [territoryNumber(territory)] };
      // From the cut on the parts go to the next label each.
      labels.forEach((own, at) => {
        own.push({ ...place, share: split[at]!, from: '2019-06-01', until: dayText(cut) });
        own.push({ ...place, share: split[(at + 1) % 3]!, from: dayText(cut), until: at === 0 ? null : '2030-01-01' });
      });
    }
    return labels;
  });

/** Units × share of each recording and place. */
async function controlledIn(reading: Reading): Promise<Map<string, ReturnType<typeof rational>>> {
  const controlled = new Map<string, ReturnType<typeof rational>>();
  for (const text of await sumsIn(reading)) {
    const [isrc, territory, part, units] = text.split(' ') as [string, string, string, string];
    const key = `${isrc} ${territory}`;
    const earned = multiply(rational(part === 'whole' ? '1' : part), rational(BigInt(units)));
    controlled.set(key, add(controlled.get(key) ?? ZERO, earned));
  }
  return controlled;
}

describe('a recording of which a label controls a part', () => {
  it('counts by the share of the day and the place, days half open, and as whole elsewhere', async () => {
    const plan = planOf([
      share(600_000, { from: '2026-01-10', until: '2026-01-20' }),
      share(250_000, { from: '2026-01-20' }),
    ]);
    const days = [1, 9, 10, 19, 20, 31].map((day): Line => [isrcs[0], 'RU', day, day]);
    const reading = await read([...days, [isrcs[0], 'KZ', 15, 7], [isrcs[1], 'RU', 15, 5]], plan);
    expect(await sumsIn(reading)).toEqual([
      `${isrcs[0]} KZ whole 7`,
      `${isrcs[0]} RU whole 10`,
      `${isrcs[0]} RU 0.25 51`,
      `${isrcs[0]} RU 0.6 29`,
      `${isrcs[1]} RU whole 5`,
    ]);
    expect(reading.sums.totals).toEqual([{ agreementId: 'agreement', rows: 5, quantity: 102n, returns: 0n }]);
    await reading.remove();
  });

  it('gives every unit to the labels once, where their shares sum to one', async () => {
    await fc.assert(
      fc.asyncProperty(lines, statements, async (all, labels) => {
        const whole = await read(all, planOf([]));
        const readings = await Promise.all(labels.map((shares) => read(all, planOf(shares))));
        const own = await Promise.all(readings.map(controlledIn));
        const isStated = (key: string): boolean =>
          labels[0]!.some(
            ({ isrcs: [isrc], territories: [number] }) =>
              key === `${isrc} ${territories.find((code) => territoryNumber(code) === number)}`,
          );
        for (const [key, units] of await controlledIn(whole)) {
          const sum = own.reduce((total, controlled) => add(total, controlled.get(key) ?? ZERO), ZERO);
          // Of what nobody states a part each label has the whole.
          expect(exactText(sum)).toBe(exactText(multiply(units, rational(isStated(key) ? '1' : '3'))));
        }
        for (const reading of [whole, ...readings]) await reading.remove();
      }),
      { numRuns: 8 },
    );
  });

  it('gives the same bytes in whatever order lines and statements come, wherever runs are spilled', async () => {
    await fc.assert(
      fc.asyncProperty(lines, statements, async (all, [shares = []]) => {
        const there = await read(all, planOf(shares));
        const back = await read(all.toReversed(), planOf(shares.toReversed()), 4);
        expect(back.sums.sha256).toBe(there.sums.sha256);
        await Promise.all([there.remove(), back.remove()]);
      }),
      { numRuns: 6 },
    );
  });

  it('is counted for where another ISRC was resolved to it', async () => {
    const plan = planOf([share(600_000)], new Map([['ZZA012600009', isrcs[0]]]));
    const reading = await read(
      [
        ['ZZA012600009', 'RU', 3, 4],
        [isrcs[2], 'RU', 3, 5],
      ],
      plan,
    );
    expect(await sumsIn(reading)).toEqual([`${isrcs[0]} RU 0.6 4`, `${isrcs[2]} RU whole 5`]);
    await reading.remove();
  });

  it('has differences added to the row of the day’s share: the bytes of the whole report again', async () => {
    await fc.assert(
      fc.asyncProperty(lines, lines, statements, async (before, more, [shares = []]) => {
        const plan = planOf(shares);
        const [base, whole] = [await read(before, plan), await read([...before, ...more], plan)];
        const opened = {
          reportId: 'base',
          sums: await open(base.sums.path, 'r'),
          held: await open(base.held.path, 'r'),
        };
        const delta = await readDelimited({
          ...{ source: tableOf(more), plan, folder, threads: 0, slotsMax: 8, base: opened },
          layout: { ...layout, signed: true },
        });
        expect(delta.sums.sha256).toBe(whole.sums.sha256);
        await Promise.all([opened.sums.close(), opened.held.close()]);
        for (const reading of [base, whole, delta]) await reading.remove();
      }),
      { numRuns: 6 },
    );
  });

  it('makes a file of another kind, and one as before where every row is whole', async () => {
    const used: Line[] = [[isrcs[0], 'KZ', 3, 4]];
    const shared = await read([...used, [isrcs[0], 'RU', 3, 1]], planOf([share(600_000)]));
    const [plain, beside] = [await read(used, planOf([])), await read(used, planOf([share(600_000)]))];
    const kind = ({ sums }: Reading): string => readFileSync(sums.path).toString('latin1').slice(-8);
    expect([kind(shared), kind(plain), kind(beside)]).toEqual(['ACUSUM02', 'ACUSUM01', 'ACUSUM01']);
    expect(beside.sums.sha256).toBe(plain.sums.sha256);
    for (const reading of [shared, plain, beside]) await reading.remove();
  });

  it('differs from a reading under another share, row by row', async () => {
    const used: Line[] = [
      [isrcs[0], 'RU', 3, 4],
      [isrcs[0], 'RU', 25, 6],
      [isrcs[1], 'RU', 3, 1],
    ];
    const [was, is] = [
      await read(used, planOf([])),
      await read(used, planOf([share(600_000, { from: '2026-01-20' })])),
    ];
    const [before, after] = [await open(was.sums.path, 'r'), await open(is.sums.path, 'r')];
    const { rows } = await sumsDifference(
      { before, after },
      { from: { before: 0, after: 0 }, limit: 10, comparedMax: 100 },
    );
    const told = rows.map((row) => [row.before, row.after].map((side) => side && [side.share, side.sum.quantity]));
    expect(told).toEqual([
      [
        [1_000_000, 10n],
        [1_000_000, 4n],
      ],
      [undefined, [600_000, 6n]],
    ]);
    await Promise.all([before.close(), after.close()]);
    for (const reading of [was, is]) await reading.remove();
  });
});
