import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  consistencyRanges,
  grow,
  hashesOf,
  inclusionRanges,
  isContinued,
  leafHash,
  merkleTree,
  type NodeAt,
  fullNodesOf,
  rootAbove,
  rootOfNodes,
} from '.';

const sha256 = (...parts: readonly Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

/** RFC 6962, section 2.1, word for word. */
function treeHash(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return sha256(Buffer.from([0]), leaves[0]!);
  const split = splitOf(leaves.length);
  return sha256(Buffer.from([1]), treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)));
}
function splitOf(size: number): number {
  return 2 ** Math.ceil(Math.log2(size) - 1);
}
function auditPath(leaf: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return leaf < split
    ? [...auditPath(leaf, left), treeHash(right)]
    : [...auditPath(leaf - split, right), treeHash(left)];
}
function subProof(first: number, leaves: readonly Buffer[], whole: boolean): Buffer[] {
  if (first === leaves.length) return whole ? [] : [treeHash(leaves)];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return first <= split
    ? [...subProof(first, left, whole), treeHash(right)]
    : [...subProof(first - split, right, false), treeHash(left)];
}

const leavesOf = (size: number): Buffer[] => Array.from({ length: size }, (_, at) => Buffer.from(`leaf ${at}`));

/** A tree that grew in pieces, kept as a table keeps it: full nodes alone. Counts what is read. */
function stored(leaves: readonly Buffer[], pieces: readonly number[]) {
  const table = new Map<string, Buffer>();
  const key = ({ level, place }: NodeAt): string => `${level}/${place}`;
  let [size, edge]: [number, Buffer[]] = [0, []];
  for (const piece of [...pieces, leaves.length]) {
    const grown = grow({ size, edge }, leaves.slice(size, size + piece).map(leafHash));
    for (const node of grown.nodes) {
      expect(table.has(key(node))).toBe(false);
      table.set(key(node), node.hash);
    }
    size = Math.min(leaves.length, size + piece);
    edge = grown.edge;
  }
  let reads = 0;
  const read = async (nodes: readonly NodeAt[]): Promise<Buffer[]> => {
    reads += nodes.length;
    return Promise.resolve(nodes.map((node) => table.get(key(node))!));
  };
  return { table, read, edge, reads: () => reads };
}

describe('the tree of RFC 6962', () => {
  const sizes = fc.integer({ min: 1, max: 150 });
  const pieces = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 6 });

  it('has the published roots', () => {
    const given = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
    const leaves = given.map((hex) => Buffer.from(hex, 'hex'));
    expect(merkleTree(leaves.slice(0, 1)).root.toString('hex')).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    );
    expect(merkleTree(leaves).root.toString('hex')).toBe(
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    );
    expect(rootOfNodes([])).toEqual(sha256());
  });

  it('is the recursive definition, in memory and grown in pieces, and keeps full nodes only', () => {
    fc.assert(
      fc.property(sizes, pieces, (size, grown) => {
        const leaves = leavesOf(size);
        const { table, edge } = stored(leaves, grown);
        expect(merkleTree(leaves).root).toEqual(treeHash(leaves));
        expect(rootOfNodes(edge)).toEqual(treeHash(leaves));
        for (const [key, hash] of table) {
          const [level, place] = key.split('/').map(Number) as [number, number];
          expect(hash).toEqual(treeHash(leaves.slice(place * 2 ** level, (place + 1) * 2 ** level)));
        }
        expect(table.size).toBeLessThan(2 * size);
      }),
      { numRuns: 40 },
    );
  });

  it('proves every leaf, as defined, by reading few nodes', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, pieces, fc.nat(), async (size, grown, any) => {
        const [leaves, place] = [leavesOf(size), any % size];
        const { read, reads } = stored(leaves, grown);
        const path = await hashesOf(inclusionRanges(place, size), read);
        expect(path).toEqual(auditPath(place, leaves));
        expect(path).toEqual(merkleTree(leaves).path(place));
        expect(reads()).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(size)) + 1);
        expect(rootAbove({ leaf: leafHash(leaves[place]!), place, size, path })).toEqual(treeHash(leaves));
      }),
    );
  });

  it('proves that it continues every earlier one, as defined, by reading few nodes', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, pieces, fc.nat(), async (size, grown, any) => {
        const [leaves, first] = [leavesOf(size), 1 + (any % size)];
        const { read, reads } = stored(leaves, grown);
        const path = await hashesOf(consistencyRanges(first, size), read);
        expect(path).toEqual(subProof(first, leaves, true));
        expect(reads()).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(size)) + 1);
        const before = { size: first, root: treeHash(leaves.slice(0, first)) };
        expect(isContinued(before, { size, root: treeHash(leaves) }, path)).toBe(true);
      }),
    );
  });
});

