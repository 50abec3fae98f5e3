import {
  canonicalText,
  consistencyRanges,
  hashesOf,
  inclusionRanges,
  ledgerEntryText,
  ledgerSchemas,
  type LeafRange,
} from '../../../kernel';
import type { Tx } from '../../../platform/database/tx';
import type { CheckpointView, ConsistencyView, InclusionView } from './log.view';
import { type Checkpoint, type LoggedEntry, readNodes } from './log.repository';

/** Members in their order, so that an answer is saved as the canonical JSON that the verifier asks for. */
const inOrder = <Value>(value: Value): Value => JSON.parse(canonicalText(value)) as Value;

const pathOf = async (tx: Tx, ranges: readonly LeafRange[]): Promise<string[]> =>
  (await hashesOf(ranges, (nodes) => readNodes(tx, nodes))).map((hash) => hash.toString('base64url'));

export const checkpointView = ({ jws, root, signedAt, size }: Checkpoint): CheckpointView =>
  inOrder({
    checkpoint: jws,
    root: root.toString('base64url'),
    schema: ledgerSchemas.checkpoint,
    signedAt: signedAt.toISOString(),
    size,
  });

export const consistencyOf = async (tx: Tx, earlier: Checkpoint, later: Checkpoint): Promise<ConsistencyView> =>
  inOrder({
    earlier: earlier.jws,
    later: later.jws,
    path: await pathOf(tx, consistencyRanges(earlier.size, later.size)),
    schema: ledgerSchemas.consistency,
  });

export const inclusionOf = async (tx: Tx, logged: LoggedEntry, checkpoint: Checkpoint): Promise<InclusionView> =>
  inOrder({
    ...(await provenOf(tx, [logged], checkpoint.size))[0]!,
    checkpoint: checkpoint.jws,
    schema: ledgerSchemas.inclusion,
  });

/** A transaction as it is hashed, and its way up. */
export interface ProvenEntry {
  readonly content: string;
  readonly path: readonly string[];
  readonly position: number;
}

/** Each with its way up to the root of the tree of that size: many of them by one reading. */
export async function provenOf(tx: Tx, entries: readonly LoggedEntry[], size: number): Promise<ProvenEntry[]> {
  const ranges = entries.map(({ position }) => inclusionRanges(position, size));
  const hashes = await pathOf(tx, ranges.flat());
  let at = 0;
  return entries.map(({ position, entry }, number) => ({
    content: ledgerEntryText(entry),
    path: hashes.slice(at, (at += ranges[number]!.length)),
    position,
  }));
}
