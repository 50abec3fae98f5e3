import { often, type Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import type { UsageReport } from './usage-report';

const byId = 'SELECT * FROM usage_reports WHERE id = $1';

/** Refuses with not-found what is not there, or not for this actor. */
export async function getReport(tx: Tx, id: string): Promise<UsageReport> {
  const report = await tx.first<UsageReport>(byId, [id]);
  if (report === undefined) throw new DomainError('not-found');
  return report;
}

/** Reports by their ids, in the order of these: all of them that are there for this actor. */
export const reportsOf = (tx: Tx, ids: readonly string[]): Promise<UsageReport[]> =>
  tx.rows<UsageReport>(often('SELECT * FROM usage_reports WHERE id = ANY($1::uuid[]) ORDER BY id'), [ids]);

/** The report as it was read last: itself, or what reading its file again made of it. */
export async function lastReadingOf(tx: Tx, id: string): Promise<string> {
  const last = await tx.first<{ id: string }>(
    `WITH RECURSIVE readings AS (
       SELECT id, 0 AS number FROM usage_reports WHERE id = $1
       UNION ALL
       SELECT n.id, number + 1 FROM usage_reports n JOIN readings ON n.replaces = readings.id WHERE n.reread_because IS NOT NULL)
     SELECT id FROM readings ORDER BY number DESC LIMIT 1`,
    [id],
  );
  return last?.id ?? id;
}

/**
 * The reports whose differences a report's file tells: first the one that these are differences to, then the one whose differences that one tells, down to a
 * whole one. None for a whole report. One that was read again is of the same file as the one it was read again from.
 */
export async function basesOf(tx: Tx, report: UsageReport): Promise<UsageReport[]> {
  let sent = report;
  while (sent.reread_because !== null) sent = await getReport(tx, sent.replaces!);
  if (sent.replaces_as !== 'delta') return [];
  const base = await getReport(tx, sent.replaces!);
  return [base, ...(await basesOf(tx, base))];
}
