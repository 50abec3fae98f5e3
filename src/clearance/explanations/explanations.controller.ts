import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { REFUSAL_REASONS } from '../../kernel';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { InstantField, ObjectField } from '../../platform/http/fields';
import { OnlyReads } from '../../platform/http/transaction.interceptor';
import { isrcsOfOwnIds } from '../own-ids/own-ids.repository';
import { ClearanceQuestion, questionFaults, recordingOf } from '../questions';
import { clearanceRoles } from '../remembered-actors';
import { type ConsideredGrant, explainUse } from './explain-use';

export class ExplanationBody {
  @ObjectField(() => ClearanceQuestion)
  readonly question!: ClearanceQuestion;

  @InstantField({ optional: true, description: 'as what was signed and had happened was known then; absent: now' })
  readonly knownAt?: string;
}

export class ExplainedPauseView {
  @ApiProperty({ enum: ['not-yet', 'suspended', 'withdrawn'] }) readonly state!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'null: from the beginning' })
  readonly from!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'null: it goes on' })
  readonly until!: string | null;
}

export class ConsideredGrantView {
  @ApiProperty({ format: 'uuid' }) readonly agreementId!: string;
  @ApiProperty() readonly version!: number;
  @ApiProperty({ description: 'the grant’s id in the agreement’s terms' }) readonly clause!: string;
  @ApiProperty({ format: 'date', description: 'the first licensed day' }) readonly from!: string;
  @ApiProperty({ format: 'date', description: 'the first day that is no longer licensed' }) readonly until!: string;
  @ApiProperty({ example: 'Europe/Moscow' }) readonly timeZone!: string;
  @ApiProperty({ format: 'date', description: 'the day that was asked about, in that zone' }) readonly day!: string;
  @ApiProperty({ type: [ExplainedPauseView] }) readonly pauses!: readonly ExplainedPauseView[];
  @ApiProperty({ enum: REFUSAL_REASONS, isArray: true, description: 'every reason why not; none: it permits the use' })
  readonly reasons!: readonly string[];
}

export class ExplainedAnswerView {
  @ApiProperty() readonly licensed!: boolean;
  @ApiProperty({ enum: REFUSAL_REASONS, required: false }) readonly reason?: string;
  @ApiProperty({ format: 'uuid', required: false }) readonly agreementId?: string;
  @ApiProperty({ required: false }) readonly version?: number;
  @ApiProperty({ required: false }) readonly clause?: string;
  @ApiProperty({ format: 'date-time', required: false }) readonly trueUntil?: string;
}

export class ExplanationView {
  @ApiProperty({ format: 'date-time' }) readonly knownAt!: string;
  @ApiProperty({ format: 'date-time', description: 'the instant that was asked about' }) readonly at!: string;
  @ApiProperty({ type: ExplainedAnswerView }) readonly answer!: ExplainedAnswerView;
  @ApiProperty({ type: [ConsideredGrantView], description: 'in the order in which they answer' })
  readonly considered!: readonly ConsideredGrantView[];
}

@ApiTags('clearance')
@Controller('v1/clearance/explanations')
export class ExplanationsController {
  constructor(private readonly clock: Clock) {}

  @Post()
  @OnlyReads()
  @HttpCode(200)
  @Allow({ kinds: ['platform'], roles: clearanceRoles })
  @ApiOperation({
    summary: 'Why is a use licensed, or not?',
    description:
      'Every grant of the recording that your agreements ever had, and why each did or did not apply, as it was known at any instant since. Where no grant names the recording it is unknown here, whatever a catalogue says.',
  })
  @ApiOkResponse({ type: ExplanationView })
  async explain(@By() actor: Actor, @InTx() tx: Tx, @Body() body: ExplanationBody): Promise<ExplanationView> {
    const now = this.clock.now();
    const { question } = body;
    const at = question.at === undefined ? now : new Date(question.at);
    const knownAt = body.knownAt === undefined ? now : new Date(body.knownAt);
    refuseFaults(question, at, knownAt);
    const named = question.ownId === undefined ? [] : [question.ownId];
    const ownIds = await isrcsOfOwnIds(tx, actor.organizationId, named);
    const { serviceId: service, territory, useType: use, commercialModel: model } = question;
    const asked = { isrc: recordingOf(question, ownIds) ?? '', service, territory, use, model, instant: at };
    const { answer, considered } = await explainUse(tx, actor.organizationId, asked, knownAt);
    return {
      knownAt: knownAt.toISOString(),
      at: at.toISOString(),
      answer: answer.licensed ? { ...answer, trueUntil: answer.trueUntil.toISOString() } : answer,
      considered: considered.map(viewOf),
    };
  }
}

/** The kernel's beginning of time. */
const beginning = -8.64e15;

const viewOf = ({ days, pauses, ...grant }: ConsideredGrant): ConsideredGrantView => ({
  ...grant,
  ...days,
  pauses: pauses.map(({ state, from, until }) => ({
    state,
    from: from.getTime() === beginning ? null : from.toISOString(),
    until: until?.toISOString() ?? null,
  })),
});

function refuseFaults(question: ClearanceQuestion, at: Date, knownAt: Date): void {
  const faults = questionFaults(question, { instant: at.getTime() }, '/question');
  if (question.parentIsrc !== undefined) {
    const message = 'one recording is explained: name it by isrc, as the answer to a question about a parent does';
    faults.push({ pointer: '/question/parentIsrc', code: 'field-unknown', message });
  }
  if (Number.isNaN(knownAt.getTime()))
    faults.push({ pointer: '/knownAt', code: 'field-instant', message: 'there is no such instant' });
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
}
