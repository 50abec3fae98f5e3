import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Fault, isCalendarDate, isTerritory } from '../../kernel';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { afterNumber, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { BringTaxTable } from './bring-tax-table';
import { TaxTableBody } from './tax-table-body';
import { answerView, tableView, TaxAnswerView, TaxRuleQuery, TaxRuleView, TaxTableView } from './tax-rules.view';
import { listTaxTables, taxRulesFor } from './tax-tables.repository';

/** What tax law says, by the operator's tables: where the parties say nothing of their own, it is what a payment is taxed by. */
@ApiTags('rates')
@ApiExtraModels(TaxRuleView)
@Controller('v1')
export class TaxTablesController {
  constructor(private readonly bringTaxTable: BringTaxTable) {}

  @Post('tax-tables')
  @Allow({ kinds: ['operator'], roles: ['finance'], memberOnly: true })
  @ApiOperation({
    summary: 'Bring in a version of the tax table',
    description:
      'Whole: it takes the place of the one before once a second person has approved it, and holds for nothing until then. A rule is of some sellers’ and buyers’ countries, supplies and days; it has one case that is always so, several to choose from, or says what is missing.',
  })
  @ApiCreatedResponse({ type: TaxTableView })
  async bring(@By() actor: Actor, @InTx() tx: Tx, @Body() body: TaxTableBody): Promise<TaxTableView> {
    return tableView(await this.bringTaxTable.execute(tx, actor, body));
  }

  @Get('tax-tables')
  @Allow()
  @ApiOperation({
    summary: 'List the versions of the tax table',
    description: 'The approved ones; for the operator, all.',
  })
  @ApiOkResponse({ type: pageSchema(TaxTableView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<TaxTableView>> {
    const after = afterNumber(cursor);
    const rows = await listTaxTables(tx, { limit: limit + 1, after });
    return pageOf(rows, limit, tableView, ({ number }) => [String(number)]);
  }

  @Get('tax-rules')
  @Allow()
  @ApiOperation({
    summary: 'Ask the tax table in force',
    description:
      'For a seller and a buyer in these countries: VAT and who tells the state of it, what is withheld without and with a certificate, what that comes to where the payer bears it, each with law and article. What is not known is missing, and says what would have to be known. No legal advice.',
  })
  @ApiOkResponse({ type: TaxAnswerView })
  async ask(@InTx() tx: Tx, @Query() question: TaxRuleQuery): Promise<TaxAnswerView> {
    const faults = faultsOf(question);
    if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
    return answerView(await taxRulesFor(tx, question), question);
  }
}

function faultsOf({ seller, buyer, on }: TaxRuleQuery): Fault[] {
  const strangers = Object.entries({ seller, buyer }).filter(([, code]) => !isTerritory(code));
  return [
    ...strangers.map(([field, code]) => ({
      ...{ pointer: `/${field}`, code: 'field-country', message: `${code} is not in ISO 3166-1` },
    })),
    ...(isCalendarDate(on) ? [] : [{ pointer: '/on', code: 'day-unknown', message: 'there is no such day' }]),
  ];
}
