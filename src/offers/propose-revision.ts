import type { Terms } from '../kernel';
import type { Tx } from '../platform/database/tx';
import { expiryOf } from './expiry';
import { insertRevision, type Revision, type Thread } from './revisions.repository';
import { watchExpiry } from './watch-expiry';

export interface Proposal {
  readonly number: number;
  readonly proposedBy: string;
  readonly terms: Terms;
  readonly message: string | undefined;
  /** As the proposer wrote it; absent: the default. */
  readonly expiresAt: string | undefined;
  readonly at: Date;
}

/** Adds a revision and has its end watched. Refuses with request-invalid or expiry-out-of-bounds. */
export async function proposeRevision(tx: Tx, thread: Thread, proposal: Proposal): Promise<Revision> {
  const expiresAt = expiryOf(proposal.expiresAt, proposal.at);
  const revision = await insertRevision(tx, thread, { ...proposal, expiresAt });
  await watchExpiry(tx, revision, proposal.at);
  return revision;
}
