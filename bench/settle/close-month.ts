import { randomUUID } from 'node:crypto';
import type { Serving } from '../../src/process';
import { Approvals } from '../../src/platform/approvals/approvals';
import type { Actor } from '../../src/platform/auth/actor';
import type { Database } from '../../src/platform/database/database';
import { openOperation } from '../../src/platform/operations/operations';
import { ClosePeriod } from '../../src/settlement/statements/close-period';
import { concurrency } from './plan';

export interface Closable {
  readonly agreementId: string;
  readonly labelId: string;
}

/**
 * Closes a month of all agreements by the product's own job, as many at a time as two workers do, and has each draft approved by a second person. Gives the milliseconds
 * until a quarter, a half and all of them had their issued statement.
 */
export async function closeMonth(
  { app, parts: { database, clock } }: Serving,
  agreements: readonly Closable[],
  month: string,
): Promise<number[]> {
  const [close, approvals] = [app.get(ClosePeriod), app.get(Approvals)];
  const operations = await openOperations(database, agreements, clock.now());
  const marks = [agreements.length / 4, agreements.length / 2, agreements.length].map(Math.floor);
  const reached: number[] = [];
  let [next, done] = [0, 0];
  const started = performance.now();
  const work = async (): Promise<void> => {
    for (let at = next++; at < agreements.length; at = next++) {
      const { agreementId, labelId } = agreements[at]!;
      const askedBy = `member:${randomUUID()}`;
      await close.execute({ operationId: operations[at]!, agreementId, month, askedBy });
      const colleague = colleagueOf(labelId);
      await database.withTenant(colleague, async (tx) => {
        const { id } = await tx.one<{ id: string }>(
          `SELECT a.id FROM approvals a JOIN operations o ON a.subject_id = (o.result ->> 'statementId')::uuid WHERE o.id = $1`,
          [operations[at]!],
        );
        await approvals.decide(tx, colleague, id, 'approved');
      });
      done += 1;
      if (done === marks[reached.length]) reached.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return reached;
}

const colleagueOf = (organizationId: string): Actor => ({
  organizationId,
  organizationKind: 'label',
  verified: true,
  roles: ['finance'],
  by: { kind: 'member', id: randomUUID(), sessionId: randomUUID() },
});

/** What whoever asks for a close is told to follow: not part of the work. */
const openOperations = (database: Database, agreements: readonly Closable[], at: Date): Promise<string[]> =>
  database.asSystem(async (tx) => {
    const ids: string[] = [];
    for (const { agreementId, labelId } of agreements) {
      ids.push((await openOperation(tx, { ownerId: labelId, kind: 'close-period', subjectId: agreementId, at })).id);
    }
    return ids;
  });
