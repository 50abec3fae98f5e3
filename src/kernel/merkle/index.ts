export { leafHash, nodeHash } from './hashes';
export { merkleTree, type MerkleTree } from './tree';
export {
  consistencyRanges,
  grow,
  hashesOf,
  inclusionRanges,
  type LeafRange,
  type NodeAt,
  fullNodesOf,
  type ReadNodes,
  rootOfNodes,
  type TreeNode,
} from './growing-tree';
export { type Inclusion, isContinued, rootAbove, type SizedRoot } from './proofs';
