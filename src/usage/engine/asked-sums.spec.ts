import { readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import * as fc from 'fast-check';
import {
  calendarDateOf,
  exactText,
  type GrantInForce,
  modelNumber,
  ratio,
  territoryNumber,
  useModelNumber,
  useNumber,
} from '../../kernel';
import { folderInMemory } from '../../../test/support/folder-in-memory';
import type { AskedUse } from './asked-uses';
import { lineBytesMax } from './careful-line';
import type { DelimitedLayout } from './delimited-layout';
import { StreamPieces } from './line-chunks';
import { codeOf, matchPlanOf } from './match-plan';
import { readDelimited } from './read-delimited';
import type { Reading } from './reading';
import { sumsDifference } from './sums-difference';
import { sumIn, sumsOf } from './sums-file';

const isrcs = ['ZZA012600001', 'ZZA012600002', 'ZZA012600003'] as const;
const territories = ['RU', 'KZ'] as const;
const useModel = useModelNumber(useNumber('PermanentDownload'), modelNumber('PayAsYouGoModel'));

/** The first two recordings are under an agreement that asks, the third under one that does not. */
const grantTo = (agreementId: string, own: readonly string[]): GrantInForce => ({
  ...{ agreementId, clause: 'downloads', services: new Set(['service']), isrcs: new Set(own) },
  uses: new Set([useNumber('PermanentDownload')]),
  models: new Set([modelNumber('PayAsYouGoModel')]),
  territories: new Set(territories.map(territoryNumber)),
  inForce: { from: calendarDateOf('2026-01-01'), until: calendarDateOf('2026-03-01') },
  state: 'in-force',
});
const grants = [grantTo('asks', isrcs.slice(0, 2)), grantTo('plain', isrcs.slice(2))];

const layout: DelimitedLayout = {
  ...{ delimiter: ';', columns: 6, names: ['isrc', 'country', 'day', 'sold', 'back', 'amount'] },
  ...{ isrc: 0, territory: 1, day: 2, quantity: 3, returns: 4, sales: 5, currency: 'USD' },
  ...{ dates: 'YYYY-MM-DD', decimal: '.' },
  constants: { use: 'PermanentDownload', model: 'PayAsYouGoModel' },
  translations: { territory: {}, use: {}, model: {} },
  from: calendarDateOf('2026-01-01'),
  days: 31,
};
/** Another rate begins on the 11th and on the 21st. */
const asked: AskedUse = { agreementId: 'asks', useModel, sold: 'USD', parts: [10, 20] };

let folder: string;
beforeAll(() => void (folder = folderInMemory()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const planOf = (uses: readonly AskedUse[]): ReturnType<typeof matchPlanOf> =>
  matchPlanOf({ serviceId: 'service', from: layout.from, days: layout.days, grants, catalogue: isrcs, asked: uses });

type Line = readonly [isrc: string, territory: string, day: number, units: number, cents: number];

const dayText = (day: number): string => `2026-01-${String(day).padStart(2, '0')}`;
const amountText = (cents: number): string => exactText(ratio(BigInt(cents), 100n));
const written = ([isrc, territory, day, units, cents]: Line): string =>
  [isrc, territory, dayText(day), units, 0, amountText(cents)].join(';');

interface How {
  readonly slotsMax?: number;
  readonly as?: DelimitedLayout;
}

/** A file of these lines under a header. */
function sourceOf(lines: readonly string[]): StreamPieces {
  const text = ['header', ...lines, ''].join('\n');
  const bytes = (async function* () {
    yield await Promise.resolve(Buffer.from(text));
  })();
  return new StreamPieces(bytes, lineBytesMax);
}

async function readText(
  lines: readonly string[],
  uses: readonly AskedUse[],
  { slotsMax = 1 << 14, as = layout }: How = {},
): Promise<Reading> {
  return readDelimited({ source: sourceOf(lines), layout: as, plan: planOf(uses), folder, threads: 0, slotsMax });
}

const read = (lines: readonly Line[], uses: readonly AskedUse[] = [asked], how: How = {}): Promise<Reading> =>
  readText(lines.map(written), uses, how);

/** "ISRC territory from units sales", in the order of the file. */
async function sumsIn({ sums }: Reading): Promise<string[]> {
  const file = await open(sums.path, 'r');
  try {
    const all: string[] = [];
    for await (const { sum } of sumsOf(file)) {
      all.push([sum.isrc, sum.territory, sum.usedOn ?? '-', sum.quantity, sum.sales ?? '-'].join(' '));
    }
    return all;
  } finally {
    await file.close();
  }
}

const lines: fc.Arbitrary<Line[]> = fc.array(
  fc.tuple(
    fc.constantFrom(...isrcs),
    fc.constantFrom(...territories),
    fc.integer({ min: 1, max: 31 }),
    fc.integer({ min: 1, max: 1_000_000 }),
    fc.oneof(fc.integer({ min: -10_000, max: 1_000_000 }), fc.constant(100_000_000_000)),
  ),
  { maxLength: 40 },
);

/** What the sums must be, added up otherwise. */
function expectedOf(all: readonly Line[]): string[] {
  const sums = new Map<string, [units: number, cents: bigint]>();
  for (const [isrc, territory, day, units, cents] of all) {
    const asks = isrc !== isrcs[2];
    const from = asks ? dayText(day < 11 ? 1 : day < 21 ? 11 : 21) : '-';
    const key = `${isrc} ${territory} ${from}`;
    const before = sums.get(key) ?? [0, 0n];
    sums.set(key, [before[0] + units, before[1] + BigInt(cents)]);
  }
  return [...sums]
    .map(([key, [units, cents]]) => `${key} ${units} ${key.endsWith('-') ? '-' : exactText(ratio(cents, 100n))}`)
    .sort();
}

describe('sums of what an agreement asks for beside units', () => {
  it('are of sales, and of each part of the month, for those alone that ask', async () => {
    const days = [1, 10, 11, 20, 21, 31].map((day): Line => [isrcs[0], 'RU', day, day, day * 100 + 1]);
    const reading = await read([...days, [isrcs[1], 'KZ', 15, 7, -250], [isrcs[2], 'RU', 15, 5, 999]]);
    expect(reading.impossible).toEqual([]);
    expect(await sumsIn(reading)).toEqual([
      `${isrcs[0]} RU 2026-01-01 11 11.02`,
      `${isrcs[0]} RU 2026-01-11 31 31.02`,
      `${isrcs[0]} RU 2026-01-21 52 52.02`,
      `${isrcs[1]} KZ 2026-01-11 7 -2.5`,
      `${isrcs[2]} RU - 5 -`,
    ]);
    expect(reading.sums.totals).toEqual([
      { agreementId: 'asks', rows: 4, quantity: 101n, returns: 0n },
      { agreementId: 'plain', rows: 1, quantity: 5n, returns: 0n },
    ]);
    const file = await open(reading.sums.path, 'r');
    const place = codeOf({ territory: 'RU', use: 'PermanentDownload', model: 'PayAsYouGoModel' });
    const wanted = { agreementId: 'asks', isrc: isrcs[0], place, share: 1_000_000 };
    expect(await sumIn(file, { ...wanted, usedOn: '2026-01-11' })).toEqual({
      quantity: 31n,
      returns: 0n,
      sales: '31.02',
    });
    expect(await sumIn(file, { ...wanted, usedOn: '2026-01-02' })).toBeUndefined();
    // Of all parts.
    expect(await sumIn(file, wanted)).toEqual({ quantity: 94n, returns: 0n, sales: '94.06' });
    await file.close();
    await reading.remove();
  });

  it('are those of another addition, in whatever order lines come and wherever runs are spilled', async () => {
    await fc.assert(
      fc.asyncProperty(lines, async (all) => {
        const there = await read(all);
        const back = await read(all.toReversed(), [asked], { slotsMax: 4 });
        expect((await sumsIn(there)).sort()).toEqual(expectedOf(all));
        expect(back.sums.sha256).toBe(there.sums.sha256);
        await Promise.all([there.remove(), back.remove()]);
      }),
      { numRuns: 10 },
    );
  });

  it('are the bytes of before where nobody asks, whatever stands in the column', async () => {
    const used: Line[] = [[isrcs[0], 'KZ', 3, 4, 100]];
    const other = [`${isrcs[0]};KZ;2026-01-03;4;0;n/a`];
    const [silent, unread, asking] = [await read(used, []), await readText(other, []), await read(used)];
    const kind = ({ sums }: Reading): string => readFileSync(sums.path).toString('latin1').slice(-8);
    expect([kind(silent), kind(asking)]).toEqual(['ACUSUM01', 'ACUSUM03']);
    expect(unread.sums.sha256).toBe(silent.sums.sha256);
    for (const reading of [silent, unread, asking]) await reading.remove();
  });

  it('have differences added and taken away: the bytes of the whole report again', async () => {
    await fc.assert(
      fc.asyncProperty(lines, lines, async (before, more) => {
        const [base, whole] = [await read(before), await read([...before, ...more])];
        const again = async (from: Reading, changes: readonly string[]): Promise<Reading> => {
          const opened = {
            reportId: 'base',
            sums: await open(from.sums.path, 'r'),
            held: await open(from.held.path, 'r'),
          };
          const delta = await readDelimited({
            ...{ source: sourceOf(changes), plan: planOf([asked]), folder, threads: 0 },
            ...{ slotsMax: 8, base: opened, layout: { ...layout, signed: true } },
          });
          await Promise.all([opened.sums.close(), opened.held.close()]);
          return delta;
        };
        const added = await again(base, more.map(written));
        expect(added.sums.sha256).toBe(whole.sums.sha256);
        const taken = await again(
          whole,
          more.map(([isrc, territory, day, units, cents]) => written([isrc, territory, day, -units, -cents])),
        );
        expect(taken.impossible).toEqual([]);
        expect(taken.sums.sha256).toBe(base.sums.sha256);
        for (const reading of [base, whole, added, taken]) await reading.remove();
      }),
      { numRuns: 5 },
    );
  });

  it('refuse a report that does not tell what is asked, each thing once, and name it', async () => {
    const codes = async (all: readonly string[], as: DelimitedLayout = layout): Promise<string[]> => {
      const reading = await readText(all, [asked], { as });
      await reading.remove();
      return reading.impossible.map(({ code }) => code);
    };
    const sound = written([isrcs[0], 'RU', 3, 1, 100]);
    const empty = `${isrcs[0]};RU;2026-01-03;1;0;`;
    const { day: _, ...dayless } = layout;
    const { sales: __, ...salesless } = layout;
    expect(await codes([sound, empty, empty])).toEqual(['sales-missing']);
    expect(await codes([sound], { ...layout, currency: 'EUR' })).toEqual(['sales-currency']);
    expect(await codes([sound], dayless)).toEqual(['day-missing']);
    expect(await codes([sound], salesless)).toEqual(['sales-missing']);
    // Of a recording under an agreement that does not ask nothing is missing, and nothing is lost.
    const plain = await readText(
      ['', 'n/a'].map((amount) => `${isrcs[2]};RU;2026-01-03;1;0;${amount}`),
      [asked],
    );
    expect([plain.impossible, plain.rejectedByCode, plain.sums.totals[0]?.quantity]).toEqual([[], {}, 2n]);
    await plain.remove();
    const reading = await readText([empty], [asked]);
    expect(reading.impossible).toEqual([
      {
        code: 'sales-missing',
        message: `${isrcs[0]} in RU, PermanentDownload, PayAsYouGoModel: it is not told what was sold, and agreement asks pays by it`,
      },
    ]);
    await reading.remove();
  });

  it('read amounts as the mapping writes them, and no others', async () => {
    const told = async (amount: string, decimal: '.' | ',' = '.'): Promise<string> => {
      const reading = await readText([`${isrcs[0]};RU;2026-01-03;1;0;${amount}`], [asked], {
        as: { ...layout, decimal },
      });
      const [sum] = await sumsIn(reading);
      await reading.remove();
      return reading.impossible[0]?.code ?? sum!.split(' ').at(-1)!;
    };
    expect(await told('1,234.50')).toBe('1234.5');
    expect(await told('1.234,50', ',')).toBe('1234.5');
    expect(await told('0.00000001')).toBe('0.00000001');
    expect(await told('-3.2')).toBe('-3.2');
    expect(await told('12345678901.12345678')).toBe('12345678901.12345678');
    for (const wrong of ['1e3', 'n/a', '1.', '.5', '0.000000001', '12,34.5']) {
      expect([wrong, await told(wrong)]).toEqual([wrong, 'sales-malformed']);
    }
  });

  it('differ where sales or days do', async () => {
    const [was, is] = [await read([[isrcs[0], 'RU', 3, 4, 100]]), await read([[isrcs[0], 'RU', 3, 4, 101]])];
    const [before, after] = [await open(was.sums.path, 'r'), await open(is.sums.path, 'r')];
    const wish = { from: { before: 0, after: 0 }, limit: 10, comparedMax: 100 };
    const { rows } = await sumsDifference({ before, after }, wish);
    expect(rows.map((row) => [row.before?.sum.sales, row.after?.sum.sales])).toEqual([['1', '1.01']]);
    await Promise.all([before.close(), after.close()]);
    for (const reading of [was, is]) await reading.remove();
  });
});
