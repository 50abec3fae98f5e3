import { Readable } from 'node:stream';
import type { ArchivedFile } from './archived-file';
import { partsOf } from './parts-of';

const megabyte = 1024 * 1024;

async function* archive(files: readonly (readonly [name: string, bytes: number])[]): AsyncGenerator<ArchivedFile> {
  for (const [name, bytes] of files) {
    await Promise.resolve();
    yield { name, bytes, content: Readable.from([]) };
  }
}

/** The names in each part: of all its files, of the first one, or of none. */
async function namesOf(
  files: AsyncIterable<ArchivedFile>,
  { read = true, begun = false }: { readonly read?: boolean; readonly begun?: boolean } = {},
): Promise<string[][]> {
  const parts: string[][] = [];
  for await (const { number, files: some } of partsOf(files)) {
    const names: string[] = [];
    if (read || begun)
      for await (const { name } of some) {
        names.push(name);
        if (begun) break;
      }
    expect(number).toBe(parts.push(names));
  }
  return parts;
}

describe('an archive in parts', () => {
  const files = [
    ['a.xml', megabyte],
    ['cover.jpg', 50 * megabyte],
    ['b.xml', 1.5 * megabyte],
    ['c.xml.gz', 9 * megabyte],
    ['d.xml', 1],
    ['e.txt', 1],
  ] as const;

  it('has as many messages in each as fill it, whatever lies between them', async () => {
    expect(await namesOf(archive(files))).toEqual([['a.xml', 'cover.jpg', 'b.xml'], ['c.xml.gz'], ['d.xml', 'e.txt']]);
    const small = Array.from({ length: 250 }, (_, at) => [`${at}.xml`, 10] as const);
    expect((await namesOf(archive(small))).map(({ length }) => length)).toEqual([100, 100, 50]);
    expect(await namesOf(archive([]))).toEqual([]);
  });

  it('has the same parts for who passes them over, or leaves one in its midst', async () => {
    expect(await namesOf(archive(files), { read: false })).toEqual([[], [], []]);
    expect(await namesOf(archive(files), { begun: true })).toEqual([['a.xml'], ['c.xml.gz'], ['d.xml']]);
  });

  it('is closed by who leaves it', async () => {
    let isClosed = false;
    async function* closing(): AsyncGenerator<ArchivedFile> {
      try {
        yield* archive(files);
      } finally {
        isClosed = true;
      }
    }
    for await (const { number } of partsOf(closing())) if (number === 2) break;
    expect(isClosed).toBe(true);
  });
});
