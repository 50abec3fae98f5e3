import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../../platform/auth/actor';
import { Allow, By, InTx } from '../../../platform/auth/allow';
import type { Tx } from '../../../platform/database/tx';
import { ChoiceField, ObjectsField, TextField } from '../../../platform/http/fields';
import { type Account, accounts } from '../templates';
import { type Chart, findChart, SaveChart } from './chart';

export class AccountCodeBody {
  @ChoiceField(accounts) readonly account!: Account;
  @TextField({ max: 60, description: 'what you call it in your own books', example: '1400' }) readonly code!: string;
}

export class ChartBody {
  @ObjectsField(() => AccountCodeBody, {
    max: accounts.length,
    description: 'each account once; several may share a code',
  })
  readonly accounts!: readonly AccountCodeBody[];
}

export class AccountCodeView {
  @ApiProperty({ example: 'platform-receivable' }) readonly account!: string;
  @ApiProperty({ type: String, nullable: true, example: '1400' }) readonly code!: string | null;
}

export class ChartView {
  @ApiProperty({ type: AccountCodeView, isArray: true, description: 'every account of the ledger' })
  readonly accounts!: readonly AccountCodeView[];
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly savedAt!: string | null;
}

@ApiTags('ledger')
@Controller('v1/chart-of-accounts')
export class ChartController {
  constructor(private readonly saveChart: SaveChart) {}

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'Show what you call the ledger’s accounts in your own books' })
  @ApiOkResponse({ type: ChartView })
  async show(@By() { organizationId }: Actor, @InTx() tx: Tx): Promise<ChartView> {
    return chartView(await findChart(tx, organizationId));
  }

  @Put()
  @Allow({ kinds: ['label', 'platform'], roles: ['finance'] })
  @ApiOperation({
    summary: 'Save what you call the ledger’s accounts in your own books',
    description: 'In place of all that was saved before. The journal and its trial balance carry these codes.',
  })
  @ApiOkResponse({ type: ChartView })
  async save(@By() actor: Actor, @InTx() tx: Tx, @Body() body: ChartBody): Promise<ChartView> {
    return chartView(await this.saveChart.execute(tx, actor, body.accounts));
  }
}

const chartView = ({ codes, savedAt }: Chart): ChartView => ({
  accounts: accounts.map((account) => ({ account, code: codes[account] ?? null })),
  savedAt: savedAt?.toISOString() ?? null,
});
