import type { AgreementWithTerms } from '../../agreements';
import type { Tx } from '../../platform/database/tx';

/** The reports that speak for a month of the agreement now, in order of their ids. Cheap: no sums are read. */
export async function liveReports(tx: Tx, agreement: AgreementWithTerms, month: string): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(
    `SELECT id FROM usage_reports
      WHERE label_id = $1 AND platform_id = $2 AND month = $3 AND state = 'accepted' AND service_id = ANY($4::uuid[]) ORDER BY id`,
    [agreement.labelId, agreement.platformId, `${month}-01`, agreement.terms.services.map(({ id }) => id)],
  );
  return rows.map(({ id }) => id);
}
