import { rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { everyHeldLine, heldLines, HeldWriter } from './held-and-faults';
import { codeOf } from './match-plan';
import { packedIsrc } from './packed-isrc';
import { heldWords } from './tally';
import { folderInMemory } from '../../../test/support/folder-in-memory';

let folder: string;
beforeAll(() => {
  folder = folderInMemory();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const place = { territory: 'RU', use: 'OnDemandStream', model: 'SubscriptionModel' };
const { letters, digits } = packedIsrc('ZZA012600001');

interface Counts {
  readonly quantity: bigint;
  readonly returns: bigint;
}

const wordsOf = (lines: readonly Counts[]): Uint32Array =>
  Uint32Array.from(
    lines.flatMap(({ quantity, returns }, at) => [
      ...[at + 1, letters, digits, codeOf(place)],
      ...[quantity, quantity >> 32n, returns, returns >> 32n].map((word) => Number(word & 0xffff_ffffn)),
    ]),
  );

const count = fc.oneof(
  fc.constant(0n),
  fc.bigInt(0n, 1000n),
  fc.bigInt(2n ** 32n - 2n, 2n ** 32n + 2n),
  fc.bigInt(0n, 2n ** 63n - 1n),
);
const chunk = fc.array(fc.record({ quantity: count, returns: fc.oneof(fc.constant(0n), count) }), {
  minLength: 1,
  maxLength: 5,
});

test('held lines come back as they were written, in as few words as their counts need', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { maxLength: 6 }), fc.nat(20), fc.nat(20), async (chunks, first, limit) => {
      const file = await open(join(folder, 'held'), 'w+');
      try {
        const writer = new HeldWriter(file);
        let firstLine = 1;
        for (const lines of chunks) {
          await writer.add(wordsOf(lines), firstLine);
          firstLine += lines.length;
        }
        await writer.end();
        const written = chunks.flat().map((counts, at) => ({
          ...{ line: at + 1, report: undefined, isrc: 'ZZA012600001', reason: 'unknown-recording' },
          ...place,
          ...counts,
        }));
        const read = [];
        for await (const line of everyHeldLine(file)) read.push({ ...line, reason: 'unknown-recording' });
        expect(read).toEqual(written);
        const some = (await heldLines(file, first, limit)).map((line) => ({ ...line, reason: 'unknown-recording' }));
        expect(some).toEqual(written.slice(first, first + limit));
      } finally {
        await file.close();
      }
    }),
    { numRuns: 100 },
  );
});

test.each([
  ['no returns and small counts', { quantity: 5n, returns: 0n }, 5],
  ['small counts', { quantity: 5n, returns: 1n }, 6],
  ['a large count', { quantity: 2n ** 32n, returns: 0n }, heldWords],
  ['many returns', { quantity: 2n ** 33n, returns: 2n ** 32n }, heldWords],
])('a chunk with %s', async (_, counts, words) => {
  const file = await open(join(folder, 'held'), 'w+');
  try {
    const writer = new HeldWriter(file);
    await writer.add(wordsOf([counts, { quantity: 1n, returns: 0n }]), 1);
    const { bytes } = await writer.end();
    const footer = JSON.stringify([{ offset: 0, rows: 2, firstLine: 1, ...(words !== heldWords && { words }) }]);
    expect(bytes).toBe(2 * words * 4 + footer.length + 12);
  } finally {
    await file.close();
  }
});
