import { Body, Controller, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { dayInZone } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { IdField, IntegerParameter } from '../platform/http/fields';
import { getLiving } from './life.repository';
import { LifeView, lifeView } from './life.view';
import { WithdrawalBody, WithdrawRecordings } from './withdraw-recordings';

export class WithdrawalParameters {
  @IdField()
  readonly id!: string;

  @IntegerParameter({ min: 1, max: 1_000_000, description: 'the number of the fact that notified it' })
  readonly number!: number;
}

/** Recordings that a label takes out of a signed agreement. */
@ApiTags('agreements')
@Controller('v1/agreements/:id/withdrawals')
export class WithdrawalsController {
  constructor(
    private readonly clock: Clock,
    private readonly recordings: WithdrawRecordings,
  ) {}

  @Post()
  @HttpCode(200)
  @Allow({ kinds: ['label'], roles: ['signatory'], memberOnly: true, verified: true })
  @ApiOperation({
    summary: 'Give notice that recordings are withdrawn from an agreement',
    description:
      'Only as the terms allow (`termination.withdrawal`). From their day on clearance answers `withdrawn`; use on earlier days stays licensed. Refused with `agreement-not-running`, `right-not-agreed`, `notice-too-late`, `withdrawal-not-possible` or `limit-reached`.',
  })
  @ApiOkResponse({ type: LifeView })
  async notify(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: WithdrawalBody,
  ): Promise<LifeView> {
    await this.recordings.notify(tx, actor, id, body);
    return this.life(tx, id);
  }

  @Post(':number/revocation')
  @HttpCode(200)
  @Allow({ kinds: ['label'], roles: ['signatory'], memberOnly: true, verified: true })
  @ApiOperation({
    summary: 'Take a withdrawal of recordings back before its day',
    description:
      'Refused with `agreement-not-running`, `withdrawal-unknown`, `withdrawal-in-effect` or `exclusive-grant-overlaps`.',
  })
  @ApiOkResponse({ type: LifeView })
  async revoke(@By() actor: Actor, @InTx() tx: Tx, @Param() { id, number }: WithdrawalParameters): Promise<LifeView> {
    await this.recordings.revoke(tx, actor, id, number);
    return this.life(tx, id);
  }

  private async life(tx: Tx, id: string): Promise<LifeView> {
    const { life, timeZone } = await getLiving(tx, id);
    return lifeView(life, dayInZone(this.clock.now(), timeZone));
  }
}
