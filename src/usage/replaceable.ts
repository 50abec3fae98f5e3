import { territoryNumber } from '../kernel';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import type { UsageReport } from './usage-report';

export interface Parties {
  readonly labelId: string;
  readonly serviceId: string;
}

/** A report of the sender's that another one may take the place of; held until the transaction ends. Refuses with report-not-replaceable. */
export async function lockReplaceable(
  tx: Tx,
  id: string,
  month: string,
  { labelId, serviceId }: Parties,
): Promise<UsageReport> {
  const report = await tx.first<UsageReport>(
    `SELECT * FROM usage_reports WHERE id = $1 AND platform_id = accordo_organization() AND label_id = $2 AND service_id = $3 AND month = $4 FOR UPDATE`,
    [id, labelId, serviceId, `${month}-01`],
  );
  // Asked once the lock is there: whoever held it before may just have replaced the report.
  const taken = await tx.first(
    `SELECT 1 FROM usage_reports WHERE id = $1 AND state <> 'accepted' UNION ALL SELECT 1 FROM usage_reports WHERE replaces = $1 AND state = 'received'`,
    [id],
  );
  if (report === undefined || taken !== undefined) throw new DomainError('report-not-replaceable');
  return report;
}

/** The one live report of the month that speaks for a territory, and for no other: a replacement takes all of a report away. */
export async function reportOfTerritory(
  tx: Tx,
  territory: string,
  month: string,
  { labelId, serviceId }: Parties,
): Promise<string> {
  const reports = await tx.rows<{ id: string; alone: boolean }>(
    `SELECT r.id, bool_and(c.territory = $4) AS alone FROM usage_reports r JOIN usage_contexts c ON c.report_id = r.id AND c.live
      WHERE r.platform_id = accordo_organization() AND r.label_id = $1 AND r.service_id = $2 AND r.month = $3 AND r.state = 'accepted'
      GROUP BY r.id HAVING bool_or(c.territory = $4) ORDER BY r.id`,
    [labelId, serviceId, `${month}-01`, territoryNumber(territory)],
  );
  const [only] = reports;
  if (only !== undefined && reports.length === 1 && only.alone) return only.id;
  const ids = reports.map(({ id }) => id).join(', ');
  throw new DomainError(
    'report-not-replaceable',
    only === undefined
      ? `no live report speaks for ${territory} in ${month}`
      : `for ${territory} in ${month} speak ${ids}, not one report alone and for nothing else: name it by its id`,
  );
}
