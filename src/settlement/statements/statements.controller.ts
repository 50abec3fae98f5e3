import {
  Body,
  Controller,
  Get,
  Header,
  Headers,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Post,
  Query,
  type StreamableFile,
} from '@nestjs/common';
import { ApiAcceptedResponse, ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { csvFile, wantsCsv } from '../../platform/http/csv';
import { ChoiceField, IdField } from '../../platform/http/fields';
import { afterInstant, afterNumber, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { OperationView, operationView } from '../../platform/operations/operations.controller';
import { breakageAfter, breakageCsv, BreakageLineView, breakageLineView } from './breakage-lines';
import { getStatementOrDraft } from './drafts/drafted';
import { csvOfLines, type Reading } from './formats/lines-csv';
import { headerById, listStatements, type StatementState, statementStates } from './life/statement-states';
import { StatedLineView, statedLineView } from './line-view';
import { linesAfter } from './lines.repository';
import { CloseBody, RequestClose } from './request-close';
import { InputsView, statementInputs } from './statement-inputs';
import {
  StatedBreakageView,
  StatementDetailView,
  statementDetailView,
  StatementView,
  statementView,
} from './statement-view';
import { fileNameOf } from './statements.repository';
import { KeptReadings } from '../../usage';

export class StatementsQuery extends PageQuery {
  @IdField({ optional: true, description: 'only the statements of this agreement' })
  readonly agreementId?: string;

  @ChoiceField(statementStates, { optional: true, description: 'only those in this state; absent: all' })
  readonly state?: StatementState;
}

export class LinesQuery extends PageQuery {
  @ChoiceField(['json', 'csv'], {
    optional: true,
    description: 'csv: all lines at once; `Accept: text/csv` asks for the same',
  })
  readonly format?: 'json' | 'csv';
}

@ApiTags('statements')
@ApiExtraModels(StatedBreakageView)
@Controller('v1')
export class StatementsController {
  constructor(
    private readonly database: Database,
    private readonly requestClose: RequestClose,
    private readonly readings: KeptReadings,
  ) {}

  @Post('agreements/:id/closes')
  @HttpCode(202)
  @Allow({ kinds: ['label'], roles: ['finance'] })
  @ApiOperation({
    summary: 'Close a reporting period: rate its usage and draft its statement',
    description:
      'Follow the operation; its result names the draft, whose `approvalId` a second person of finance decides: approved, it is issued, booked and invoiced in that moment. What changed meanwhile makes another draft when the period is closed again. Refused with `agreement-not-concluded`, `period-already-closed`, or `period-not-closable`: the period must have ended, earlier ones be closed, and the reports of its months be there and read. The operation fails with `rates-missing` where the terms ask for rates that are not there.',
  })
  @ApiAcceptedResponse({ type: OperationView })
  async close(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: CloseBody,
  ): Promise<OperationView> {
    return operationView(await this.requestClose.execute(tx, actor, id, body));
  }

  @Get('statements')
  @Allow({ kinds: ['label', 'platform', 'auditor'] })
  @ApiOperation({ summary: 'List the statements that you give or get, drafts too, oldest first' })
  @ApiOkResponse({ type: pageSchema(StatementView) })
  async list(
    @InTx() tx: Tx,
    @Query() { limit, cursor, agreementId, state }: StatementsQuery,
  ): Promise<Page<StatementView>> {
    const after = afterInstant(cursor);
    const wanted = { agreementId: agreementId ?? null, state: state ?? null };
    const rows = await listStatements(tx, { limit: limit + 1, after, ...wanted });
    return pageOf(rows, limit, statementView, (row) => [row.at.toISOString(), row.id]);
  }

  @Get('statements/:id')
  @Allow({ kinds: ['label', 'platform', 'auditor'] })
  @ApiOperation({ summary: 'Show a statement: what was earned, recouped and is payable' })
  @ApiOkResponse({ type: StatementDetailView })
  async get(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<StatementDetailView> {
    return statementDetailView(await getStatementOrDraft(tx, id), await headerById(tx, id));
  }

  @Get('statements/:id/clause-lines')
  @Allow({ kinds: ['label', 'platform', 'auditor'] })
  @ApiOperation({
    summary: 'Download a statement’s canonical clause lines',
    description: 'Byte for byte what the statement’s SHA-256 is over.',
  })
  @Header('content-type', 'application/x-ndjson; charset=utf-8')
  @ApiOkResponse({ content: { 'application/x-ndjson': { schema: { type: 'string' } } } })
  async clauseLines(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<string> {
    return (await getStatementOrDraft(tx, id)).clause_lines;
  }

  @Get('statements/:id/inputs')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Get what went into a statement, to rate it again',
    description: 'As the files that `accordo rate` takes: it gives the same bytes.',
  })
  @ApiOkResponse({ type: InputsView })
  async inputs(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<InputsView> {
    return statementInputs(tx, this.readings, await getStatementOrDraft(tx, id));
  }

  @Get('statements/:id/lines')
  @OpensOwnTransactions()
  @Allow({ kinds: ['label', 'platform', 'auditor'] })
  @ApiOperation({
    summary: 'List a statement’s lines: a page of JSON, or all of them as CSV',
    description: 'A line per recording, territory, use and service.',
  })
  @ApiOkResponse({ type: pageSchema(StatedLineView) })
  async lines(
    @By() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor, format }: LinesQuery,
    @Headers('accept') accept?: string,
  ): Promise<Page<StatedLineView> | StreamableFile> {
    if (wantsCsv(format, accept)) return this.csv(actor, id);
    const after = afterNumber(cursor);
    return this.database.withTenant(
      actor,
      async (tx) => {
        const statement = await getStatementOrDraft(tx, id);
        const rows = await linesAfter(tx, statement, after, limit + 1);
        return pageOf(
          rows,
          limit,
          (row) => statedLineView(row, statement),
          (row) => [String(row.line)],
        );
      },
      'read',
    );
  }

  @Get('statements/:id/breakage')
  @OpensOwnTransactions()
  @Allow({ kinds: ['label', 'platform', 'auditor'] })
  @ApiOperation({
    summary: 'List a statement’s breakage by recordings, as JSON or CSV',
    description:
      'A page of JSON, or all of it as CSV. What was paid beforehand and lapsed in the period, by the key of the terms; booked once, as a whole, and payable to nobody again. Empty where nothing lapsed, or the terms allocate nothing.',
  })
  @ApiOkResponse({ type: pageSchema(BreakageLineView) })
  async breakage(
    @By() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor, format }: LinesQuery,
    @Headers('accept') accept?: string,
  ): Promise<Page<BreakageLineView> | StreamableFile> {
    const read: Reading = (work) => this.database.withTenant(actor, work, 'read');
    const statement = await read((tx) => getStatementOrDraft(tx, id));
    if (wantsCsv(format, accept)) return csvFile(`${fileNameOf(statement)}.breakage`, breakageCsv(read, statement));
    const after = afterNumber(cursor);
    const rows = await read((tx) => breakageAfter(tx, statement, after, limit + 1));
    return pageOf(
      rows,
      limit,
      (row) => breakageLineView(row, statement),
      (row) => [String(row.line)],
    );
  }

  private async csv(actor: Actor, id: string): Promise<StreamableFile> {
    const read: Reading = (work) => this.database.withTenant(actor, work, 'read');
    const statement = await read((tx) => getStatementOrDraft(tx, id));
    return csvFile(fileNameOf(statement), csvOfLines(read, statement));
  }
}
