import fc from 'fast-check';
import { GatheredIds } from './gathered-ids';
import { hashId } from './seen-ids';

function hashesOf(ids: readonly string[]): Uint32Array {
  const hashes = new Uint32Array(2 * ids.length);
  ids.forEach((id, place) => hashId(Buffer.from(id), 0, Buffer.byteLength(id), hashes, 2 * place));
  return hashes;
}

describe('ids that are looked through together', () => {
  it('repeat exactly where a set of them is smaller than they are many', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.oneof(fc.string(), fc.nat(500).map(String)))),
        fc.nat(1000),
        (parts, expected) => {
          const gathered = new GatheredIds();
          gathered.expect(expected);
          for (const part of parts) gathered.add(hashesOf(part));
          const ids = parts.flat();
          expect(gathered.repeat()).toBe(new Set(ids).size < ids.length);
        },
      ),
    );
  });

  it('are told apart by hundreds of thousands, and one that repeats is found wherever it stands', () => {
    const ids = Array.from({ length: 300_000 }, (_, number) => `T-${number}`);
    const gathered = new GatheredIds();
    gathered.expect(100_000);
    for (let at = 0; at < ids.length; at += 2_000) gathered.add(hashesOf(ids.slice(at, at + 2_000)));
    expect(gathered.repeat()).toBe(false);
    gathered.add(hashesOf(['T-123456']));
    expect(gathered.repeat()).toBe(true);
  });
});
