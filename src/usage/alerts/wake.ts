import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/tx';
import { enqueue, enqueueGathering } from '../../platform/jobs/jobs';
import { KeptByPlatform } from '../events/kept';

export const tallyJob = 'tally-usage-events';
export const watchJob = 'watch-usage';

/** How long batches gather before they are tallied together. */
const gatherMilliseconds = 10_000;
const platformsMax = 1_024;

/** Has a month of an agreement looked at, once for all who ask before that. */
export const askToWatch = (tx: Tx, agreementId: string, month: string): Promise<void> =>
  enqueue(tx, watchJob, { agreementId, month }, `${watchJob} ${agreementId} ${month}`);

/**
 * Wakes the tally after events, at next to no cost for a batch: a process that knows of a tally still to come asks for none. To be asked once the
 * change has drawn its position: a tally that begins later waits for whoever holds one, so it has the change, however long its commit takes. The
 * queue runs by the database's clock, so this is real time.
 */
@Injectable()
export class TallyWake {
  private readonly coming = new KeptByPlatform<number>(platformsMax);

  /** In the transaction that changes events. Gives when the tally runs that was asked for, for `committed`; undefined where one is known to come. */
  async ask(tx: Tx, platformId: string): Promise<number | undefined> {
    const now = performance.now();
    if ((this.coming.get(platformId) ?? 0) > now) return undefined;
    const milliseconds = await enqueueGathering(
      tx,
      tallyJob,
      { platformId },
      { key: `${tallyJob} ${platformId}`, milliseconds: gatherMilliseconds },
    );
    return now + milliseconds;
  }

  /** After its commit: only now is it sure that the tally comes. */
  committed(platformId: string, runs: number): void {
    this.coming.set(platformId, runs);
  }
}
