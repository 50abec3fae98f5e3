import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { IdField, TextField } from '../../platform/http/fields';
import { afterInstant, fromCursor, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { type FilePlace, Places } from '../../platform/places/file-place';
import { getMapping } from '../mappings.repository';
import { checkParties } from '../receive-report';
import {
  closeInbox,
  getInbox,
  type Inbox,
  type InboxFile,
  insertInbox,
  listInboxes,
  listInboxFiles,
} from './inboxes.repository';

export class NewInboxBody {
  @TextField() readonly name!: string;
  @IdField({
    optional: true,
    description: 'of a box for tables: how they are read; then it needs the two below as well',
  })
  readonly mappingId?: string;
  @IdField({ optional: true, description: 'of a box for tables: the label whose recordings were used' })
  readonly labelId?: string;
  @IdField({ optional: true, description: 'of a box for tables: your service that used them' })
  readonly serviceId?: string;
}

const id = { type: String, format: 'uuid', nullable: true } as const;
const instant = { type: String, format: 'date-time', nullable: true } as const;

export class InboxView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty({ ...id, description: 'null: for DSR files' }) readonly mappingId!: string | null;
  @ApiProperty(id) readonly labelId!: string | null;
  @ApiProperty(id) readonly serviceId!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'where files are put: an address of S3, or a folder below the one that the installation shows its senders; null where it has no place any more',
  })
  readonly address!: string | null;
  @ApiProperty() readonly madeBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly madeAt!: string;
  @ApiProperty({ ...instant, description: 'from when on nothing is taken' }) readonly closedAt!: string | null;
}

export class InboxFileView {
  @ApiProperty() readonly name!: string;
  @ApiProperty({ format: 'date-time' }) readonly takenAt!: string;
  @ApiProperty({ enum: ['received', 'refused'] }) readonly state!: string;
  @ApiProperty(id) readonly reportId!: string | null;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'problem details' })
  readonly refusal!: object | null;
  @ApiProperty({ ...instant, description: 'when all there is to say had been put out' })
  readonly answeredAt!: string | null;
}

const fileView = ({ name, taken_at, report_id, refusal, answered_at }: InboxFile): InboxFileView => ({
  name,
  takenAt: taken_at.toISOString(),
  state: report_id === null ? 'refused' : 'received',
  reportId: report_id,
  refusal,
  answeredAt: answered_at?.toISOString() ?? null,
});

/** Where a sender puts reports down in place of uploading them. */
@ApiTags('usage')
@Controller('v1/usage-inboxes')
export class InboxesController {
  constructor(
    private readonly clock: Clock,
    private readonly places: Places,
  ) {}

  @Post()
  @Allow({ kinds: ['platform'], roles: ['usage'], verified: true })
  @ApiOperation({
    summary: 'Open an inbox that reports are taken from',
    description:
      'A folder, or a prefix of S3. A file `x` is taken once there is also `x.done`, which is empty or says what the name does not (docs/usage-inbox.md). What becomes of it is put beside it in `out`. Refused with `inbox-not-configured` where the installation has no such place, with `report-party-unknown`, `not-found` or `limit-reached`.',
  })
  @ApiCreatedResponse({ type: InboxView })
  async open(@By() actor: Actor, @InTx() tx: Tx, @Body() body: NewInboxBody): Promise<InboxView> {
    const { place } = this.places;
    const { name, mappingId, labelId, serviceId } = body;
    refuseHalf(body);
    if (mappingId !== undefined) {
      await getMapping(tx, mappingId);
      await checkParties(tx, actor.organizationId, { labelId: labelId!, serviceId: serviceId! });
    }
    if (place === undefined) throw new DomainError('inbox-not-configured');
    const at = this.clock.now();
    const inbox = await insertInbox(tx, {
      organization_id: actor.organizationId,
      name,
      mapping_id: mappingId ?? null,
      label_id: labelId ?? null,
      service_id: serviceId ?? null,
      made_by: actorName(actor),
      made_at: at,
    });
    await audit(tx, actor, { action: 'usage-inbox.opened', subjectId: inbox.id, at });
    // A folder without its row is empty and harmless.
    await place.prepare(inbox.id);
    return inboxView(inbox, place);
  }

  @Get()
  @Allow({ kinds: ['platform'] })
  @ApiOperation({ summary: 'List your inboxes, oldest first' })
  @ApiOkResponse({ type: pageSchema(InboxView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<InboxView>> {
    const rows = await listInboxes(tx, limit + 1, afterInstant(cursor));
    const view = (inbox: Inbox): InboxView => inboxView(inbox, this.places.place);
    return pageOf(rows, limit, view, (row) => [row.made_at.toISOString(), row.id]);
  }

  @Get(':id')
  @Allow({ kinds: ['platform'] })
  @ApiOperation({ summary: 'Show an inbox' })
  @ApiOkResponse({ type: InboxView })
  async one(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<InboxView> {
    return inboxView(await getInbox(tx, id), this.places.place);
  }

  @Get(':id/files')
  @Allow({ kinds: ['platform'] })
  @ApiOperation({ summary: 'List what was taken from an inbox, and what became of it' })
  @ApiOkResponse({ type: pageSchema(InboxFileView) })
  async files(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<InboxFileView>> {
    await getInbox(tx, id);
    const passed = Number(fromCursor(cursor, [/^\d{1,12}$/])?.[0] ?? 0);
    const rows = await listInboxFiles(tx, id, limit + 1, passed);
    return pageOf(rows, limit, fileView, () => [String(passed + limit)]);
  }

  @Post(':id/closing')
  @HttpCode(200)
  @Allow({ kinds: ['platform'], roles: ['usage'], verified: true })
  @ApiOperation({
    summary: 'Close an inbox: nothing is taken from it any more',
    description: 'What was taken is still answered there. Asked again, it answers the same.',
  })
  @ApiOkResponse({ type: InboxView })
  async close(@By() actor: Actor, @InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<InboxView> {
    await getInbox(tx, id);
    const at = this.clock.now();
    if ((await closeInbox(tx, id, at)) > 0) await audit(tx, actor, { action: 'usage-inbox.closed', subjectId: id, at });
    return inboxView(await getInbox(tx, id), this.places.place);
  }
}

/** A box is for tables, all told, or for DSR files. */
function refuseHalf(body: NewInboxBody): void {
  const names = ['mappingId', 'labelId', 'serviceId'] as const;
  const missing = names.filter((name) => body[name] === undefined);
  if (missing.length === 0 || missing.length === names.length) return;
  const message = 'a box for tables needs mapping, label and service; one for DSR files needs none of them';
  throw new DomainError(
    'request-invalid',
    undefined,
    missing.map((name) => ({ pointer: `/${name}`, code: 'field-required', message })),
  );
}

const inboxView = (inbox: Inbox, place: FilePlace | undefined): InboxView => ({
  id: inbox.id,
  name: inbox.name,
  mappingId: inbox.mapping_id,
  labelId: inbox.label_id,
  serviceId: inbox.service_id,
  address: place?.address(inbox.id) ?? null,
  madeBy: inbox.made_by,
  madeAt: inbox.made_at.toISOString(),
  closedAt: inbox.closed_at?.toISOString() ?? null,
});
