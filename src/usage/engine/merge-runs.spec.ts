import fc from 'fast-check';
import { mergeRuns, piecesOf, type RunSource } from './merge-runs';
import type { LargeSum, SortedRun } from './sum-table';

interface Row {
  readonly quantity: number;
  readonly returns: number;
}

const counts = fc.oneof(fc.nat(1000), fc.maxSafeNat());
const rows = fc.record({ quantity: counts, returns: counts });
const runs = fc.array(
  fc.record({
    sums: fc.uniqueArray(fc.tuple(fc.oneof(fc.nat(20), fc.maxSafeNat()), rows), { selector: ([key]) => key }),
    sign: fc.constantFrom(1 as const, -1 as const),
    piece: fc.integer({ min: 1, max: 5 }),
  }),
  { maxLength: 6 },
);

const runOf = (sums: readonly (readonly [number, Row])[]): SortedRun =>
  Float64Array.from(
    [...sums].sort(([a], [b]) => a - b).flatMap(([key, { quantity, returns }]) => [key, quantity, returns]),
  );

function* inPieces(run: SortedRun, rowsAtOnce: number): Generator<SortedRun> {
  for (let at = 0; at < run.length; at += rowsAtOnce * 3) yield run.subarray(at, at + rowsAtOnce * 3);
}

async function merged(sources: readonly RunSource[], large = new Map<number, LargeSum>()) {
  const sums: [number, bigint, bigint][] = [];
  await mergeRuns(sources, large, (sum) => {
    const { quantity, returns } = sum.large ?? { quantity: BigInt(sum.quantity), returns: BigInt(sum.returns) };
    sums.push([sum.key, quantity, returns]);
    // Now and then the writer must be waited for.
    return sums.length % 3 === 0 ? Promise.resolve() : undefined;
  });
  return sums;
}

describe('runs merged', () => {
  it('have each key once, in order, with all that was counted under it', async () => {
    await fc.assert(
      fc.asyncProperty(runs, fc.array(fc.tuple(fc.nat(20), fc.bigInt(0n, 2n ** 70n))), async (given, beside) => {
        const large = new Map(beside.map(([key, quantity]) => [key, { quantity, returns: 1n }]));
        const expected = new Map<number, [bigint, bigint]>();
        for (const { sums, sign } of given) {
          for (const [key, { quantity, returns }] of sums) {
            const { quantity: more, returns: back } = large.get(key) ?? { quantity: 0n, returns: 0n };
            const [units, returned] = expected.get(key) ?? [more, back];
            expected.set(key, [units + BigInt(sign * quantity), returned + BigInt(sign * returns)]);
          }
        }
        const sources = given.map(({ sums, sign, piece }) => ({ pieces: inPieces(runOf(sums), piece), sign }));
        const inOrder = [...expected].sort(([a], [b]) => a - b).map(([key, sum]) => [key, ...sum]);
        expect(await merged(sources, large)).toEqual(inOrder);
      }),
    );
  });

  it('many and long', async () => {
    const keysOf = (run: number): number[] => Array.from({ length: 30_000 }, (_, at) => at * (run + 1));
    const given = Array.from({ length: 8 }, (_, run) => keysOf(run));
    const expected = new Map<number, bigint>();
    for (const key of given.flat()) expected.set(key, (expected.get(key) ?? 0n) + 1n);
    const sources = given.map((keys) => ({
      pieces: piecesOf(runOf(keys.map((key) => [key, { quantity: 1, returns: 0 }]))),
      sign: 1 as const,
    }));
    expect(await merged(sources)).toEqual(
      [...expected].sort(([a], [b]) => a - b).map(([key, units]) => [key, units, 0n]),
    );
  });

  it('none, or empty ones, are nothing', async () => {
    expect(await merged([])).toEqual([]);
    expect(await merged([{ pieces: piecesOf(new Float64Array(0)), sign: 1 }])).toEqual([]);
  });
});
