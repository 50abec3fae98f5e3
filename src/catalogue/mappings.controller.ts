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
import { audit } from '../platform/audit/audit';
import { type Actor, actorName } from '../platform/auth/actor';
import { type AccordoRequest, Allow, By, InTx } from '../platform/auth/allow';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { ChoiceField, ObjectField, TextField } from '../platform/http/fields';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { fileBody, mediaTypeOf } from '../platform/http/streams';
import { OnlyReads, OpensOwnTransactions } from '../platform/http/transaction.interceptor';
import { type CatalogueMapping, delimiters, mappingFaults, mappingForms } from './mapping';
import { getMapping, insertMapping, listMappings, type SavedMapping } from './mappings.repository';
import { type MappingProposal, proposeFor } from './try-mapping';

export class CatalogueMappingColumns {
  @TextField({ description: 'name of the column that holds the ISRC' }) readonly isrc!: string;
  @TextField() readonly title!: string;
  @TextField() readonly artists!: string;
  @TextField({ optional: true }) readonly version?: string;
  @TextField({ optional: true, description: 'of seconds, M:SS or ISO 8601' }) readonly duration?: string;
  @TextField({ optional: true, description: 'of the title of its release; with `upc`' }) readonly release?: string;
  @TextField({ optional: true }) readonly upc?: string;
  @TextField({ optional: true }) readonly p_line?: string;
  @TextField({ optional: true }) readonly genre?: string;
  @TextField({ optional: true, description: 'of the recording that it is a version of; with `parent_kind`' })
  readonly parent_isrc?: string;
  @TextField({ optional: true }) readonly parent_kind?: string;
  @TextField({ optional: true }) readonly label?: string;
  @TextField({ optional: true, description: 'of the release; with `upc`' }) readonly catalogue_number?: string;
  @TextField({ optional: true, description: 'of the release; with `upc`' }) readonly release_date?: string;
  @TextField({ optional: true, description: 'of the performance: a tag like ru or pt-BR' }) readonly language?: string;
}

export class CatalogueMappingBody {
  @ChoiceField(mappingForms) readonly form!: CatalogueMapping['form'];
  @ChoiceField(delimiters, { optional: true, description: 'between cells of CSV; absent: a comma' })
  readonly delimiter?: CatalogueMapping['delimiter'];
  @ObjectField(() => CatalogueMappingColumns, {
    description: 'names as in the header; of JSON Lines keys or, with a leading slash, JSON pointers',
  })
  readonly columns!: CatalogueMappingColumns;
  @TextField({ max: 5, optional: true, description: 'between several artists in one cell; absent: |' })
  readonly artistsSeparator?: string;
}

export class NewCatalogueMappingBody {
  @TextField() readonly name!: string;
  @ObjectField(() => CatalogueMappingBody) readonly mapping!: CatalogueMappingBody;
}

export class CatalogueMappingView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty({ type: 'object', additionalProperties: true }) readonly mapping!: object;
  @ApiProperty() readonly madeBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly madeAt!: string;
}

export class CatalogueMappingProposalView {
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'to be completed and saved' })
  readonly mapping!: object;
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true }, description: 'what it lacks' })
  readonly missing!: readonly object[];
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'how the first rows read under it: accepted, rejected, faults; null while something is missing',
  })
  readonly dryRun!: object | null;
}

const mappingView = ({ madeAt, ...mapping }: SavedMapping): CatalogueMappingView => ({
  ...mapping,
  madeAt: madeAt.toISOString(),
});

/** How a label's own catalogue files are read. */
@ApiTags('catalogue')
@Controller('v1')
export class CatalogueMappingsController {
  constructor(private readonly clock: Clock) {}

  @Post('catalogue-mappings')
  @Allow({ kinds: ['label'], roles: ['catalogue'], verified: true })
  @ApiOperation({
    summary: 'Save which columns of your catalogue files hold what',
    description: 'A mapping never changes: make another one. Imports name it by its id.',
  })
  @ApiCreatedResponse({ type: CatalogueMappingView })
  async create(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Body() { name, mapping: body }: NewCatalogueMappingBody,
  ): Promise<CatalogueMappingView> {
    const { form, delimiter = ',', columns, artistsSeparator = '|' } = body;
    const mapping: CatalogueMapping = { form, delimiter, columns: { ...columns }, artistsSeparator };
    const faults = mappingFaults(mapping);
    if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
    const at = this.clock.now();
    const made = { name, mapping, madeBy: actorName(actor), madeAt: at };
    const saved = await insertMapping(tx, actor.organizationId, made);
    await audit(tx, actor, { action: 'catalogue-mapping.made', subjectId: saved.id, at });
    return mappingView(saved);
  }

  @Get('catalogue-mappings')
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'List your mappings of catalogue files, oldest first' })
  @ApiOkResponse({ type: pageSchema(CatalogueMappingView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<CatalogueMappingView>> {
    const rows = await listMappings(tx, limit + 1, afterInstant(cursor));
    return pageOf(rows, limit, mappingView, (row) => [row.madeAt.toISOString(), row.id]);
  }

  @Get('catalogue-mappings/:id')
  @Allow({ kinds: ['label'] })
  @ApiOperation({ summary: 'Show a mapping of catalogue files' })
  @ApiOkResponse({ type: CatalogueMappingView })
  async one(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<CatalogueMappingView> {
    return mappingView(await getMapping(tx, id));
  }

  /** Keeps nothing, so it needs no transaction. */
  @Post('catalogue-mapping-proposals')
  @HttpCode(200)
  @OpensOwnTransactions()
  @OnlyReads()
  @Allow({ kinds: ['label'], roles: ['catalogue'], verified: true })
  @ApiOperation({
    summary: 'Have a mapping proposed for a catalogue file, and tried on its rows',
    description: 'The file as the body; its first mebibyte is read. Nothing is kept. Refused with `import-unreadable`.',
  })
  @ApiConsumes('text/csv', 'application/x-ndjson')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiOkResponse({ type: CatalogueMappingProposalView })
  async propose(@Req() request: AccordoRequest): Promise<MappingProposal> {
    const body = fileBody(request, ['text/csv', 'application/x-ndjson']);
    return proposeFor(body, mediaTypeOf(request) === 'text/csv' ? 'csv' : 'json-lines');
  }
}
