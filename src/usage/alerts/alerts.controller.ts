import { Body, Controller, Get, Headers, Param, ParseUUIDPipe, Put, Query, type StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { getAgreement } from '../../agreements';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { csvFile, csvRow, wantsCsv } from '../../platform/http/csv';
import { ChoiceField, MonthField } from '../../platform/http/fields';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { alertKinds, type AlertRow, listAlerts } from './alerts.repository';
import { alertCells, alertColumns, alertView, UsageAlertView } from './alerts.view';
import { SetThresholds, ThresholdsBody, ThresholdsView } from './set-thresholds';

export class UsageAlertsQuery extends PageQuery {
  @ChoiceField(alertKinds, { optional: true })
  readonly kind?: string;

  @MonthField({ optional: true, description: 'only alerts on this month: YYYY-MM' })
  readonly month?: string;

  @ChoiceField(['json', 'csv'], {
    optional: true,
    description: 'csv: all rows at once; `Accept: text/csv` asks for the same',
  })
  readonly format?: 'json' | 'csv';
}

const csvBatch = 1_000;
const cursorKeys = ({ raised_at, id }: AlertRow): string[] => [raised_at.toISOString(), id];

/** What looks odd in usage, and what its money has reached. */
@ApiTags('usage')
@Controller('v1/agreements')
export class UsageAlertsController {
  constructor(
    private readonly database: Database,
    private readonly setThresholds: SetThresholds,
  ) {}

  @Get(':id/usage-alerts')
  @OpensOwnTransactions()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'List the alerts on an agreement’s usage, oldest first',
    description:
      'Each is raised once for a month, kind and subject, seconds after the events or the report, and never taken back: it says what was seen, and by which threshold. Both parties are told by `usage-alerts.raised`.',
  })
  @ApiOkResponse({ type: pageSchema(UsageAlertView), description: 'or text/csv' })
  async list(
    @By() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor, kind, month, format }: UsageAlertsQuery,
    @Headers('accept') accept?: string,
  ): Promise<Page<UsageAlertView> | StreamableFile> {
    const after = afterInstant(cursor);
    const page = (wanted: { limit: number; after: readonly string[] | undefined }): Promise<AlertRow[]> =>
      this.database.withTenant(
        actor,
        async (tx) => {
          await getAgreement(tx, id);
          return listAlerts(tx, id, { kind, month, ...wanted });
        },
        'read',
      );
    if (!wantsCsv(format, accept)) return pageOf(await page({ limit, after }), limit, alertView, cursorKeys);
    const first = await page({ limit: csvBatch, after: undefined });
    return csvFile(
      `usage-alerts-${id}`,
      csv(first, (last) => page({ limit: csvBatch, after: last })),
    );
  }

  @Get(':id/usage-alert-thresholds')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Show from which figures on alerts are raised',
    description: 'What each party has set, and the lower of both, which holds.',
  })
  @ApiOkResponse({ type: ThresholdsView })
  thresholds(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<ThresholdsView> {
    return this.setThresholds.show(tx, id);
  }

  @Put(':id/usage-alert-thresholds')
  @Allow({ kinds: ['label', 'platform'], roles: ['usage'], verified: true })
  @ApiOperation({
    summary: 'Set from which figures on you want alerts',
    description:
      'As a whole: what is absent is as usual. The lower threshold of both parties holds, for whatever is looked at from now on.',
  })
  @ApiOkResponse({ type: ThresholdsView })
  set(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: ThresholdsBody,
  ): Promise<ThresholdsView> {
    return this.setThresholds.execute(tx, actor, id, body);
  }
}

/** A page after the other, each in a short transaction of its own: a slow reader holds none open. */
async function* csv(
  first: readonly AlertRow[],
  next: (last: readonly string[]) => Promise<readonly AlertRow[]>,
): AsyncGenerator<string> {
  yield csvRow(alertColumns);
  for (let rows = first; ;) {
    const shown = rows.slice(0, csvBatch);
    yield shown.map((row) => csvRow(alertCells(alertView(row)))).join('');
    if (rows.length <= csvBatch) return;
    rows = await next(cursorKeys(shown.at(-1)!));
  }
}
