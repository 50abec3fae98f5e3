import { type AlertThresholds, DEFAULT_THRESHOLDS, lowestThresholds } from '../../kernel';
import type { Tx } from '../../platform/database/tx';

interface Parties {
  readonly id: string;
  readonly labelId: string;
  readonly platformId: string;
}

export interface ThresholdsOfParties {
  readonly label: AlertThresholds;
  readonly platform: AlertThresholds;
  /** What alerts are raised by. */
  readonly effective: AlertThresholds;
}

interface Row {
  readonly agreement_id: string;
  readonly organization_id: string;
  readonly thresholds: Partial<AlertThresholds>;
}

/** What the parties of these agreements have set, by agreement. */
export async function thresholdsOf(tx: Tx, agreements: readonly Parties[]): Promise<Map<string, ThresholdsOfParties>> {
  const rows = await tx.rows<Row>(
    `SELECT DISTINCT ON (agreement_id, organization_id) agreement_id, organization_id, thresholds FROM usage_alert_thresholds
      WHERE agreement_id = ANY ($1::uuid[]) ORDER BY agreement_id, organization_id, number DESC`,
    [agreements.map(({ id }) => id)],
  );
  return new Map(
    agreements.map(({ id, labelId, platformId }) => {
      const of = (party: string): AlertThresholds => ({
        ...DEFAULT_THRESHOLDS,
        ...rows.find((row) => row.agreement_id === id && row.organization_id === party)?.thresholds,
      });
      const [label, platform] = [of(labelId), of(platformId)];
      return [id, { label, platform, effective: lowestThresholds([label, platform]) }];
    }),
  );
}

/** A new row for the party; what it does not name is as usual from now on. The caller holds the agreement. */
export async function insertThresholds(
  tx: Tx,
  { id, labelId, platformId }: Parties,
  set: {
    readonly organizationId: string;
    readonly thresholds: Partial<AlertThresholds>;
    readonly by: string;
    readonly at: Date;
  },
): Promise<void> {
  await tx.run(
    `INSERT INTO usage_alert_thresholds (agreement_id, organization_id, number, label_id, platform_id, thresholds, made_by, set_at)
     SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7 FROM usage_alert_thresholds WHERE agreement_id = $1 AND organization_id = $2`,
    [id, set.organizationId, labelId, platformId, JSON.stringify(set.thresholds), set.by, set.at],
  );
}
