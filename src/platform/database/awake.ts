import type { Tx } from './tx';

/** The database gives up on a transaction of which it has heard nothing for two minutes. */
const oftenMilliseconds = 20_000;

/**
 * Runs work that may read for long without a word to the database, as where much of a file is passed over: the transaction stays open meanwhile. A process that
 * hangs says nothing, and is still given up.
 */
export async function keptAwake<T>(tx: Tx, work: () => Promise<T>, milliseconds = oftenMilliseconds): Promise<T> {
  // What goes wrong here goes wrong for the work itself, too, and is told by it.
  const ticking = setInterval(() => void tx.run('SELECT').catch(() => undefined), milliseconds);
  try {
    return await work();
  } finally {
    clearInterval(ticking);
  }
}
