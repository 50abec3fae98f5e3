import { Injectable } from '@nestjs/common';
import { canonicalText, grow, leafHash, ledgerEntryText, ledgerTypes, rootOfNodes, sha256Hex } from '../../../kernel';
import { Clock } from '../../../platform/clock';
import { Database } from '../../../platform/database/database';
import type { Tx } from '../../../platform/database/tx';
import { enqueueGathering } from '../../../platform/jobs/jobs';
import { Keyring } from '../../../platform/keyring/keyring';
import { signedText } from '../../../platform/keyring/signed-text';
import {
  addCheckpoint,
  addLeaves,
  addNodes,
  findCheckpoint,
  hasUnlogged,
  lockLog,
  type LoggedTo,
  loggedTo,
  pendingEntries,
  readEdge,
} from './log.repository';

const batch = 1_000;
/** What is posted within this time is signed by one checkpoint. */
const gatheringMilliseconds = 1_000;

/** Makes sure that the log is looked after soon: what the jobs of single postings come to. */
@Injectable()
export class GatherPostings {
  constructor(private readonly database: Database) {}

  async execute(): Promise<void> {
    await this.database.asSystem(gather);
  }
}

const gather = (tx: Tx): Promise<number> =>
  enqueueGathering(tx, 'log-ledger', {}, { key: 'log-ledger', milliseconds: gatheringMilliseconds });

/** Appends what is committed to the tree of all ledger transactions, and signs how far it has come. Nobody who posts waits for it. */
@Injectable()
export class LogLedger {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  async execute(): Promise<void> {
    while ((await this.database.asSystem(append)) === batch);
    await this.database.asSystem(async (tx) => {
      const to = await this.sign(tx);
      // Behind a transaction that still runs, or posted since: this time nobody else may have asked.
      if (await hasUnlogged(tx, to)) await gather(tx);
    });
  }

  /** A checkpoint where the tree has grown since the last one. Gives how far the log has come. */
  private async sign(tx: Tx): Promise<LoggedTo> {
    await lockLog(tx);
    const to = await loggedTo(tx);
    const { size } = to;
    if (size === ((await findCheckpoint(tx))?.size ?? 0)) return to;
    const root = rootOfNodes(await readEdge(tx, size));
    const signedAt = this.clock.now();
    const claims = { root: root.toString('base64url'), signedAt: signedAt.toISOString(), size };
    const jws = await signedText(
      this.keyring,
      { purpose: 'ledger', typ: ledgerTypes.checkpoint },
      canonicalText(claims),
    );
    await addCheckpoint(tx, { size, root, jws, signedAt });
    return to;
  }
}

/** The next leaves, and the nodes that are full with them. Gives how many there were. */
async function append(tx: Tx): Promise<number> {
  await lockLog(tx);
  const to = await loggedTo(tx);
  const entries = await pendingEntries(tx, to, batch);
  if (entries.length === 0) return 0;
  const { size } = to;
  const texts = entries.map(({ entry }) => ledgerEntryText(entry));
  const leaves = texts.map((text) => leafHash(Buffer.from(text, 'utf8')));
  await addLeaves(tx, { size, entries, hashes: texts.map(sha256Hex) });
  await addNodes(tx, grow({ size, edge: await readEdge(tx, size) }, leaves).nodes);
  return entries.length;
}
