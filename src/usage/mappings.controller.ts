import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query, Req } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import { calendarDateOf, daysOf, monthPeriod } from '../kernel';
import { type Actor, actorName } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { type AccordoRequest, Allow, By, InTx } from '../platform/auth/allow';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError, type Fault } from '../platform/errors/domain-error';
import { ChoiceField, JsonField, MonthField, ObjectField, TextField } from '../platform/http/fields';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { isStream } from '../platform/http/streams';
import { Storage } from '../platform/storage/storage';
import { OnlyReads, OpensOwnTransactions } from '../platform/http/transaction.interceptor';
import { dateForms } from './engine/delimited-layout';
import { parquetType } from './file-kind';
import { firstLines } from './first-lines';
import { type Mapping, mappingFaults, tableForms } from './mapping';
import { getMapping, insertMapping, listMappings, type SavedMapping } from './mappings.repository';
import { type DryRun, dryRun } from './dry-run';
import { checkParquet, parquetRows } from './parquet/parquet-rows';
import { ParquetUnreadable } from './parquet/unreadable';
import { proposeForParquet, proposeMapping } from './propose-mapping';
import { asRefusal } from './report-text';

export class MappingColumns {
  @TextField({ description: 'name of the column that holds the ISRC' }) readonly isrc!: string;
  @TextField({ description: 'of units used' }) readonly quantity!: string;
  @TextField({ optional: true, description: 'of units given back' }) readonly returns?: string;
  @TextField({ optional: true, description: 'of the day; absent: every line is of the month’s first day' })
  readonly day?: string;
  @TextField({ optional: true }) readonly territory?: string;
  @TextField({ optional: true, description: 'of the DDEX use type' }) readonly use?: string;
  @TextField({ optional: true, description: 'of the DDEX commercial model' }) readonly model?: string;
  @TextField({ optional: true, description: 'of what was sold on the line, net of returns, in `currency`' })
  readonly sales?: string;
  @TextField({
    optional: true,
    description:
      'of what the line calls the recording; with `artist`: what no agreement covers is compared with the catalogue by it',
  })
  readonly title?: string;
  @TextField({ optional: true, description: 'of its artist' }) readonly artist?: string;
  @TextField({ optional: true, description: 'of how long it is: seconds, M:SS or ISO 8601' })
  readonly duration?: string;
}

export class MappingConstants {
  @TextField({ optional: true, example: 'KZ' }) readonly territory?: string;
  @TextField({ optional: true, example: 'OnDemandStream' }) readonly use?: string;
  @TextField({ optional: true, example: 'SubscriptionModel' }) readonly model?: string;
}

export class MappingBody {
  @ChoiceField(tableForms, {
    description:
      'what is between cells; `json-lines`: every line is an object, and columns are its keys or, with a leading slash, JSON pointers; `parquet`: the file is Parquet, and columns are its own or, with a leading slash, those within groups',
  })
  readonly delimiter!: Mapping['delimiter'];
  @ObjectField(() => MappingColumns) readonly columns!: MappingColumns;
  @ObjectField(() => MappingConstants, { optional: true, description: 'what is the same for all lines' })
  readonly constants?: MappingConstants;
  @JsonField({
    optional: true,
    description: 'by territory, use and model: from what is written to codes of ISO 3166-1 and DDEX',
  })
  readonly translations?: Mapping['translations'];
  @ChoiceField(dateForms, { optional: true }) readonly dates?: Mapping['dates'];
  @ChoiceField(['.', ','], { optional: true, description: 'the decimal sign; the other one groups thousands' })
  readonly decimal?: '.' | ',';
  @TextField({ optional: true, example: 'USD', description: 'of the column of sales' })
  readonly currency?: string;
}

export class NewMappingBody {
  @TextField() readonly name!: string;
  @ObjectField(() => MappingBody) readonly mapping!: MappingBody;
}

export class MappingView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty({ type: 'object', additionalProperties: true }) readonly mapping!: object;
  @ApiProperty() readonly madeBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly madeAt!: string;
}

export class ProposalQuery {
  @MonthField({ description: 'the month that the file is of' }) readonly month!: string;
}

export class ProposalView {
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'to be completed and saved' })
  readonly mapping!: object;
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true }, description: 'what it lacks' })
  readonly missing!: readonly object[];
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description:
      'how the first lines read under it: accepted, rejected, faults, units; null while something is missing',
  })
  readonly dryRun!: DryRun | null;
}

const mappingView = ({ madeAt, ...mapping }: SavedMapping): MappingView => ({
  ...mapping,
  madeAt: madeAt.toISOString(),
});

const sampleBytes = 1024 * 1024;
const sampleLines = 1000;
/** A Parquet file says at its end what it is: it is looked at as a whole. */
const parquetBytesMax = 64 * 1024 * 1024;

/** How a platform's own tables of usage are read. */
@ApiTags('usage')
@Controller('v1')
export class MappingsController {
  constructor(
    private readonly clock: Clock,
    private readonly storage: Storage,
  ) {}

