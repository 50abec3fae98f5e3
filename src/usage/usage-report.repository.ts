import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import type { UsageReport } from './usage-report';

/** Refuses with not-found what is not there, or not for this actor. */
export async function getReport(tx: Tx, id: string): Promise<UsageReport> {
  const report = await tx.first<UsageReport>('SELECT * FROM usage_reports WHERE id = $1', [id]);
  if (report === undefined) throw new DomainError('not-found');
  return report;
}
