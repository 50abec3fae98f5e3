import type { AlertFigures } from '../../kernel';
import type { Tx } from '../../platform/database/tx';

export const alertKinds = ['guarantee-met', 'tier-crossed', 'burst', 'territory-concentration', 'short-plays'] as const;
export type AlertKind = (typeof alertKinds)[number];

/** What an alert is about: a clause of the terms, or a recording on a service, on a day or in a territory. */
export interface AlertSubject {
  /** JSON pointer into the terms of the month. */
  readonly clause?: string;
  readonly isrc?: string;
  readonly serviceId?: string;
  /** Its number. */
  readonly territory?: number;
  readonly day?: string;
}

export interface NewAlert extends AlertSubject {
  readonly kind: AlertKind;
  readonly figures: AlertFigures;
  readonly threshold: AlertFigures;
}

/** Whose month, and what spoke for it when it was looked at. */
export interface AlertPlace {
  readonly agreementId: string;
  readonly labelId: string;
  readonly platformId: string;
  /** "2026-01" */
  readonly month: string;
  readonly reportIds: readonly string[];
  readonly eventPosition: bigint | null;
  readonly at: Date;
}

const subjectOf = ({ clause, isrc, serviceId, territory, day }: AlertSubject): string =>
  [clause, isrc, serviceId, territory, day].filter((part) => part !== undefined).join(' ');

/** Keeps those that were not raised before, and gives their kinds. */
export async function insertAlerts(tx: Tx, place: AlertPlace, alerts: readonly NewAlert[]): Promise<AlertKind[]> {
  const rows = alerts.map((alert) => ({ ...alert, service_id: alert.serviceId, subject: subjectOf(alert) }));
  const { agreementId, labelId, platformId, month, reportIds, eventPosition, at } = place;
  const added = await tx.rows<{ kind: AlertKind }>(
    `INSERT INTO usage_alerts (agreement_id, label_id, platform_id, month, report_ids, event_position, raised_at,
                               kind, subject, clause, isrc, service_id, territory, day, figures, threshold)
     SELECT $1, $2, $3, $4, $5, $6, $7, kind, subject, clause, isrc, service_id, territory, day, figures, threshold
       FROM json_to_recordset($8) AS a (kind text, subject text, clause text, isrc text, service_id uuid, territory int, day date, figures jsonb, threshold jsonb)
     ON CONFLICT (agreement_id, month, kind, subject) DO NOTHING RETURNING kind`,
    [agreementId, labelId, platformId, `${month}-01`, reportIds, eventPosition, at, JSON.stringify(rows)],
  );
  return added.map(({ kind }) => kind);
}

export interface AlertRow {
  readonly id: string;
  readonly month: string;
  readonly kind: AlertKind;
  readonly clause: string | null;
  readonly isrc: string | null;
  readonly service_id: string | null;
  readonly territory: number | null;
  readonly day: string | null;
  readonly figures: AlertFigures;
  readonly threshold: AlertFigures;
  readonly report_ids: readonly string[];
  readonly event_position: bigint | null;
  readonly raised_at: Date;
}

export interface AlertsFilter {
  readonly kind?: string | undefined;
  /** "2026-01" */
  readonly month?: string | undefined;
  readonly limit: number;
  /** Instant and id of the last one seen. */
  readonly after: readonly string[] | undefined;
}

/** Up to limit + 1 alerts of an agreement, oldest first. */
export const listAlerts = (
  tx: Tx,
  agreementId: string,
  { kind, month, limit, after }: AlertsFilter,
): Promise<AlertRow[]> =>
  tx.rows<AlertRow>(
    `SELECT * FROM usage_alerts
      WHERE agreement_id = $1 AND ($2::text IS NULL OR kind = $2) AND ($3::date IS NULL OR month = $3)
        AND ($4::timestamptz IS NULL OR (raised_at, id) > ($4, $5::uuid))
      ORDER BY raised_at, id LIMIT $6 + 1`,
    [
      agreementId,
      kind ?? null,
      month === undefined ? null : `${month}-01`,
      after?.[0] ?? null,
      after?.[1] ?? null,
      limit,
    ],
  );
