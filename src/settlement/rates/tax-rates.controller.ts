import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiExtraModels, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { getAgreement, getLiving } from '../../agreements';
import {
  calendarDateOf,
  compare,
  exactText,
  type Fault,
  isCalendarDate,
  isShare,
  ONE,
  rational,
  SUPPLIES,
  type Supply,
  type TaxName,
  versionOn,
} from '../../kernel';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { ChoiceField, DayField, DecimalField, TextField } from '../../platform/http/fields';
import { orNull } from '../../platform/http/or-null';
import { afterNumber, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { AgreeRates } from './agree-rates';
import { listAgreedRates } from './agreed-rates.repository';
import { AgreedRateParameters, TaxRateView, taxRateView } from './agreed-rates.view';
import { ratesIn, taxesOfDay } from '../tax/taxes-of-day';
import { SaidOfTaxView, saidView } from '../tax/tax-rules.view';

const kinds = ['withholding', 'vat'] as const;

export class TaxRateBody {
  @ChoiceField(kinds) readonly tax!: (typeof kinds)[number];
  @DecimalField({ description: 'a share of one, "0" where none is due; of withholding less than one', example: '0.15' })
  readonly rate!: string;
  @TextField({ max: 500, description: 'the law, treaty article or certificate that says so' })
  readonly source!: string;
  @DayField({ description: 'the first day that it is in force' }) readonly from!: string;
}

export class ObjectionBody {
  @TextField({ max: 2_000, description: 'what is wrong with it' }) readonly reason!: string;
}

export class TaxDayQuery {
  @DayField() readonly day!: string;
  @ChoiceField(SUPPLIES, { optional: true, description: 'what is taxed; absent: royalty, as a close asks' })
  readonly supply?: Supply;
}

export class TaxOfDayView {
  @ApiProperty({ example: '0.15' }) readonly rate!: string;
  @ApiProperty() readonly source!: string;
  @ApiProperty({
    enum: ['parties', 'table'],
    description: 'who says so: both parties, or the operator’s tax table where they say nothing',
  })
  readonly by!: string;
  @ApiProperty({ ...orNull(SaidOfTaxView), description: 'what the tax table says; null: none is in force' })
  readonly table!: SaidOfTaxView | null;
}

export class TaxesOfDayView {
  @ApiProperty({ type: TaxOfDayView }) readonly withholding!: TaxOfDayView;
  @ApiProperty({ type: TaxOfDayView }) readonly vat!: TaxOfDayView;
}

/** The rates of tax that a close needs: who bears them is in the terms, what they are the parties confirm to each other. */
@ApiTags('rates')
@ApiExtraModels(SaidOfTaxView)
@Controller('v1/agreements/:id/tax-rates')
export class TaxRatesController {
  constructor(private readonly agreeRates: AgreeRates) {}

  @Post()
  @Allow({ kinds: ['label', 'platform'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'State a rate of withholding tax or VAT, and by what it is so',
    description:
      'It is in force once the other party confirms it, or has neither confirmed nor contested it for 14 days; from its day on and until a later one. Refused with `agreement-not-concluded` or `limit-reached`.',
  })
  @ApiCreatedResponse({ type: TaxRateView })
  async state(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: TaxRateBody,
  ): Promise<TaxRateView> {
    await getAgreement(tx, id);
    refuseWrong(body);
    const { tax: kind, rate, source: basis, from } = body;
    const day = calendarDateOf(from);
    const stated = { kind, rate: exactText(rational(rate)), base: null, quote: null, day, basis };
    const [row] = await this.agreeRates.state(tx, actor, id, [stated]);
    return taxRateView(row!);
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List an agreement’s rates of tax, in the order they were stated' })
  @ApiOkResponse({ type: pageSchema(TaxRateView) })
  async list(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<TaxRateView>> {
    const after = afterNumber(cursor);
    await getAgreement(tx, id);
    const rows = await listAgreedRates(tx, id, kinds, { limit: limit + 1, after });
    return pageOf(rows, limit, taxRateView, ({ number }) => [String(number)]);
  }

  @Get('in-force')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Show the rates of tax of a day, as a close would use them',
    description:
      'With what the tax table says beside it, and whether that differs. Refused with `rates-missing`, naming each that is missing, and whose turn it is.',
  })
  @ApiOkResponse({ type: TaxesOfDayView })
  async inForce(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { day, supply = 'royalty' }: TaxDayQuery,
  ): Promise<TaxesOfDayView> {
    const agreement = await getAgreement(tx, id);
    if (!isCalendarDate(day)) throw new DomainError('request-invalid', undefined, [unknownDay('/day')]);
    const isSigned = agreement.concludedAt !== null;
    const { terms } = isSigned ? versionOn((await getLiving(tx, id)).life, day) : agreement;
    const on = { day, supply };
    const said = await taxesOfDay(tx, { id, taxes: terms.taxes }, on);
    const taxes = ratesIn(said, on);
    if ('missing' in taxes) throw new DomainError('rates-missing', undefined, taxes.missing);
    const view = (wanted: TaxName): TaxOfDayView => {
      const { rate, source } = taxes.found.facts[wanted];
      const { by, table } = said.find(({ tax }) => tax === wanted)!;
      return { rate, source, by: by ?? 'parties', table: table === undefined ? null : saidView(table, rate) };
    };
    return { withholding: view('withholding'), vat: view('vat') };
  }

  @Post(':number/confirmation')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['finance'], memberOnly: true, verified: true })
  @ApiOperation({
    summary: 'Confirm a rate of tax that the other party stated',
    description: 'Closes from now on use it. Refused with `agreed-rate-state`.',
  })
  @ApiOkResponse({ type: TaxRateView })
  async confirm(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param() { id, number }: AgreedRateParameters,
  ): Promise<TaxRateView> {
    return taxRateView(await this.agreeRates.confirm(tx, actor, { agreementId: id, number, kinds }));
  }

  @Post(':number/objection')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'Contest a rate of tax that the other party stated',
    description:
      'It is never in force then. State the one that you hold to be right. Refused with `agreed-rate-state`.',
  })
  @ApiOkResponse({ type: TaxRateView })
  async contest(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param() { id, number }: AgreedRateParameters,
    @Body() { reason }: ObjectionBody,
  ): Promise<TaxRateView> {
    return taxRateView(await this.agreeRates.contest(tx, actor, { agreementId: id, number, kinds }, reason));
  }

  @Post(':number/withdrawal')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'Withdraw a rate of tax that you stated, before it is confirmed',
    description: 'Refused with `agreed-rate-state`.',
  })
  @ApiOkResponse({ type: TaxRateView })
  async withdraw(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param() { id, number }: AgreedRateParameters,
  ): Promise<TaxRateView> {
    return taxRateView(await this.agreeRates.withdraw(tx, actor, { agreementId: id, number, kinds }));
  }
}

const unknownDay = (pointer: string): Fault => ({ pointer, code: 'day-unknown', message: 'there is no such day' });

function refuseWrong({ tax, rate, from }: TaxRateBody): void {
  const faults: Fault[] = [];
  if (!isShare(rate)) faults.push({ pointer: '/rate', code: 'rate-too-high', message: 'must be a share of one' });
  else if (tax === 'withholding' && compare(rational(rate), ONE) === 0) {
    faults.push({ pointer: '/rate', code: 'rate-too-high', message: 'must be less than one' });
  }
  if (!isCalendarDate(from)) faults.push(unknownDay('/from'));
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
}