  @Post('usage-mappings')
  @Allow({ kinds: ['platform'], roles: ['usage'], verified: true })
  @ApiOperation({
    summary: 'Save how your tables of usage are to be read',
    description: 'A mapping never changes: make another one. Reports name it by its id.',
  })
  @ApiCreatedResponse({ type: MappingView })
  async create(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Body() { name, mapping: body }: NewMappingBody,
  ): Promise<MappingView> {
    const mapping = mappingOf(body);
    const faults = mappingFaults(mapping);
    if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
    const at = this.clock.now();
    const saved = await insertMapping(tx, actor.organizationId, {
      name,
      mapping,
      madeBy: actorName(actor),
      madeAt: at,
    });
    await audit(tx, actor, { action: 'usage-mapping.made', subjectId: saved.id, at });
    return mappingView(saved);
  }

  @Get('usage-mappings')
  @Allow({ kinds: ['platform'] })
  @ApiOperation({ summary: 'List your mappings, oldest first' })
  @ApiOkResponse({ type: pageSchema(MappingView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<MappingView>> {
    const rows = await listMappings(tx, limit + 1, afterInstant(cursor));
    return pageOf(rows, limit, mappingView, (row) => [row.madeAt.toISOString(), row.id]);
  }

  @Get('usage-mappings/:id')
  @Allow({ kinds: ['platform'] })
  @ApiOperation({ summary: 'Show a mapping' })
  @ApiOkResponse({ type: MappingView })
  async one(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<MappingView> {
    return mappingView(await getMapping(tx, id));
  }

  /** Keeps nothing, so it needs no transaction. */
  @Post('usage-mapping-proposals')
  @HttpCode(200)
  @OpensOwnTransactions()
  @OnlyReads()
  @Allow({ kinds: ['platform'], roles: ['usage'], verified: true })
  @ApiOperation({
    summary: 'Have a mapping proposed for a table, and tried on its first lines',
    description:
      'The table as the body; its first mebibyte is read, of Parquet the file, up to 64 MiB. Nothing is kept.',
  })
  @ApiConsumes('text/csv', 'text/tab-separated-values', 'text/plain', 'application/x-ndjson', parquetType)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiOkResponse({ type: ProposalView })
  async propose(@Query() { month }: ProposalQuery, @Req() { body, headers }: AccordoRequest): Promise<ProposalView> {
    if (!isStream(body)) throw new DomainError('content-type-unsupported');
    const isParquet = String(headers['content-type']).toLowerCase().startsWith(parquetType);
    const { lines, mapping, unfit } = isParquet ? await this.ofParquet(body) : await ofLines(body);
    if (mapping === undefined) {
      const fault = { pointer: '/lines/1', code: 'header-unreadable', message: 'the first line is no header' };
      throw new DomainError('report-unreadable', undefined, [fault]);
    }
    const missing = [...mappingFaults(mapping), ...unfit];
    const period = { from: calendarDateOf(`${month}-01`), days: daysOf(monthPeriod(month)) };
    return { mapping, missing, dryRun: missing.length > 0 ? null : dryRun(mapping, lines, period) };
  }

  private async ofParquet(body: AsyncIterable<Buffer>): Promise<Proposal> {
    return this.storage.borrow(body, parquetBytesMax, async ({ path }) => {
      try {
        const forms = { dates: 'YYYY-MM-DD', decimal: '.' } as const;
        const rows = parquetRows(path, { isWhole: true, rowsMax: sampleLines, forms });
        const lines = await firstLines(rows, sampleBytes);
        const mapping = proposeForParquet(lines);
        return { lines, mapping, unfit: mapping === undefined ? [] : await unfitColumns(path, mapping) };
      } catch (error) {
        throw asRefusal(error);
      }
    });
  }
}

interface Proposal {
  readonly lines: readonly Buffer[];
  readonly mapping: Mapping | undefined;
  /** Columns of Parquet whose type does not hold what they would be taken for. */
  readonly unfit: readonly Fault[];
}

async function ofLines(body: AsyncIterable<Buffer>): Promise<Proposal> {
  const lines = await firstLines(body, sampleBytes, sampleLines + 1);
  return { lines, mapping: proposeMapping(lines), unfit: [] };
}

/** None where they all do. */
async function unfitColumns(path: string, { columns }: Mapping): Promise<Fault[]> {
  try {
    await checkParquet(path, columns);
    return [];
  } catch (error) {
    if (!(error instanceof ParquetUnreadable)) throw error;
    return error.faults.map((fault) => ({ pointer: '/mapping/columns', ...fault }));
  }
}

const mappingOf = (body: MappingBody): Mapping => ({
  delimiter: body.delimiter,
  columns: { ...body.columns },
  constants: { ...body.constants },
  translations: body.translations ?? {},
  dates: body.dates ?? 'YYYY-MM-DD',
  decimal: body.decimal ?? '.',
  ...(body.currency === undefined ? {} : { currency: body.currency }),
});
