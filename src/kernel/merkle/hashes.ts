import { createHash } from 'node:crypto';

const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

const hash = (kind: Buffer, ...parts: readonly Uint8Array[]): Buffer => {
  const sum = createHash('sha256').update(kind);
  for (const part of parts) sum.update(part);
  return sum.digest();
};

/** RFC 6962, 2.1: leaves and nodes are told apart by their first byte, so none can be shown as the other. */
export const leafHash = (leaf: Uint8Array): Buffer => hash(LEAF, leaf);

export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => hash(NODE, left, right);

/** The root of a tree without leaves. */
export const emptyRoot = (): Buffer => createHash('sha256').digest();
