import { nodeHash } from './hashes';

export interface Inclusion {
  /** As `leafHash` gives it. */
  readonly leaf: Buffer;
  readonly place: number;
  readonly size: number;
  readonly path: readonly Buffer[];
}

/** The root that a leaf's path leads to in a tree of so many leaves (RFC 9162, 2.1.3.2); undefined when the path is none of that tree. */
export function rootAbove({ leaf, place, size, path }: Inclusion): Buffer | undefined {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(place) || place < 0 || place >= size) return undefined;
  return siblingsOf({ place, last: size - 1, path })?.reduce(beside, leaf);
}

export interface SizedRoot {
  readonly size: number;
  readonly root: Buffer;
}

/** Whether the later tree begins with all leaves of the earlier one (RFC 9162, 2.1.4.2). */
export function isContinued(earlier: SizedRoot, later: SizedRoot, path: readonly Buffer[]): boolean {
  if (![earlier.size, later.size].every(Number.isSafeInteger) || earlier.size < 1 || earlier.size > later.size)
    return false;
  if (earlier.size === later.size) return path.length === 0 && earlier.root.equals(later.root);
  let [place, last] = [earlier.size - 1, later.size - 1];
  for (; place % 2 === 1; place = half(place)) last = half(last);
  // The proof leaves the earlier root out where it is a node of the later tree.
  const [first, ...rest] = place === 0 ? [earlier.root, ...path] : path;
  const siblings = siblingsOf({ place, last, path: rest });
  if (first === undefined || siblings === undefined) return false;
  // What lies to the right came after the earlier tree.
  const before = siblings.filter(({ left }) => left).reduce(beside, first);
  return before.equals(earlier.root) && siblings.reduce(beside, first).equals(later.root);
}

interface Sibling {
  readonly hash: Buffer;
  readonly left: boolean;
}

const beside = (hash: Buffer, sibling: Sibling): Buffer =>
  sibling.left ? nodeHash(sibling.hash, hash) : nodeHash(hash, sibling.hash);

/** On which side each hash of a path is, from a node up in a tree whose level ends at `last`; undefined when the path is longer or shorter than the way. */
function siblingsOf(way: { place: number; last: number; path: readonly Buffer[] }): Sibling[] | undefined {
  let { place, last } = way;
  const siblings: Sibling[] = [];
  for (const hash of way.path) {
    if (last === 0) return undefined;
    const left = place % 2 === 1 || place === last;
    siblings.push({ hash, left });
    // A last node without a neighbour goes up as it is.
    if (left) for (; place % 2 === 0 && place > 0; place = half(place)) last = half(last);
    place = half(place);
    last = half(last);
  }
  return last === 0 ? siblings : undefined;
}

const half = (value: number): number => Math.floor(value / 2);
