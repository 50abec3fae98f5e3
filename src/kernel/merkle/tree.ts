import { leafHash, nodeHash } from './hashes';

export interface MerkleTree {
  readonly root: Buffer;
  /** The hashes that lead from a leaf up to the root. */
  path(leaf: number): Buffer[];
}

/** The tree of RFC 6962 over at least one leaf, whole in memory: an odd last node goes up as it is. */
export function merkleTree(leaves: readonly Uint8Array[]): MerkleTree {
  const levels: Buffer[][] = [leaves.map(leafHash)];
  for (let level = levels[0]!; level.length > 1; level = levels.at(-1)!) {
    const below = level;
    levels.push(
      Array.from({ length: Math.ceil(below.length / 2) }, (_, place) => {
        const [left, right] = [below[2 * place]!, below[2 * place + 1]];
        return right === undefined ? left : nodeHash(left, right);
      }),
    );
  }
  return {
    root: levels.at(-1)![0]!,
    path: (leaf) =>
      levels.flatMap((level, height) => {
        const sibling = level[(leaf >> height) ^ 1];
        return sibling === undefined || height === levels.length - 1 ? [] : [sibling];
      }),
  };
}
