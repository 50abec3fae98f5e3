import { rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { wholeShare } from '../../kernel';
import fc from 'fast-check';
import { packedIsrc } from './packed-isrc';
import { sumsDifference, type SumDifference } from './sums-difference';
import { SumsWriter } from './sums-file';
import { folderInMemory } from '../../../test/support/folder-in-memory';

const agreements = ['a', 'b'];
const isrcs = ['QQA012600001', 'ZZA012600001', 'ZZA012600002'];
/** In the order of their codes, as a plan has them. */
const places = ['KZ', 'RU'].map((territory) => ({
  ...{ territory, use: 'OnDemandStream', model: 'AdvertisementSupportedModel' },
}));

/** Units by the number of agreement, recording and place. */
type Sums = ReadonlyMap<number, number>;
const keys = agreements.length * isrcs.length * places.length;
const sums: fc.Arbitrary<Sums> = fc
  .array(fc.option(fc.integer({ min: 1, max: 3 })), { minLength: keys, maxLength: keys })
  .map((units) => new Map(units.flatMap((count, key) => (count === null ? [] : [[key, count] as const]))));

let folder: string;
beforeAll(() => void (folder = folderInMemory()));
afterAll(() => rmSync(folder, { recursive: true }));

async function written(name: string, told: Sums): Promise<Awaited<ReturnType<typeof open>>> {
  const file = await open(join(folder, name), 'w+');
  const writer = new SumsWriter(file);
  for (const [key, units] of told) {
    const [agreement, rest] = [Math.floor(key / 6), key % 6];
    if (writer.isFull(agreement)) await writer.flush();
    const { letters, digits } = packedIsrc(isrcs[Math.floor(rest / 2)]!);
    writer.add(agreement, letters, digits, rest % 2, units, 0, wholeShare);
  }
  await writer.end({ service: 's', agreements, places });
  return file;
}

const textOf = ({ before, after }: SumDifference): string => {
  const { agreementId, sum } = (after ?? before)!;
  const counts = [before, after].map((each) => each?.sum.quantity ?? 'none');
  return [agreementId, sum.isrc, sum.territory, ...counts].join(' ');
};

const nameOf = (key: number): string =>
  [agreements[Math.floor(key / 6)], isrcs[Math.floor((key % 6) / 2)], places[key % 2]!.territory].join(' ');

describe('the difference of two reports', () => {
  it('names each sum that is not the same in both, once, in order, however it is cut into pages', async () => {
    const limits = fc.integer({ min: 1, max: 13 });
    await fc.assert(
      fc.asyncProperty(sums, sums, limits, limits, async (was, is, limit, comparedMax) => {
        const [before, after] = [await written('before', was), await written('after', is)];
        const found: string[] = [];
        let from: { before: number; after: number } | undefined = { before: 0, after: 0 };
        while (from !== undefined) {
          const page = await sumsDifference({ before, after }, { from, limit, comparedMax });
          expect(page.rows.length).toBeLessThanOrEqual(limit);
          found.push(...page.rows.map(textOf));
          from = page.next;
        }
        await Promise.all([before.close(), after.close()]);
        const all = Array.from({ length: keys }, (_, key) => key).filter((key) => was.get(key) !== is.get(key));
        expect(found).toEqual(all.map((key) => `${nameOf(key)} ${was.get(key) ?? 'none'} ${is.get(key) ?? 'none'}`));
      }),
      { numRuns: 30 },
    );
  });
});
