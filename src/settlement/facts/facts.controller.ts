import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { getAgreement } from '../../agreements';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { IdField, IntegerParameter, TextField } from '../../platform/http/fields';
import { afterNumber, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { listFacts, type PeriodFact } from './facts.repository';
import { PeriodFactBody, StateFact } from './state-fact';

export class PeriodFactParameters {
  @IdField()
  readonly id!: string;

  @IntegerParameter({ min: 1, max: 1_000_000_000 })
  readonly number!: number;
}

export class AdvanceOptionParameters {
  @IdField()
  readonly id!: string;

  @TextField({ description: 'id of the optional advance in the terms' })
  readonly advance!: string;
}

export class PeriodFactView {
  @ApiProperty({ type: 'integer', description: 'within the agreement' }) readonly number!: number;
  @ApiProperty({ enum: ['expenses', 'credit', 'figure', 'option'] }) readonly kind!: string;
  @ApiProperty({ format: 'date', description: 'the month’s first day; of an option, the day it was exercised' })
  readonly day!: string;
  @ApiProperty({ type: String, nullable: true }) readonly subject!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) readonly serviceId!: string | null;
  @ApiProperty({ type: String, nullable: true, example: '1200.00' }) readonly value!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly note!: string | null;
  @ApiProperty({ format: 'uuid' }) readonly statedBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly statedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'expenses count from here on' })
  readonly confirmedAt!: string | null;
}

/** What a close needs to know and neither the contract nor usage says. */
@ApiTags('statements')
@Controller('v1/agreements/:id')
export class FactsController {
  constructor(private readonly stateFact: StateFact) {}

  @Post('period-facts')
  @Allow({ kinds: ['label', 'platform'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'State what the close of a month needs to know',
    description:
      'Expenses, a credit in kind, a figure of your own. Stated again, it takes the place of what was stated before. Refused with `forbidden` for what is the other party’s to state, and `period-already-closed`.',
  })
  @ApiCreatedResponse({ type: PeriodFactView })
  async state(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: PeriodFactBody,
  ): Promise<PeriodFactView> {
    return factView(await this.stateFact.execute(tx, actor, id, body));
  }

  @Get('period-facts')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List what was stated for the closes of an agreement, oldest first' })
  @ApiOkResponse({ type: pageSchema(PeriodFactView) })
  async list(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<PeriodFactView>> {
    const after = afterNumber(cursor);
    await getAgreement(tx, id);
    return pageOf(await listFacts(tx, id, limit + 1, after), limit, factView, ({ number }) => [String(number)]);
  }

  @Post('period-facts/:number/confirmation')
  @HttpCode(200)
  @Allow({ kinds: ['label'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'Confirm expenses that the platform has stated',
    description: 'They are then taken from royalties. Refused with `period-fact-state` or `period-already-closed`.',
  })
  @ApiOkResponse({ type: PeriodFactView })
  async confirm(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param() { id, number }: PeriodFactParameters,
  ): Promise<PeriodFactView> {
    return factView(await this.stateFact.confirm(tx, actor, id, number));
  }

  @Post('advance-options/:advance/exercise')
  @HttpCode(200)
  @Allow({ kinds: ['platform'], roles: ['signatory'], memberOnly: true, verified: true })
  @ApiOperation({
    summary: 'Exercise an optional advance',
    description: 'It is due from now on, for good. Refused with `period-fact-state` once it is exercised.',
  })
  @ApiOkResponse({ type: PeriodFactView })
  async exercise(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param() { id, advance }: AdvanceOptionParameters,
  ): Promise<PeriodFactView> {
    return factView(await this.stateFact.exercise(tx, actor, id, advance));
  }
}

const factView = (fact: PeriodFact): PeriodFactView => ({
  number: fact.number,
  kind: fact.kind,
  day: fact.day,
  subject: fact.subject,
  serviceId: fact.service_id,
  value: fact.value,
  note: fact.note,
  statedBy: fact.stated_by,
  statedAt: fact.at.toISOString(),
  confirmedAt: fact.confirmed_at?.toISOString() ?? null,
});
