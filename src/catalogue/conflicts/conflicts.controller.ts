import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { readIsrc } from '../../kernel';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import {
  ChoiceField,
  DecimalField,
  IdField,
  IntegerParameter,
  ObjectsField,
  TextField,
} from '../../platform/http/fields';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { type Answer, AnswerConflict } from './answer-conflict';
import {
  type ConflictState,
  conflictStates,
  factsOf,
  getConflict,
  listConflicts,
  namesOf,
  type RightsConflict,
} from './conflicts.repository';
import { ConflictDetailView, conflictDetailView, ConflictView, conflictView } from './conflicts.view';
import { AskToDecide } from './decide-conflict';
import { HeldForConflicts } from './held-for-conflicts';

export class ConflictsQuery extends PageQuery {
  @ChoiceField(conflictStates, { optional: true })
  readonly state?: ConflictState;

  @TextField({ max: 40, optional: true, description: 'one ISRC, with or without hyphens' })
  readonly isrc?: string;
}

export class NumberedPath {
  @IdField()
  readonly id!: string;

  @IntegerParameter({ min: 1, max: 1_000_000_000 })
  readonly number!: number;
}

export class ConflictAnswerBody {
  @TextField({ max: 10_000, description: 'what the label says of it' })
  readonly note!: string;
}

export class NamedShareBody {
  @IdField({ description: 'a label of the conflict' })
  readonly labelId!: string;

  @DecimalField({ example: '0.5', description: 'from 0 to 1, six decimals' })
  readonly share!: string;
}

export class ProposalBody {
  @ObjectsField(() => NamedShareBody, { max: 100, description: 'each label that states a share there, once' })
  readonly shares!: NamedShareBody[];

  @TextField({ max: 10_000, optional: true })
  readonly note?: string;
}

export class ConflictDecisionBody {
  @ObjectsField(() => NamedShareBody, { max: 100, description: 'each label that states a share there, once' })
  readonly shares!: NamedShareBody[];

  @TextField({ max: 10_000, description: 'why; the labels read it' })
  readonly note!: string;
}

export class DecisionAskedView {
  @ApiProperty({ format: 'uuid', description: 'another person of the operator decides it' })
  readonly approvalId!: string;
}

/** Labels that state more than the whole of a recording between them. */
@ApiTags('catalogue')
@Controller('v1/rights-conflicts')
export class ConflictsController {
  constructor(
    private readonly answerConflict: AnswerConflict,
    private readonly askToDecide: AskToDecide,
    private readonly heldForConflicts: HeldForConflicts,
  ) {}

  @Get()
  @Allow({ kinds: ['label', 'operator'] })
  @ApiOperation({
    summary: 'List conflicts between labels over recordings, the latest first',
    description: 'A label sees those that it is in, the operator all.',
  })
  @ApiOkResponse({ type: pageSchema(ConflictView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor, state, isrc }: ConflictsQuery): Promise<Page<ConflictView>> {
    const key = afterInstant(cursor);
    const after = key === undefined ? null : { foundAt: key[0]!, id: key[1]! };
    const reading = isrc === undefined ? undefined : readIsrc(isrc);
    if (reading !== undefined && 'fault' in reading) return { rows: [], next: null };
    const rows = await listConflicts(tx, { state: state ?? null, isrc: reading?.isrc ?? null, after, limit });
    const names = await namesOf(tx, [...new Set(rows.flatMap(({ parties }) => parties))]);
    return pageOf(
      rows,
      limit,
      (row) => conflictView(row, names),
      ({ foundAt, id }) => [foundAt.toISOString(), id],
    );
  }

  @Get(':id')
  @Allow({ kinds: ['label', 'operator'] })
  @ApiOperation({
    summary: 'A conflict: who states what, what was said, and what is held for it',
    description: 'Of another label its name and what it states there, no more of its catalogue.',
  })
  @ApiOkResponse({ type: ConflictDetailView })
  async one(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<ConflictDetailView> {
    return this.detail(tx, await getConflict(tx, id));
  }

  @Post(':id/answers')
  @HttpCode(200)
  @Allow({ kinds: ['label'], roles: ['catalogue', 'licensing'], verified: true })
  @ApiOperation({ summary: 'Say something of a conflict', description: 'Refused with `rights-conflict-state`.' })
  @ApiOkResponse({ type: ConflictDetailView })
  answer(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { note }: ConflictAnswerBody,
  ): Promise<ConflictDetailView> {
    return this.say(tx, actor, id, { kind: 'answered', note });
  }

  @Post(':id/proposals')
  @HttpCode(200)
  @Allow({ kinds: ['label'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Propose what share each label has',
    description:
      'At most the whole together. It holds in the places and days of the conflict once every label that states a share there has accepted it. Refused with `rights-conflict-state`.',
  })
  @ApiOkResponse({ type: ConflictDetailView })
  propose(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { shares, note }: ProposalBody,
  ): Promise<ConflictDetailView> {
    return this.say(tx, actor, id, { kind: 'proposed', shares, note });
  }

  @Post(':id/proposals/:number/acceptance')
  @HttpCode(200)
  @Allow({ kinds: ['label'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Accept the latest proposal, by its number among the facts',
    description:
      'Once all have, the conflict is over: the shares are what the labels state from then on, usage of those days counts by them, and what was held is due. Refused with `rights-conflict-state`.',
  })
  @ApiOkResponse({ type: ConflictDetailView })
  accept(@By() actor: Actor, @InTx() tx: Tx, @Param() { id, number }: NumberedPath): Promise<ConflictDetailView> {
    return this.say(tx, actor, id, { kind: 'accepted', proposal: number });
  }

  @Post(':id/withdrawal')
  @HttpCode(200)
  @Allow({ kinds: ['label'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Give way: state no more than what nobody else states',
    description:
      'A statement of rights that replaces the older one does the same. The conflict is over where nothing above the whole is left. Refused with `rights-conflict-state`.',
  })
  @ApiOkResponse({ type: ConflictDetailView })
  withdraw(@By() actor: Actor, @InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<ConflictDetailView> {
    return this.say(tx, actor, id, { kind: 'withdrawn' });
  }

  @Post(':id/decision')
  @Allow({ kinds: ['operator'], roles: ['licensing'], memberOnly: true })
  @ApiOperation({
    summary: 'Ask a second person of the operator to decide a conflict like this',
    description:
      'Approved, the shares hold as stated rights in the places and days of the conflict. Asked again, only the latest waits. Refused with `rights-conflict-state`.',
  })
  @ApiCreatedResponse({ type: DecisionAskedView })
  async decide(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: ConflictDecisionBody,
  ): Promise<DecisionAskedView> {
    return { approvalId: (await this.askToDecide.execute(tx, actor, id, body)).id };
  }

  private async say(tx: Tx, actor: Actor, id: string, answer: Answer): Promise<ConflictDetailView> {
    return this.detail(tx, await this.answerConflict.execute(tx, actor, id, answer));
  }

  private async detail(tx: Tx, conflict: RightsConflict): Promise<ConflictDetailView> {
    return conflictDetailView(conflict, {
      names: await namesOf(tx, conflict.parties),
      facts: await factsOf(tx, conflict.id),
      held: await this.heldForConflicts.ask(tx, conflict.id),
    });
  }
}
