import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsObject, ValidateIf } from 'class-validator';
import { IdField, InstantField, ObjectField, ObjectsField, IsrcField, TextField } from '../../platform/http/fields';

export class EventName {
  @TextField({ max: 255 }) readonly source!: string;
  @TextField({ max: 255 }) readonly id!: string;
}

/** All of these hold for each event that becomes void. */
export class EventsWanted {
  @TextField({ max: 255, description: 'of this source' })
  readonly source!: string;

  @IdField({ optional: true, description: 'of this service' })
  readonly serviceId?: string;

  @IsrcField({ optional: true, description: 'of this recording', example: 'ZZA012600001' })
  readonly isrc?: string;

  @InstantField({ optional: true, description: 'that happened then or later' })
  readonly from?: string;

  @InstantField({ optional: true, description: 'that happened before' })
  readonly until?: string;
}

/** CloudEvents, read like any other; only that they are objects is said here. */
const CloudEventsField = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      type: 'array',
      items: { type: 'object', additionalProperties: true },
      minItems: 1,
      maxItems: 1000,
      required: false,
      description: 'CloudEvents in their place, with ids of their own',
    }),
    ValidateIf((_, value) => value !== undefined),
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(1000),
    IsObject({ each: true }),
  );

export class VoidBody {
  @TextField({ max: 1000, description: 'told to the labels, too' })
  readonly reason!: string;

  @ObjectsField(() => EventName, { max: 1000, optional: true, description: 'the events, or else a query' })
  readonly events?: EventName[];

  @ObjectField(() => EventsWanted, { optional: true })
  readonly query?: EventsWanted;

  @CloudEventsField()
  readonly replacements?: object[];
}
