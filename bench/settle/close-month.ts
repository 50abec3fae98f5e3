import type { Serving } from '../../src/process';
import type { Database } from '../../src/platform/database/database';
import { openOperation } from '../../src/platform/operations/operations';
import { ClosePeriod } from '../../src/settlement/statements/close-period';
import { concurrency } from './plan';

/**
 * Closes a month of all agreements by the product's own job, as many at a time as a worker does. Gives the milliseconds until a quarter, a half and all of them had
 * their statement.
 */
export async function closeMonth(
  { app, parts }: Serving,
  agreements: readonly string[],
  month: string,
): Promise<number[]> {
  const close = app.get(ClosePeriod);
  const operations = await openOperations(parts.database, agreements, parts.clock.now());
  const marks = [agreements.length / 4, agreements.length / 2, agreements.length].map(Math.floor);
  const reached: number[] = [];
  let [next, done] = [0, 0];
  const started = performance.now();
  const work = async (): Promise<void> => {
    for (let at = next++; at < agreements.length; at = next++) {
      await close.execute({ operationId: operations[at]!, agreementId: agreements[at]!, month });
      done += 1;
      if (done === marks[reached.length]) reached.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return reached;
}

/** What whoever asks for a close is told to follow: not part of the work. */
const openOperations = (database: Database, agreements: readonly string[], at: Date): Promise<string[]> =>
  database.asSystem(async (tx) => {
    const ids: string[] = [];
    for (const agreementId of agreements) {
      const { label } = await tx.one<{ label: string }>('SELECT label_id AS label FROM agreements WHERE id = $1', [
        agreementId,
      ]);
      const operation = await openOperation(tx, { ownerId: label, kind: 'close-period', subjectId: agreementId, at });
      ids.push(operation.id);
    }
    return ids;
  });
