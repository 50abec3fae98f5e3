import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { LineParts, partsOf } from './line-parts';
import { folderInMemory } from '../../../test/support/folder-in-memory';

let folder: string;
beforeAll(() => {
  folder = folderInMemory();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Cutting {
  readonly lineMax: number;
  readonly size: number;
  readonly isHeaded?: boolean;
}

/** All lines of all parts, those of one file in a row. */
function linesOf(text: string, { lineMax, size, isHeaded = true }: Cutting): string[] {
  const file = { path: join(folder, 'file'), bytes: Buffer.byteLength(text), part: size };
  writeFileSync(file.path, text);
  const parts = new LineParts(file, { lineMax, isHeaded });
  try {
    const read = Array.from({ length: partsOf(file) }, (_, number) => parts.lines(number).toString());
    expect(read.every((lines) => lines === '' || lines.endsWith('\n'))).toBe(true);
    return read.join('').split('\n').slice(0, -1);
  } finally {
    parts.close();
  }
}

describe('the parts of a file', () => {
  it('hold each line once and whole, wherever the parts are cut', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'b', '\t', 'я'), maxLength: 12 });
    const size = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        fc.boolean(),
        size,
        (lines, ...how) => {
          const [isEnded, isHeaded, bytes] = how;
          const rest = isHeaded ? lines.slice(1) : [...lines];
          // An empty line at the end that nothing ends is none.
          if (!isEnded && rest.at(-1) === '') rest.pop();
          expect(linesOf(lines.join('\n') + (isEnded ? '\n' : ''), { lineMax: 24, size: bytes, isHeaded })).toEqual(
            rest,
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('show enough of a line that is too long to tell that it is, and all others', () => {
    const text = `header\n${'x'.repeat(1_000)}\nnext\n${'y'.repeat(50)}`;
    for (let size = 1; size <= 64; size += 1) {
      const [long = '', ...others] = linesOf(text, { lineMax: 10, size });
      expect(long.length).toBeGreaterThan(10);
      expect(long.length).toBeLessThanOrEqual(1_000);
      expect(others.slice(0, 1)).toEqual(['next']);
      expect(others[1]!.length).toBeGreaterThan(10);
      expect(others).toHaveLength(2);
    }
  });

  it('are none where there is a header alone', () => {
    for (const text of ['header', 'header\n', 'header\r\n']) {
      expect(linesOf(text, { lineMax: 10, size: 4 })).toEqual([]);
    }
  });

  it('refuse to read a file that is shorter than was said', () => {
    const path = join(folder, 'short');
    writeFileSync(path, 'header\nline\n');
    const parts = new LineParts({ path, bytes: 100 }, { lineMax: 10, isHeaded: true });
    expect(() => parts.lines(0)).toThrow('the file ends too early');
    parts.close();
  });
});
