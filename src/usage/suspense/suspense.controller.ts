import { Controller, Get, Headers, Query, type StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { REFUSAL_REASONS } from '../../kernel';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By } from '../../platform/auth/allow';
import { Database } from '../../platform/database/database';
import { csvFile, wantsCsv } from '../../platform/http/csv';
import { ChoiceField, IdField, MonthField } from '../../platform/http/fields';
import { fromCursor, PageQuery, toCursor, uuidKey } from '../../platform/http/paging';
import { OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { ReadSuspense, type SuspensePlace } from './read-suspense';
import { ReadUnlicensed } from './read-unlicensed';
import {
  suspenseCsvHeader,
  suspenseCsvLeftOut,
  suspenseCsvLine,
  SuspensePageView,
  suspenseView,
  UnlicensedPageView,
  unlicensedView,
} from './suspense.view';

export class SuspenseQuery extends PageQuery {
  @MonthField({ optional: true, description: 'only use of this month: YYYY-MM' })
  readonly month?: string;

  @IdField({ optional: true, description: 'only of this service' })
  readonly serviceId?: string;

  @IdField({ optional: true, description: 'only what was reported to this label' })
  readonly labelId?: string;

  @IdField({ optional: true, description: 'only what this platform reported' })
  readonly platformId?: string;

  @ChoiceField(REFUSAL_REASONS, { optional: true, description: 'only what is held for this reason' })
  readonly reason?: string;

  @ChoiceField(['json', 'csv'], {
    optional: true,
    description: 'csv: all rows at once, each with its likeliest suggestion; `Accept: text/csv` asks for the same',
  })
  readonly format?: 'json' | 'csv';
}

export class UnlicensedQuery extends PageQuery {
  @MonthField({ example: '2026-01' })
  readonly month!: string;

  @IdField({ optional: true, description: 'only of this service' })
  readonly serviceId?: string;

  @IdField({ optional: true, description: 'only what this platform reported' })
  readonly platformId?: string;
}

const csvBatch = 1_000;

/** Reported use that counts for nothing yet. */
@ApiTags('usage')
@Controller('v1')
export class SuspenseController {
  constructor(
    private readonly database: Database,
    private readonly suspense: ReadSuspense,
    private readonly unlicensed: ReadUnlicensed,
  ) {}

  @Get('usage-suspense')
  @OpensOwnTransactions()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'List suspended use, what it may be worth and what it may be',
    description:
      'What no agreement covers of live reports, by report, recording as reported, place and reason. Up to a million lines and 50,000 sums of a report are looked at; `leftOut` counts what is beyond.',
  })
  @ApiOkResponse({ type: SuspensePageView })
  async list(
    @By() actor: Actor,
    @Query() { limit, cursor, format, ...filter }: SuspenseQuery,
    @Headers('accept') accept?: string,
  ): Promise<SuspensePageView | StreamableFile> {
    if (wantsCsv(format, accept)) return csvFile('usage-suspense', this.csv(actor, filter));
    const from = placeOf(fromCursor(cursor, [/^\d{4}-\d{2}$/, uuidKey, /^\d{1,7}$/]));
    const page = await this.database.withTenant(
      actor,
      (tx) => this.suspense.page(tx, { ...filter, limit, from, askedBy: actor.organizationId }),
      'read',
    );
    const next = page.next && toCursor([page.next.month, page.next.reportId, String(page.next.passed)]);
    return { rows: page.rows.map(suspenseView), next: next ?? null, leftOut: String(page.leftOut) };
  }

  @Get('usage-unlicensed')
  @OpensOwnTransactions()
  @Allow({ kinds: ['label'] })
  @ApiOperation({
    summary: 'List who uses recordings of yours without a licence, most used first',
    description:
      'By recording and service, from the live reports of a month; whether you license the recording to any other service. It tells of no agreement that is not yours.',
  })
  @ApiOkResponse({ type: UnlicensedPageView })
  async listUnlicensed(
    @By() actor: Actor,
    @Query() { limit, cursor, ...question }: UnlicensedQuery,
  ): Promise<UnlicensedPageView> {
    const passed = Number(fromCursor(cursor, [/^\d{1,7}$/])?.[0] ?? 0);
    const { rows, leftOut } = await this.database.withTenant(
      actor,
      (tx) => this.unlicensed.month(tx, { ...question, labelId: actor.organizationId }),
      'read',
    );
    const shown = rows.slice(passed, passed + limit);
    const next = rows.length > passed + limit ? toCursor([String(passed + limit)]) : null;
    return { rows: shown.map(unlicensedView), next, leftOut: String(leftOut) };
  }

  /** A page after the other, each in a short transaction of its own: a slow reader holds none open. A last row says how many lines are left out. */
  private async *csv(actor: Actor, filter: Omit<SuspenseQuery, 'limit' | 'cursor' | 'format'>): AsyncGenerator<string> {
    yield suspenseCsvHeader;
    let from: SuspensePlace | undefined;
    let leftOut = 0;
    do {
      const question = { ...filter, limit: csvBatch, from, askedBy: actor.organizationId };
      const page = await this.database.withTenant(actor, (tx) => this.suspense.page(tx, question), 'read');
      yield page.rows.map((row) => suspenseCsvLine(suspenseView(row))).join('');
      leftOut += page.leftOut;
      from = page.next;
    } while (from !== undefined);
    if (leftOut > 0) yield suspenseCsvLeftOut(leftOut);
  }
}

const placeOf = (keys: readonly string[] | undefined): SuspensePlace | undefined =>
  keys && { month: keys[0]!, reportId: keys[1]!, passed: Number(keys[2]) };
