import { Controller, Get, Param, ParseUUIDPipe, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { getAgreement } from '../../agreements';
import { Allow, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { fromCursor, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { listUses } from './rate-uses.repository';
import { RateUseView, useView } from './rate-uses.view';

/** Which rates a party’s statements rest on, row by row. */
@ApiTags('rates')
@Controller('v1/agreements/:id/rate-uses')
export class RateUsesController {
  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List each use of a rate of tax or exchange, by month' })
  @ApiOkResponse({ type: pageSchema(RateUseView) })
  async list(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<RateUseView>> {
    const after = fromCursor(cursor, [/^[12]\d{3}-\d{2}-01$/, /^.{1,100}$/, /^[a-z]{1,20}$/]);
    await getAgreement(tx, id);
    const rows = await listUses(tx, id, { limit: limit + 1, after });
    return pageOf(rows, limit, useView, ({ month, occasion, kind }) => [month, occasion, kind]);
  }
}
