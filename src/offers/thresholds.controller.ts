import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { CurrencyField } from '../platform/http/fields';
import { fromCursor, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { listThresholds, type Threshold } from './acceptance-thresholds.repository';
import { SetThreshold, ThresholdBody } from './set-threshold';

export class CurrencyPath {
  @CurrencyField()
  readonly currency!: string;
}

export class ThresholdView {
  @ApiProperty({ example: 'USD' }) readonly currency!: string;
  @ApiProperty({ example: '50000.00' }) readonly amount!: string;
  @ApiProperty() readonly setBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly setAt!: string;
}

const thresholdView = ({ currency, amount, setBy, setAt }: Threshold): ThresholdView => ({
  currency,
  amount,
  setBy,
  setAt: setAt.toISOString(),
});

@ApiTags('approvals')
@Controller('v1/approval-thresholds')
export class ThresholdsController {
  constructor(private readonly setThreshold: SetThreshold) {}

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List above what your acceptances need two signatories' })
  @ApiOkResponse({ type: pageSchema(ThresholdView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<ThresholdView>> {
    const [after = ''] = fromCursor(cursor, [/^[A-Z]{3}$/]) ?? [];
    return pageOf(await listThresholds(tx, limit + 1, after), limit, thresholdView, ({ currency }) => [currency]);
  }

  @Put(':currency')
  @Allow({ kinds: ['label', 'platform'], roles: ['admin'], memberOnly: true })
  @ApiOperation({
    summary: 'Set above what an acceptance needs a second signatory',
    description:
      'Compared with the money that the accepted terms fix in that currency: advances, back fee, guarantees, capped minimum fees, flat fees and floors of the whole term. Without a threshold one signatory suffices. Whoever raises it accepts nothing alone until another admin has set it.',
  })
  @ApiOkResponse({ type: ThresholdView })
  async set(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param() { currency }: CurrencyPath,
    @Body() body: ThresholdBody,
  ): Promise<ThresholdView> {
    return thresholdView(await this.setThreshold.execute(tx, actor, currency, body));
  }
}
