import { ApiProperty } from '@nestjs/swagger';
import { shareText, territoryCode, useAndModelOf } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { ChoiceField, TextField } from '../../platform/http/fields';
import { fromCursor, PageQuery } from '../../platform/http/paging';
import { type EventRow, saleOf } from './events.repository';

export class EventsQuery extends PageQuery {
  @TextField({ max: 255, optional: true, description: 'only the events of this source' })
  readonly source?: string;

  @ChoiceField(['true'], { optional: true, description: 'true: only those that no agreement covers' })
  readonly held?: 'true';
}

export class EventShareView {
  @ApiProperty({ format: 'uuid' }) readonly agreementId!: string;
  @ApiProperty({ example: '0.6', description: 'what the label controls on the day of use' })
  readonly controlledShare!: string;
}

export class EventSaleView {
  @ApiProperty({ example: '0.69' }) readonly amount!: string;
  @ApiProperty({ example: 'USD' }) readonly currency!: string;
}

export class KeptEventView {
  @ApiProperty() readonly source!: string;
  @ApiProperty() readonly id!: string;
  @ApiProperty({ format: 'date-time' }) readonly time!: string;
  @ApiProperty({ format: 'uuid' }) readonly serviceId!: string;
  @ApiProperty({ example: 'ZZA012600001' }) readonly isrc!: string;
  @ApiProperty({ example: 'RU' }) readonly territory!: string;
  @ApiProperty({ example: 'OnDemandStream' }) readonly useType!: string;
  @ApiProperty() readonly commercialModel!: string;
  @ApiProperty({ example: '1' }) readonly quantity!: string;
  @ApiProperty({ type: 'integer', nullable: true, description: 'how long each play lasted; null: not told' })
  readonly playedSeconds!: number | null;
  @ApiProperty({ type: EventSaleView, nullable: true, description: 'what it was sold for; null: not told' })
  readonly sold!: EventSaleView | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'where it counts' })
  readonly agreementId!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'the recording that it counts for where a resolution says that it is another one',
  })
  readonly resolvedTo!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'why it is held' }) readonly held!: string | null;
  @ApiProperty({
    type: EventShareView,
    isArray: true,
    description:
      'where it counts for a part of the recording: for whom instead; empty where it counts wholly for its agreement',
  })
  readonly shares!: readonly EventShareView[];
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'what made it void' })
  readonly voidId!: string | null;
  @ApiProperty({ format: 'date-time' }) readonly receivedAt!: string;
}

export interface KeptEvent extends EventRow {
  readonly void_id: string | null;
  readonly resolved_to: string | null;
  readonly shares: readonly { readonly agreementId: string; readonly share: number }[] | null;
}

/** Sources and ids may be any text: their bytes in hexadecimal cannot be taken for anything else. */
const hexadecimal = /^([0-9a-f]{2})+$/;
const toHex = (text: string): string => Buffer.from(text).toString('hex');
const fromHex = (hex: string): string => Buffer.from(hex, 'hex').toString('utf8');

export const cursorKeys = ({ source, id }: Pick<EventRow, 'source' | 'id'>): string[] => [toHex(source), toHex(id)];

/** Up to limit + 1 events after the cursor. A held event that an agreement came to cover later counts there and is held no more. */
export function listEvents(
  tx: Tx,
  platformId: string,
  { limit, cursor, source, held }: EventsQuery,
): Promise<KeptEvent[]> {
  const after = fromCursor(cursor, [hexadecimal, hexadecimal])?.map(fromHex);
  return tx.rows<KeptEvent>(
    `SELECT e.source, e.id, e.position, coalesce(m.agreement_id, e.agreement_id) AS agreement_id,
            CASE WHEN m.agreement_id IS NULL THEN e.held END AS held, e.service_id, e.isrc, e.territory, e.use_model, e.quantity, e.played_seconds, e.sold, e.sold_currency,
            e.happened_at, e.received_at, v.void_id, m.isrc AS resolved_to,
            (SELECT json_agg(json_build_object('agreementId', p.agreement_id, 'share', p.share) ORDER BY p.since, p.agreement_id)
               FROM (SELECT agreement_id, share, min(position) AS since FROM usage_event_shares s
                      WHERE s.platform_id = e.platform_id AND s.source = e.source AND s.id = e.id
                      GROUP BY agreement_id, share HAVING sum(quantity) > 0) AS p) AS shares
       FROM usage_events e
       LEFT JOIN usage_event_matches m USING (platform_id, source, id)
       LEFT JOIN voided_usage_events v USING (platform_id, source, id)
      WHERE e.platform_id = $1 AND ($2::text IS NULL OR e.source = $2) AND ($3::text IS NULL OR (e.source, e.id) > ($3, $4))
        AND (NOT $5 OR (e.held IS NOT NULL AND m.agreement_id IS NULL AND v.void_id IS NULL))
      ORDER BY e.source, e.id LIMIT $6 + 1`,
    [platformId, source ?? null, after?.[0] ?? null, after?.[1] ?? null, held === 'true', limit],
  );
}

export const keptEventView = (row: KeptEvent): KeptEventView => {
  const { use, model } = useAndModelOf(row.use_model);
  return {
    source: row.source,
    id: row.id,
    time: row.happened_at.toISOString(),
    serviceId: row.service_id,
    isrc: row.isrc,
    territory: territoryCode(row.territory),
    useType: use,
    commercialModel: model,
    quantity: String(row.quantity),
    playedSeconds: row.played_seconds,
    sold: saleOf(row),
    agreementId: row.agreement_id,
    resolvedTo: row.resolved_to,
    held: row.held,
    shares: (row.shares ?? []).map(({ agreementId, share }) => ({ agreementId, controlledShare: shareText(share) })),
    voidId: row.void_id,
    receivedAt: row.received_at.toISOString(),
  };
};
