import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { tarOf } from '../../../test/support/tar';
import { tarFiles } from './tar';

/** A few bytes at a time, each after a while. */
async function* slowly(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 64 * 1024) {
    await setImmediate();
    yield bytes.subarray(at, at + 64 * 1024);
  }
}

describe('a tar archive', () => {
  it('goes on with the next file after a reader who gave up while a piece was on its way', async () => {
    const archive = tarOf(
      new Map([
        ['long.xml', 'x'.repeat(600 * 1024)],
        ['next.xml', 'here'],
      ]),
    );
    const names: string[] = [];
    for await (const { name, content } of tarFiles(slowly(archive))) {
      names.push(name);
      if (name === 'next.xml') {
        expect(await text(content)).toBe('here');
        continue;
      }
      // A stream over the content asks for more than is read of it.
      const stream = Readable.from(content, { highWaterMark: 1 });
      await stream[Symbol.asyncIterator]().next();
      const asked = (content as AsyncIterable<Buffer>)[Symbol.asyncIterator]().next();
      stream.destroy();
      void asked.catch(() => undefined);
    }
    expect(names).toEqual(['long.xml', 'next.xml']);
  });
});
