import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/tx';
import { enqueue, enqueueGathering } from '../../platform/jobs/jobs';
import { KeptFew } from '../events/kept';

export const tallyJob = 'tally-usage-events';
export const watchJob = 'watch-usage';

/** How long batches gather before they are tallied together. */
const gatherMilliseconds = 10_000;
const platformsMax = 1_024;
/** How long events gather before the month that they are of is looked at, at least. */
const watchMilliseconds = 5 * 60_000;
const monthsMax = 4_096;

const watchKey = (agreementId: string, month: string): string => `${watchJob} ${agreementId} ${month}`;

/** Has a month of an agreement looked at at once, with all that asked for that before. */
export const askToWatch = (tx: Tx, agreementId: string, month: string): Promise<void> =>
  enqueue(tx, watchJob, { agreementId, month }, watchKey(agreementId, month));

/**
 * How far apart the looks are that events ask for. A look rates the whole month anew, and the longer the month has run, the more that takes: looks
 * at it may take a tenth of the time, however often events come.
 */
@Injectable()
export class WatchPace {
  /** Milliseconds, as far as this process knows: another one's look makes no difference here. */
  private readonly took = new KeptFew<number>(monthsMax);

  /** Has a month of an agreement looked at after its events, unless a look is to come anyhow. */
  async ask(tx: Tx, agreementId: string, month: string): Promise<void> {
    const key = watchKey(agreementId, month);
    const milliseconds = Math.max(watchMilliseconds, Math.ceil(10 * (this.took.get(key) ?? 0)));
    await enqueueGathering(tx, watchJob, { agreementId, month }, { key, milliseconds });
  }

  /** Notes how long a look takes, whatever becomes of it. */
  async timed(agreementId: string, month: string, look: () => Promise<void>): Promise<void> {
    const began = performance.now();
    try {
      await look();
    } finally {
      this.took.set(watchKey(agreementId, month), performance.now() - began);
    }
  }
}

/**
 * Wakes the tally after events, at next to no cost for a batch: a process that knows of a tally still to come asks for none. To be asked once the
 * change has drawn its position: a tally that begins later waits for whoever holds one, so it has the change, however long its commit takes. The
 * queue runs by the database's clock, so this is real time.
 */
@Injectable()
export class TallyWake {
  private readonly coming = new KeptFew<number>(platformsMax);

  /** In the transaction that changes events. Gives when the tally runs that was asked for, for `committed`; undefined where one is known to come. */
  async ask(tx: Tx, platformId: string): Promise<number | undefined> {
    if (this.comes(platformId)) return undefined;
    const now = performance.now();
    const milliseconds = await enqueueGathering(
      tx,
      tallyJob,
      { platformId },
      { key: `${tallyJob} ${platformId}`, milliseconds: gatherMilliseconds },
    );
    return now + milliseconds;
  }

  /** Whether a tally is known to come that has what has drawn its position by now. */
  comes(platformId: string): boolean {
    return (this.coming.get(platformId) ?? 0) > performance.now();
  }

  /** After its commit: only now is it sure that the tally comes. */
  committed(platformId: string, runs: number): void {
    this.coming.set(platformId, runs);
  }
}