describe('a proof', () => {
  const changed = (bytes: Buffer): Buffer => {
    const copy = Buffer.from(bytes);
    copy.writeUInt8(copy.readUInt8(7) ^ 1, 7);
    return copy;
  };
  /** Each way to tell another path. */
  const otherPaths = (path: readonly Buffer[]): Buffer[][] => [
    [...path, leafHash(Buffer.from('more'))],
    ...path.flatMap((hash, at) => [path.toSpliced(at, 1), path.toSpliced(at, 0, hash), path.with(at, changed(hash))]),
  ];

  it('of inclusion holds for its leaf at its place in its tree alone', () => {
    for (let size = 1; size <= 20; size += 1) {
      const tree = merkleTree(leavesOf(size));
      for (let place = 0; place < size; place += 1) {
        const [leaf, path] = [leafHash(leavesOf(size)[place]!), tree.path(place)];
        const leads = (more: object): boolean =>
          rootAbove({ leaf, place, size, path, ...more })?.equals(tree.root) === true;
        expect(leads({})).toBe(true);
        expect(otherPaths(path).some((other) => leads({ path: other }))).toBe(false);
        expect(leads({ leaf: changed(leaf) })).toBe(false);
        for (let other = -1; other <= size; other += 1) expect(leads({ place: other })).toBe(other === place);
        for (const none of [0, -1, 0.5, Number.NaN, 2 ** 60]) expect(leads({ size: none })).toBe(false);
      }
    }
  });

  it('of consistency holds for its two trees alone', async () => {
    const leaves = leavesOf(20);
    const { read } = stored(leaves, []);
    const rootOf = (size: number): { size: number; root: Buffer } => ({ size, root: treeHash(leaves.slice(0, size)) });
    for (let size = 1; size <= 20; size += 1) {
      for (let first = 1; first <= size; first += 1) {
        const path = await hashesOf(consistencyRanges(first, size), read);
        const [before, after] = [rootOf(first), rootOf(size)];
        expect(otherPaths(path).filter((other) => isContinued(before, after, other))).toEqual([]);
        expect(isContinued({ ...before, root: changed(before.root) }, after, path)).toBe(false);
        expect(isContinued(before, { ...after, root: changed(after.root) }, path)).toBe(false);
        // The same leaves but one, long before: another history.
        const forked = leaves.with(0, Buffer.from('another'));
        expect(isContinued({ size: first, root: treeHash(forked.slice(0, first)) }, after, path)).toBe(false);
      }
    }
    for (const [first, size] of [
      [0, 5],
      [6, 5],
      [1.5, 5],
    ] as const)
      expect(() => consistencyRanges(first, size)).toThrow(RangeError);
    expect(isContinued({ size: 0, root: sha256() }, rootOf(3), [])).toBe(false);
    expect(() => inclusionRanges(3, 3)).toThrow(RangeError);
  });

  it('of a range names each node once', () => {
    expect(fullNodesOf({ start: 4, end: 7 })).toEqual([
      { level: 1, place: 2 },
      { level: 0, place: 6 },
    ]);
    expect(fullNodesOf({ start: 0, end: 0 })).toEqual([]);
  });
});
