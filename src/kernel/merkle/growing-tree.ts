import { emptyRoot, nodeHash } from './hashes';

/** A node over 2^level leaves, all of them there: it never changes again. Its first leaf is place × 2^level. */
export interface NodeAt {
  readonly level: number;
  readonly place: number;
}

export interface TreeNode extends NodeAt {
  readonly hash: Buffer;
}

/** Leaves from `start` on, before `end`. */
export interface LeafRange {
  readonly start: number;
  readonly end: number;
}

/** Hashes of the nodes that are asked for, in the order of asking. */
export type ReadNodes = (nodes: readonly NodeAt[]) => Promise<readonly Buffer[]>;

/** The full nodes that a range consists of, the left ones first: at most one of each size for the ranges of proofs. */
export function fullNodesOf({ start, end }: LeafRange): NodeAt[] {
  const nodes: NodeAt[] = [];
  for (let at = start; at < end;) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= end) level += 1;
    nodes.push({ level, place: at / 2 ** level });
    at += 2 ** level;
  }
  return nodes;
}

/** The root of neighbours of falling size: the smallest two first, as RFC 6962 splits from the left. */
export const rootOfNodes = (hashes: readonly Buffer[]): Buffer =>
  hashes.length === 0 ? emptyRoot() : hashes.reduceRight((right, left) => nodeHash(left, right));

/**
 * All full nodes that new leaves bring to a tree: the leaves themselves and what is complete with them. `edge` are the hashes of the full nodes
 * that the tree consists of so far (`fullNodesOf` all of it); `size` is a leaf's place in the tree.
 */
export function grow(
  { size, edge }: { readonly size: number; readonly edge: readonly Buffer[] },
  leaves: readonly Buffer[],
): { readonly nodes: TreeNode[]; readonly edge: Buffer[] } {
  const nodes: TreeNode[] = [];
  const rest = [...edge];
  leaves.forEach((leaf, number) => {
    let hash = leaf;
    let place = size + number;
    nodes.push({ level: 0, place, hash });
    for (let level = 1; place % 2 === 1; level += 1) {
      hash = nodeHash(rest.pop()!, hash);
      place = (place - 1) / 2;
      nodes.push({ level, place, hash });
    }
    rest.push(hash);
  });
  return { nodes, edge: rest };
}

/** Where a tree of that many leaves is split: the largest power of two below. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** What an inclusion proof (RFC 6962, 2.1.1) is made of: the leaf's neighbours on the way up, the nearest first. */
export function inclusionRanges(leaf: number, size: number): LeafRange[] {
  if (!isPlaceIn(leaf, size)) throw new RangeError(`no leaf ${leaf} in a tree of ${size}`);
  const ranges: LeafRange[] = [];
  for (let start = 0, end = size; end - start > 1;) {
    const middle = start + splitOf(end - start);
    const left = leaf < middle;
    ranges.unshift(left ? { start: middle, end } : { start, end: middle });
    if (left) end = middle;
    else start = middle;
  }
  return ranges;
}

/** What a consistency proof (RFC 6962, 2.1.2) between the trees of the first `earlier` and of all `size` leaves is made of. */
export function consistencyRanges(earlier: number, size: number): LeafRange[] {
  if (!isPlaceIn(earlier - 1, size)) throw new RangeError(`no tree of ${earlier} in one of ${size}`);
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end > earlier) {
    const middle = start + splitOf(end - start);
    if (earlier <= middle) {
      ranges.unshift({ start: middle, end });
      end = middle;
    } else {
      ranges.unshift({ start, end: middle });
      start = middle;
    }
  }
  // Whoever asks knows the whole earlier tree: that root need not be told.
  return start === 0 ? ranges : [{ start, end }, ...ranges];
}

const isPlaceIn = (place: number, size: number): boolean => Number.isSafeInteger(place) && place >= 0 && place < size;

/** The hash of each range, all of them with one reading of few nodes. */
export async function hashesOf(ranges: readonly LeafRange[], read: ReadNodes): Promise<Buffer[]> {
  const parts = ranges.map(fullNodesOf);
  const hashes = await read(parts.flat());
  let at = 0;
  return parts.map(({ length }) => rootOfNodes(hashes.slice(at, (at += length))));
}
