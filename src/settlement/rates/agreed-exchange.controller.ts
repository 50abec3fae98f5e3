import { readFile } from 'node:fs/promises';
import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { getAgreement } from '../../agreements';
import {
  calendarDateOf,
  compare,
  exactText,
  type Fault,
  isCalendarDate,
  isCurrency,
  rational,
  ZERO,
} from '../../kernel';
import type { Actor } from '../../platform/auth/actor';
import { type AccordoRequest, Allow, By, InTx } from '../../platform/auth/allow';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { csvBody } from '../../platform/http/csv';
import { CurrencyField, DayField, DecimalField, IntegersField, TextField } from '../../platform/http/fields';
import { afterNumber, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { IdempotentWrites, keyOf } from '../../platform/idempotency/idempotent-writes';
import { Storage } from '../../platform/storage/storage';
import { AgreeRates, waitingMax } from './agree-rates';
import { listAgreedRates, type NewAgreedRate } from './agreed-rates.repository';
import { AgreedExchangesView, AgreedExchangeView, agreedExchangeView, AgreedRateParameters } from './agreed-rates.view';
import { readManual } from './readers/read-manual';

const kinds = ['exchange'] as const;
const fileBytesMax = 1024 * 1024;

export class AgreedExchangeBody {
  @CurrencyField({ description: 'one unit of it' }) readonly base!: string;
  @CurrencyField({ description: 'is so many of it' }) readonly quote!: string;
  @DayField({ description: 'the only day that it is of' }) readonly day!: string;
  @DecimalField({ example: '521.4' }) readonly rate!: string;
  @TextField({ max: 500, description: 'where it is from' }) readonly note!: string;
}

export class ConfirmationsBody {
  @IntegersField({ min: 1, max: 1_000_000_000, maxItems: waitingMax }) readonly numbers!: readonly number[];
}

/** Exchange rates that the parties of an agreement record themselves, where its terms say so. */
@ApiTags('rates')
@Controller('v1/agreements/:id/exchange-rates')
export class AgreedExchangeController {
  constructor(
    private readonly storage: Storage,
    private readonly database: Database,
    private readonly writes: IdempotentWrites,
    private readonly agreeRates: AgreeRates,
  ) {}

  @Post()
  @Allow({ kinds: ['label', 'platform'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'State an exchange rate of a day',
    description:
      'It is in force for that day once the other party confirms it. Refused with `agreement-not-concluded` or `limit-reached`.',
  })
  @ApiCreatedResponse({ type: AgreedExchangeView })
  async state(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: AgreedExchangeBody,
  ): Promise<AgreedExchangeView> {
    await getAgreement(tx, id);
    refuseWrong(body);
    const [row] = await this.agreeRates.state(tx, actor, id, [stated({ ...body, day: calendarDateOf(body.day) })]);
    return agreedExchangeView(row!);
  }

  @Post('imports')
  @OpensOwnTransactions()
  @Allow({ kinds: ['label', 'platform'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'State the exchange rates of many days as CSV',
    description:
      'UTF-8, with the columns day, base, quote, rate, note; at most 400 rates. Refused with `exchange-rates-unreadable` and every fault, `agreement-not-concluded` or `limit-reached`; then none is stated.',
  })
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiCreatedResponse({ type: AgreedExchangesView })
  async import(
    @By() actor: Actor,
    @Req() request: AccordoRequest,
    @Param('id', ParseUUIDPipe) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const key = keyOf(request);
    // Before anything is read of the file.
    await this.database.withTenant(actor, (tx) => getAgreement(tx, id), 'read');
    return this.storage.borrow(csvBody(request), fileBytesMax, async ({ path, sha256: content }) => {
      const bytes = await readFile(path);
      return this.writes.run({ actor, key, request, reply, content }, async (tx) => {
        const reading = readManual(bytes, { rowsMax: waitingMax });
        if ('faults' in reading) throw new DomainError('exchange-rates-unreadable', undefined, reading.faults);
        const rows = await this.agreeRates.state(tx, actor, id, reading.rates.map(stated));
        return { rows: rows.map(agreedExchangeView) };
      });
    });
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List exchange rates that an agreement’s parties stated' })
  @ApiOkResponse({ type: pageSchema(AgreedExchangeView) })
  async list(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<AgreedExchangeView>> {
    const after = afterNumber(cursor);
    await getAgreement(tx, id);
    const rows = await listAgreedRates(tx, id, kinds, { limit: limit + 1, after });
    return pageOf(rows, limit, agreedExchangeView, ({ number }) => [String(number)]);
  }

  @Post('confirmations')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['finance'], memberOnly: true, verified: true })
  @ApiOperation({
    summary: 'Confirm exchange rates that the other party stated',
    description: 'All of them or, where one cannot be, none: refused with `agreed-rate-state`.',
  })
  @ApiOkResponse({ type: AgreedExchangesView })
  async confirm(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { numbers }: ConfirmationsBody,
  ): Promise<AgreedExchangesView> {
    const rows: AgreedExchangeView[] = [];
    for (const number of numbers.toSorted((a, b) => a - b)) {
      rows.push(agreedExchangeView(await this.agreeRates.confirm(tx, actor, { agreementId: id, number, kinds })));
    }
    return { rows };
  }

  @Post(':number/withdrawal')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'Withdraw an exchange rate that you stated, before it is confirmed',
    description: 'Refused with `agreed-rate-state`.',
  })
  @ApiOkResponse({ type: AgreedExchangeView })
  async withdraw(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param() { id, number }: AgreedRateParameters,
  ): Promise<AgreedExchangeView> {
    return agreedExchangeView(await this.agreeRates.withdraw(tx, actor, { agreementId: id, number, kinds }));
  }
}

function stated({
  base,
  quote,
  day,
  rate,
  note,
}: Pick<NewAgreedRate, 'day' | 'rate'> & Pick<AgreedExchangeBody, 'base' | 'quote' | 'note'>): NewAgreedRate {
  return { kind: 'exchange', rate: exactText(rational(rate)), base, quote, day, basis: note };
}

function refuseWrong({ base, quote, day, rate }: AgreedExchangeBody): void {
  const faults: Fault[] = [];
  const add = (pointer: string, code: string, message: string): void => void faults.push({ pointer, code, message });
  for (const [name, code] of Object.entries({ base, quote })) {
    if (!isCurrency(code)) add(`/${name}`, 'field-in', 'must be an active ISO 4217 currency');
  }
  if (base === quote) add('/quote', 'field-in', 'must be another currency than base');
  if (!isCalendarDate(day)) add('/day', 'day-unknown', 'there is no such day');
  if (compare(rational(rate), ZERO) === 0) add('/rate', 'rate-malformed', 'must be above zero');
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
}
