import { readFile } from 'node:fs/promises';
import { Controller, Get, Headers, Post, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { getAgreement } from '../../agreements';
import { calendarDateOf, type CalendarDate, type Fault, isCalendarDate, isCurrency } from '../../kernel';
import type { Actor } from '../../platform/auth/actor';
import { type AccordoRequest, Allow, By, InTx } from '../../platform/auth/allow';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { csvFile, csvInBatches, wantsCsv } from '../../platform/http/csv';
import {
  afterInstant,
  fromCursor,
  numberKey,
  type Page,
  pageOf,
  PageQuery,
  pageSchema,
} from '../../platform/http/paging';
import { fileBody } from '../../platform/http/streams';
import { OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { IdempotentWrites, keyOf } from '../../platform/idempotency/idempotent-writes';
import { Storage } from '../../platform/storage/storage';
import { listImports, listRates, type ListedRate, placeOf, type RatesWanted } from './exchange-rates.repository';
import {
  ImportQuery,
  importView,
  RateQuery,
  RatesImportView,
  RatesQuery,
  rateRow,
  ratesHeader,
  RateView,
  rateView,
  UsableRateView,
  usableRateView,
} from './exchange-rates.view';
import { ratesTypes } from './fetch-rates';
import { ImportRates } from './import-rates';
import { rateFor } from './rates-for-close';
import { ratesBytesMax } from './readers/rates-file';
import { readPublished } from './readers/read-published';

const batch = 5_000;
const placeKeys = [/^[12]\d{3}-\d{2}-\d{2}$/, /^[A-Z]{3}$/, /^[A-Z]{3}$/, numberKey];

/** What banks publish, and what a close would use of it. */
@ApiTags('rates')
@Controller('v1/exchange-rates')
export class ExchangeRatesController {
  constructor(
    private readonly storage: Storage,
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly writes: IdempotentWrites,
    private readonly importRates: ImportRates,
  ) {}

  /** The file is kept first, as evidence; it is read before a transaction opens. */
  @Post('imports')
  @OpensOwnTransactions()
  @Allow({ kinds: ['operator'], roles: ['finance'] })
  @ApiOperation({
    summary: 'Bring in what a bank has published of exchange rates',
    description:
      'The European Central Bank’s CSV, of its history or of a day, as it is or in its ZIP; or the Bank of Russia’s XML, of a day or of one currency. At most 8 MiB. What is known already changes nothing; what is said otherwise is kept beside, and holds from then on. Refused with `exchange-rates-unreadable` and every fault; then nothing is in.',
  })
  @ApiConsumes(...ratesTypes)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiCreatedResponse({ type: RatesImportView })
  async import(
    @By() actor: Actor,
    @Req() request: AccordoRequest,
    @Query() { source, currency }: ImportQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const key = keyOf(request);
    const file = await this.storage.store(
      fileBody(request, ratesTypes, 'send the file as CSV, XML or ZIP'),
      ratesBytesMax,
    );
    const bytes = await readFile(this.storage.pathOf(file.sha256));
    const rates = await readPublished(source, bytes, { now: this.clock.now(), currency });
    return this.writes.run({ actor, key, request, reply, content: file.sha256 }, async (tx) =>
      importView(await this.importRates.execute(tx, actor, { source, address: null, file, rates })),
    );
  }

  @Get('imports')
  @Allow({ kinds: ['operator'] })
  @ApiOperation({ summary: 'List the files of rates that came in or could not, latest first' })
  @ApiOkResponse({ type: pageSchema(RatesImportView) })
  async imports(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<RatesImportView>> {
    const rows = await listImports(tx, limit + 1, afterInstant(cursor));
    return pageOf(rows, limit, importView, ({ imported_at, id }) => [imported_at.toISOString(), id]);
  }

  @Get()
  @OpensOwnTransactions()
  @Allow()
  @ApiOperation({
    summary: 'List exchange rates by day, those that were corrected too',
    description: 'As pages of JSON, or all of them as CSV (`format=csv`, or `Accept: text/csv`).',
  })
  @ApiOkResponse({ type: pageSchema(RateView) })
  async list(
    @By() actor: Actor,
    @Query() query: RatesQuery,
    @Headers('accept') accept: string | undefined,
  ): Promise<Page<RateView> | StreamableFile> {
    const wanted = wantedOf(query);
    const after = fromCursor(query.cursor, placeKeys);
    if (wantsCsv(query.format, accept))
      return csvFile(`exchange-rates-${wanted.source}`, this.csv(actor, wanted, after));
    const rows = await this.rows(actor, wanted, { limit: query.limit + 1, after });
    return pageOf(rows, query.limit, rateView, placeOf);
  }

  @Get('rate')
  @Allow()
  @ApiOperation({
    summary: 'Show the rate that would be used for a day, and why',
    description:
      'The source’s rate of that day, or of the latest day before on which it published (European Central Bank: up to 7 days back, Bank of Russia: 14); as published, turned round, or through euro or rouble, exactly. `manual`: what both parties of the agreement confirmed for that very day. Refused with `rates-missing`.',
  })
  @ApiOkResponse({ type: UsableRateView })
  async rate(@InTx() tx: Tx, @Query() query: RateQuery): Promise<UsableRateView> {
    const { source, from, to, agreementId } = query;
    const faults = dayFaults({ day: query.day });
    for (const [name, code] of Object.entries({ from, to })) {
      if (!isCurrency(code)) faults.push(fault(`/${name}`, 'field-in', 'must be an active ISO 4217 currency'));
    }
    if (from === to) faults.push(fault('/to', 'field-in', 'must be another currency than from'));
    if (source === 'manual' && agreementId === undefined) {
      faults.push(fault('/agreementId', 'field-required', 'whose parties recorded it'));
    }
    if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
    if (agreementId !== undefined) await getAgreement(tx, agreementId);
    const answer = await rateFor(tx, { source, from, to, day: calendarDateOf(query.day), agreementId });
    if ('missing' in answer) throw new DomainError('rates-missing', undefined, answer.missing);
    return usableRateView(answer.found);
  }

  /** Rates never change, so each batch may have a transaction of its own. */
  private csv(actor: Actor, wanted: RatesWanted, beginning: readonly string[] | undefined): AsyncGenerator<string> {
    const read = (last: ListedRate | undefined): Promise<ListedRate[]> =>
      this.rows(actor, wanted, { limit: batch, after: last === undefined ? beginning : placeOf(last) });
    return csvInBatches({ header: ratesHeader, lineOf: rateRow, batch, read });
  }

  private rows(actor: Actor, wanted: RatesWanted, page: Parameters<typeof listRates>[2]): Promise<ListedRate[]> {
    return this.database.withTenant(actor, (tx) => listRates(tx, wanted, page), 'read');
  }
}

const fault = (pointer: string, code: string, message: string): Fault => ({ pointer, code, message });

const dayFaults = (days: Readonly<Record<string, string | undefined>>): Fault[] =>
  Object.entries(days).flatMap(([name, day]) =>
    day === undefined || isCalendarDate(day) ? [] : [fault(`/${name}`, 'day-unknown', 'there is no such day')],
  );

function wantedOf({ source, base, quote, from, until }: RatesQuery): RatesWanted {
  const faults = dayFaults({ from, until });
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
  const day = (text: string | undefined): CalendarDate | null => (text === undefined ? null : calendarDateOf(text));
  return { source, base: base ?? null, quote: quote ?? null, from: day(from), until: day(until) };
}
