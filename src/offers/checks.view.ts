import { ApiProperty } from '@nestjs/swagger';
import { type RightsReason, rightsReasons, type TrackInDoubt } from '../agreements';
import type { TerritorySet } from '../kernel';
import type { OwnBreach } from './own-breaches';

export class BreachView {
  @ApiProperty({ description: 'what acknowledgeBreaches takes' }) readonly id!: string;
  @ApiProperty({ format: 'uuid', description: 'your agreement that promises' }) readonly agreementId!: string;
  @ApiProperty({ description: 'the clause’s id' }) readonly clause!: string;
  @ApiProperty({ example: '24.1' }) readonly number!: string;
  @ApiProperty({ enum: ['rate-per-unit', 'revenue-share', 'rate-per-subscriber', 'floor', 'advance'] })
  readonly figure!: string;
  @ApiProperty({ enum: ['least', 'most'], description: 'what the figure comes to at least, or at most' })
  readonly end!: string;
  @ApiProperty({ example: '0.002', description: 'exact; a quotient where no decimal ends' }) readonly promised!: string;
  @ApiProperty({ example: '0.0015' }) readonly offered!: string;
  @ApiProperty({ example: '0.0005', description: 'by how much the offer is better' }) readonly difference!: string;
  @ApiProperty({ type: String, nullable: true, example: 'USD', description: 'null for a share' })
  readonly currency!: string | null;
  @ApiProperty({ type: String, isArray: true }) readonly uses!: readonly string[];
  @ApiProperty({ type: String, isArray: true }) readonly models!: readonly string[];
  @ApiProperty({ type: String, isArray: true, description: 'ISO 3166-1, two letters' })
  readonly territories!: readonly string[];
}

export class MostFavouredView {
  @ApiProperty({
    type: BreachView,
    isArray: true,
    description: 'breaches of your own promises; never the other party’s',
  })
  readonly breaches!: readonly OwnBreach[];
}

export class RightsProblemView {
  @ApiProperty({ enum: rightsReasons }) readonly reason!: RightsReason;
  @ApiProperty({ type: String, isArray: true }) readonly uses!: readonly string[];
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'as in terms: {"include": […]} or {"worldwideExcept": […]}',
  })
  readonly territories!: TerritorySet;
}

export class TrackInDoubtView {
  @ApiProperty({ example: 'ZZA012600001' }) readonly isrc!: string;
  @ApiProperty({
    format: 'uuid',
    required: false,
    description: 'the open conflict that it is in (`/v1/rights-conflicts/:id`); to the label alone',
  })
  readonly conflictId?: string;
  @ApiProperty({ type: RightsProblemView, isArray: true }) readonly problems!: TrackInDoubt['problems'];
}

export class RightsCheckView {
  @ApiProperty({ description: 'false to a platform of its own revision: nothing is shown, whatever there is' })
  readonly disclosed!: boolean;
  @ApiProperty({ type: 'integer', description: 'how many tracks have a problem, on all pages' })
  readonly tracks!: number;
  @ApiProperty({ type: TrackInDoubtView, isArray: true }) readonly rows!: readonly TrackInDoubt[];
  @ApiProperty({ type: String, nullable: true, description: 'cursor of the next page; null at the end' })
  readonly next!: string | null;
}
