import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { WRITTEN_DPID, WRITTEN_DPID_MAX } from '../../kernel';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { ChoiceField, ChoicesField, IsrcField, TextField } from '../../platform/http/fields';
import {
  afterInstant,
  fromCursor,
  type Page,
  pageOf,
  PageQuery,
  pageSchema,
  toCursor,
  uuidKey,
} from '../../platform/http/paging';
import { isrcKey } from '../isrc-list';
import { findRecordings } from '../recordings.repository';
import { duplicateDecisions } from './decide-duplicate';
import { DecideTelling } from './decide-telling';
import { MergeDifferenceView } from './duplicates.view';
import { type Difference, differencesOf, type MergedField, mergedFields, valuesOf } from './merge';
import { listTellingDecisions, tellingPage, type TellingDecision, toldValues } from './tellings.repository';

export class TellingDecisionBody {
  @IsrcField({ example: 'ZZA012600001' })
  readonly isrc!: string;

  @TextField({ max: WRITTEN_DPID_MAX, description: 'the sender who told it differently before, as `toldBy` names it' })
  readonly toldBy!: string;

  @ChoiceField(duplicateDecisions, { description: 'accepted: as proposed; dismissed: as it is' })
  readonly decision!: (typeof duplicateDecisions)[number];

  @ChoicesField(mergedFields, { optional: true, description: 'what is told as that sender told it, where it did' })
  readonly take?: MergedField[];
}

export class RecordingTellingView {
  @ApiProperty() readonly isrc!: string;
  @ApiProperty({ description: 'a DDEX party identifier, or the id of an organization that has none' })
  readonly toldBy!: string;
  @ApiProperty({ description: 'who told what the recording reads now' }) readonly now!: string;
  @ApiProperty({ format: 'date-time', description: 'when it was told differently' }) readonly replacedAt!: string;
  @ApiProperty({
    type: MergeDifferenceView,
    isArray: true,
    description: 'what differs: as it reads now (`stays`), as that sender told it (`other`), and what it would become',
  })
  readonly differences!: readonly Difference[];
}

export class TellingDecisionView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ enum: duplicateDecisions }) readonly decision!: string;
  @ApiProperty() readonly isrc!: string;
  @ApiProperty() readonly toldBy!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'the fields that were changed, before and after; null: it stays as it was',
  })
  readonly changes!: object | null;
  @ApiProperty() readonly madeBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly at!: string;
}

/** A sender, as a cursor has it: what `senderName` gives. */
const senderKey = new RegExp(`${WRITTEN_DPID.source}|${uuidKey.source}`);

/** One ISRC of one catalogue that two senders tell differently. */
@ApiTags('catalogue')
@Controller('v1')
export class TellingsController {
  constructor(private readonly decideTelling: DecideTelling) {}

  @Get('recording-tellings')
  @Allow({ kinds: ['label'] })
  @ApiOperation({
    summary: 'List recordings that two senders tell differently, each with a merge',
    description:
      'What a sender told of a recording of your catalogue before another one told it differently, until somebody decides. A page may have fewer rows than `limit`, or none, and yet a `next`.',
  })
  @ApiOkResponse({ type: pageSchema(RecordingTellingView) })
  async list(
    @By() { organizationId: ownerId }: Actor,
    @InTx() tx: Tx,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<RecordingTellingView>> {
    const after = fromCursor(cursor, [isrcKey, senderKey]);
    const { tellings, last } = await tellingPage(tx, ownerId, { after, limit });
    const isrcs = [...new Set(tellings.map(({ isrc }) => isrc))];
    const recordings = new Map((await findRecordings(tx, ownerId, isrcs)).map((each) => [each.isrc, each]));
    const rows = tellings.map(({ told, replacedAt, isrc, toldBy, now }) => {
      const values = valuesOf(recordings.get(isrc)!);
      const differences = differencesOf(values, toldValues(told, values.parent));
      return { isrc, toldBy, now, replacedAt: replacedAt.toISOString(), differences };
    });
    return { rows, next: last === undefined ? null : toCursor([last.isrc, last.toldBy]) };
  }

  @Post('telling-decisions')
  @Allow({ kinds: ['label'], roles: ['catalogue'], verified: true })
  @ApiOperation({
    summary: 'Decide how a recording is told that two senders tell differently',
    description:
      'It holds until either of them tells of the recording anew. Refused with `recording-unknown` or `duplicate-state`.',
  })
  @ApiCreatedResponse({ type: TellingDecisionView })
  async decide(@By() actor: Actor, @InTx() tx: Tx, @Body() body: TellingDecisionBody): Promise<TellingDecisionView> {
    return decisionView(await this.decideTelling.execute(tx, actor, body));
  }

  @Get('telling-decisions')
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'List what was decided about differing tellings, the latest first' })
  @ApiOkResponse({ type: pageSchema(TellingDecisionView) })
  async decisions(
    @By() { organizationId }: Actor,
    @InTx() tx: Tx,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<TellingDecisionView>> {
    const rows = await listTellingDecisions(tx, organizationId, limit + 1, afterInstant(cursor));
    return pageOf(rows, limit, decisionView, ({ at, id }) => [at.toISOString(), id]);
  }
}

const decisionView = ({ changes, at, ...decision }: TellingDecision): TellingDecisionView => ({
  ...decision,
  decision: changes === null ? 'dismissed' : 'accepted',
  changes,
  at: at.toISOString(),
});
