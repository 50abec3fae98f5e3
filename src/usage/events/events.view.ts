import { ApiProperty } from '@nestjs/swagger';
import { REFUSAL_REASONS } from '../../kernel';
import { type EventAnswer, eventsMax } from './take-events';
import { usageEventType } from './usage-event';

/** The body, for the description of the API: it is read by hand (usage-event.ts). */
const eventSchema = {
  type: 'object',
  required: ['specversion', 'type', 'source', 'id', 'time', 'data'],
  properties: {
    specversion: { type: 'string', enum: ['1.0'] },
    type: { type: 'string', enum: [usageEventType] },
    source: { type: 'string', description: 'URI reference; with `id` unique for ever', example: '/players/eu-1' },
    id: { type: 'string', maxLength: 255, example: '0198d1f0-51a7-7c44-9d0b-2f6f7e0a4a11' },
    time: { type: 'string', format: 'date-time', description: 'the instant of use, kept to the millisecond' },
    datacontenttype: { type: 'string', enum: ['application/json'] },
    data: {
      type: 'object',
      required: ['serviceId', 'isrc', 'territory', 'useType', 'commercialModel'],
      additionalProperties: false,
      properties: {
        serviceId: { type: 'string', description: 'uuid of one of your services' },
        isrc: { type: 'string', example: 'ZZA012600001' },
        territory: { type: 'string', example: 'RU' },
        useType: { type: 'string', example: 'OnDemandStream' },
        commercialModel: { type: 'string', example: 'AdvertisementSupportedModel' },
        quantity: { type: 'integer', minimum: 1, maximum: 1_000_000_000, default: 1 },
        playedSeconds: { type: 'integer', minimum: 0, maximum: 86_400, description: 'how long each play lasted' },
        sold: {
          type: 'object',
          description: 'what all of it was sold for: agreements that pay by sales need it',
          required: ['amount', 'currency'],
          additionalProperties: false,
          properties: { amount: { type: 'string', example: '0.69' }, currency: { type: 'string', example: 'USD' } },
        },
      },
    },
  },
} as const;

export const eventContent = {
  'application/cloudevents+json': { schema: eventSchema },
  'application/cloudevents-batch+json': {
    schema: { type: 'array', items: eventSchema, minItems: 1, maxItems: eventsMax },
  },
  'application/x-ndjson': { schema: { type: 'string', description: 'an event a line' } },
} as const;

export class EventFaultView {
  @ApiProperty({ description: 'JSON pointer into the event' }) readonly pointer!: string;
  @ApiProperty() readonly code!: string;
  @ApiProperty() readonly message!: string;
}

export class EventAnswerView {
  @ApiProperty({ type: String, nullable: true }) readonly source!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly id!: string | null;
  @ApiProperty({ enum: ['accepted', 'duplicate', 'rejected'] }) readonly outcome!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, required: false, description: 'where it counts' })
  readonly agreementId?: string | null;
  @ApiProperty({ enum: REFUSAL_REASONS, nullable: true, required: false, description: 'why it is held' })
  readonly held?: string | null;
  @ApiProperty({ type: 'integer', required: false, description: 'of a rejected one, as if it had come alone' })
  readonly status?: number;
  @ApiProperty({ enum: ['usage-event-invalid', 'usage-event-differs'], required: false }) readonly code?: string;
  @ApiProperty({ type: EventFaultView, isArray: true, required: false }) readonly faults?: readonly object[];
}

export class EventsTakenView {
  @ApiProperty({ type: 'integer' }) readonly accepted!: number;
  @ApiProperty({ type: 'integer' }) readonly duplicates!: number;
  @ApiProperty({ type: 'integer' }) readonly rejected!: number;
  @ApiProperty({ type: EventAnswerView, isArray: true, description: 'in the order sent' })
  readonly events!: readonly EventAnswer[];
}

export function eventsTakenView(events: readonly EventAnswer[]): EventsTakenView {
  const counts = { accepted: 0, duplicate: 0, rejected: 0 };
  for (const { outcome } of events) counts[outcome] += 1;
  return { accepted: counts.accepted, duplicates: counts.duplicate, rejected: counts.rejected, events };
}
