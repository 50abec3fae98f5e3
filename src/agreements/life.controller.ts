import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { asKnownAt, dayInZone, isCalendarDate } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { IdField, IntegerParameter } from '../platform/http/fields';
import { EndAgreement, NoticeBody, TerminationBody } from './end-agreement';
import { BreachBody, HandleBreach } from './handle-breach';
import { InForceAnswer, inForceAnswer, InForceQuery, LifeView, lifeView } from './life.view';
import { getLiving } from './life.repository';
import { listVersions } from './versions.repository';

export class BreachParameters {
  @IdField()
  readonly id!: string;

  @IntegerParameter({ min: 1, max: 1_000_000 })
  readonly number!: number;
}

/** What happens to an agreement after it is signed. */
@ApiTags('agreements')
@Controller('v1/agreements/:id')
export class LifeController {
  constructor(
    private readonly clock: Clock,
    private readonly end: EndAgreement,
    private readonly breaches: HandleBreach,
  ) {}

  @Get('life')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'Show what happened to an agreement, and what lies before it' })
  @ApiOkResponse({ type: LifeView })
  async life(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<LifeView> {
    const { life, timeZone } = await getLiving(tx, id);
    return lifeView(life, dayInZone(this.clock.now(), timeZone));
  }

  @Get('in-force')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Ask what is in force on a day, as known now or at an earlier instant',
    description: 'Refused with `agreement-not-concluded` for an instant before both parties had signed.',
  })
  @ApiOkResponse({ type: InForceAnswer })
  async inForce(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { on, knownAt }: InForceQuery,
  ): Promise<InForceAnswer> {
    const { life, timeZone } = await getLiving(tx, id);
    const day = on ?? dayInZone(this.clock.now(), timeZone);
    const hashes = new Map((await listVersions(tx, id)).map(({ number, termsHash }) => [number, termsHash]));
    const known = asKnownAt(life, knownAt === undefined ? this.clock.now() : new Date(knownAt));
    if (known === undefined) throw new DomainError('agreement-not-concluded');
    if (!isCalendarDate(day)) {
      const fault = { pointer: '/on', code: 'day-unknown', message: 'there is no such day' };
      throw new DomainError('request-invalid', undefined, [fault]);
    }
    return inForceAnswer(known, day, (number) => hashes.get(number) ?? '');
  }

  @Post('notices')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['signatory'], memberOnly: true, verified: true })
  @ApiOperation({
    summary: 'Give notice: end the agreement, or do not have it renewed',
    description:
      'Only as the terms allow. Refused with `agreement-not-running`, `right-not-agreed`, `notice-too-late` or `notice-given-already`.',
  })
  @ApiOkResponse({ type: LifeView })
  async notice(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: NoticeBody,
  ): Promise<LifeView> {
    await this.end.giveNotice(tx, actor, id, body);
    return this.life(tx, id);
  }

  @Post('breaches')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['signatory'], memberOnly: true, verified: true })
  @ApiOperation({
    summary: 'Notify the other party of a breach: the time to cure it begins',
    description: 'Refused with `agreement-not-running` or `right-not-agreed`.',
  })
  @ApiOkResponse({ type: LifeView })
  async breach(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: BreachBody,
  ): Promise<LifeView> {
    await this.breaches.notify(tx, actor, id, body);
    return this.life(tx, id);
  }

  @Post('breaches/:number/cure')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['signatory'], memberOnly: true, verified: true })
  @ApiOperation({
    summary: 'Say that a breach that you notified is cured',
    description: 'A suspension for it ends with that. Refused with `agreement-not-running` or `breach-unknown`.',
  })
  @ApiOkResponse({ type: LifeView })
  async cure(@By() actor: Actor, @InTx() tx: Tx, @Param() { id, number }: BreachParameters): Promise<LifeView> {
    await this.breaches.cure(tx, actor, id, number);
    return this.life(tx, id);
  }

  @Post('breaches/:number/suspension')
  @HttpCode(200)
  @Allow({ kinds: ['label'], roles: ['signatory'], memberOnly: true, verified: true })
  @ApiOperation({
    summary: 'Suspend the licence for a breach that you notified',
    description:
      'Clearance says no from this instant on. Refused with `agreement-not-running`, `agreement-not-active`, `right-not-agreed`, `breach-unknown` or `breach-may-be-cured`.',
  })
  @ApiOkResponse({ type: LifeView })
  async suspend(@By() actor: Actor, @InTx() tx: Tx, @Param() { id, number }: BreachParameters): Promise<LifeView> {
    await this.breaches.suspend(tx, actor, id, number);
    return this.life(tx, id);
  }

  @Post('resumption')
  @HttpCode(200)
  @Allow({ kinds: ['label'], roles: ['signatory'], memberOnly: true, verified: true })
  @ApiOperation({
    summary: 'Take a suspension back; the breach stays open',
    description: 'Refused with `agreement-not-running` or `agreement-not-suspended`.',
  })
  @ApiOkResponse({ type: LifeView })
  async resume(@By() actor: Actor, @InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<LifeView> {
    await this.breaches.resume(tx, actor, id);
    return this.life(tx, id);
  }

  @Post('termination')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['signatory'], memberOnly: true, verified: true })
  @ApiOperation({
    summary: 'End the agreement for a breach that was not cured in time',
    description:
      'It ends with this day. Refused with `agreement-not-running`, `breach-unknown` or `breach-may-be-cured`.',
  })
  @ApiOkResponse({ type: LifeView })
  async terminate(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: TerminationBody,
  ): Promise<LifeView> {
    await this.end.terminate(tx, actor, id, body);
    return this.life(tx, id);
  }
}
