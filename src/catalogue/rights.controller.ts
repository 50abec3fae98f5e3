import { Body, Controller, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { type Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import { type Tx } from '../platform/database/tx';
import { RightsStatementBody, StateRights } from './state-rights';

export class RightsStatementView {
  @ApiProperty({ description: 'how many recordings the statement covers' }) readonly recordings!: number;
}

@ApiTags('catalogue')
@Controller('v1/rights-statements')
export class RightsController {
  constructor(private readonly stateRights: StateRights) {}

  @Post()
  @Allow({ kinds: ['label'], roles: ['catalogue', 'licensing'], verified: true })
  @ApiOperation({
    summary: 'State what share of recordings you control, where and when',
    description:
      'Name either `isrcs` or an import. Statements add up and never overlap: refused with `recording-unknown` or `rights-overlap`. To correct one, say `replaces`: the new one holds for its territories and days, the rest of the older one stands. Where a share changes, live reports of those days are read again, events are looked at again, and the difference to closed months is booked with the next close.',
  })
  @ApiCreatedResponse({ type: RightsStatementView })
  async create(@By() actor: Actor, @InTx() tx: Tx, @Body() body: RightsStatementBody): Promise<RightsStatementView> {
    return { recordings: await this.stateRights.execute(tx, actor, body) };
  }
}
