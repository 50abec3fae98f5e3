import { Controller, Get, Param, ParseUUIDPipe, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../../platform/auth/actor';
import { type AccordoRequest, Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { afterInstant, afterNumber, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { fileBody } from '../../platform/http/streams';
import { OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { IdempotentWrites, keyOf } from '../../platform/idempotency/idempotent-writes';
import { Storage } from '../../platform/storage/storage';
import { AmountView, amountView } from '../amount-view';
import { findBankAccount } from './accounts/bank-accounts.repository';
import { type BankFile, findFile, listFiles, listStatements, type StatementInRow } from './bank-files.repository';
import { bankFileBytesMax } from './reading/read-bank-file';
import { TakeBankFile } from './take-bank-file';

export class BankFileView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ enum: ['statement', 'notification', 'payment-status'] }) readonly kind!: string;
  @ApiProperty({ description: 'the bank’s' }) readonly messageId!: string;
  @ApiProperty() readonly sha256!: string;
  @ApiProperty({ type: 'integer' }) readonly bytes!: number;
  @ApiProperty() readonly broughtBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly broughtAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'null: it is being worked on' })
  readonly readAt!: string | null;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    nullable: true,
    example: { matched: 3, 'on-suspense': 1, 'payout-confirmed': 2 },
    description: 'how many entries, or payments of a file, came to what',
  })
  readonly outcome!: Readonly<Record<string, number>> | null;
}

export class BankStatementView {
  @ApiProperty({ format: 'uuid' }) readonly fileId!: string;
  @ApiProperty({ description: 'the bank’s' }) readonly statementId!: string;
  @ApiProperty({ type: 'integer' }) readonly page!: number;
  @ApiProperty({ type: String, nullable: true }) readonly sequence!: string | null;
  @ApiProperty({ format: 'date' }) readonly openedOn!: string;
  @ApiProperty({ format: 'date' }) readonly closedOn!: string;
  @ApiProperty({ type: AmountView, description: 'negative: overdrawn' }) readonly opening!: AmountView;
  @ApiProperty({ type: AmountView }) readonly credits!: AmountView;
  @ApiProperty({ type: AmountView }) readonly debits!: AmountView;
  @ApiProperty({ type: AmountView }) readonly closing!: AmountView;
  @ApiProperty({ type: 'integer' }) readonly entries!: number;
  @ApiProperty({
    description: 'it does not open with what the one before closed with: a statement between them is missing',
  })
  readonly gapBefore!: boolean;
}

const types = ['application/xml', 'text/xml', 'application/octet-stream'];

/** What banks say: statements (camt.053), notifications (camt.054) and answers to files of payments (pain.002). */
@ApiTags('bank')
@Controller('v1/bank')
export class BankFilesController {
  constructor(
    private readonly storage: Storage,
    private readonly writes: IdempotentWrites,
    private readonly takeFile: TakeBankFile,
  ) {}

  /** The file is kept first, as evidence; it is read before a transaction opens. */
  @Post('files')
  @OpensOwnTransactions()
  @Allow({ kinds: ['operator'], roles: ['finance'] })
  @ApiOperation({
    summary: 'Bring a file that a bank gave',
    description:
      'camt.053, camt.054 or pain.002 of any version, at most 32 MiB; in any order, and as often as you like: the same file is taken once. Each entry of a statement is a receipt once. Refused with `bank-file-unreadable` and its place, `bank-account-unknown` or `bank-message-repeated`; then nothing is in.',
  })
  @ApiConsumes(...types)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiCreatedResponse({ type: BankFileView })
  async bring(
    @By() actor: Actor,
    @Req() request: AccordoRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const key = keyOf(request);
    const file = await this.storage.store(
      fileBody(request, types, 'send the file as application/xml'),
      bankFileBytesMax,
    );
    const message = await this.takeFile.read(file.sha256);
    return this.writes.run({ actor, key, request, reply, content: file.sha256 }, async (tx) =>
      fileView(await this.takeFile.keep(tx, actor, file, message)),
    );
  }

  @Get('files')
  @Allow({ kinds: ['operator'], roles: ['finance', 'reader'] })
  @ApiOperation({ summary: 'List files from banks, latest first' })
  @ApiOkResponse({ type: pageSchema(BankFileView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<BankFileView>> {
    const rows = await listFiles(tx, limit + 1, afterInstant(cursor));
    return pageOf(rows, limit, fileView, (row) => [row.brought_at.toISOString(), row.id]);
  }

  @Get('files/:id')
  @Allow({ kinds: ['operator'], roles: ['finance', 'reader'] })
  @ApiOperation({ summary: 'Show a file from a bank and what came of it' })
  @ApiOkResponse({ type: BankFileView })
  async get(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<BankFileView> {
    return fileView(await found(tx, id));
  }

  @Get('files/:id/content')
  @Allow({ kinds: ['operator'], roles: ['finance'] })
  @ApiOperation({ summary: 'Download a file from a bank as it came' })
  @ApiOkResponse({ content: { 'application/xml': { schema: { type: 'string', format: 'binary' } } } })
  async content(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<StreamableFile> {
    const { file_sha256: sha256 } = await found(tx, id);
    const disposition = `attachment; filename="bank-${id}.xml"`;
    return new StreamableFile(this.storage.read(sha256), { type: 'application/xml', disposition });
  }

  @Get('accounts/:id/statements')
  @Allow({ kinds: ['operator'], roles: ['finance', 'reader'] })
  @ApiOperation({ summary: 'List the statements of an account and what is missing' })
  @ApiOkResponse({ type: pageSchema(BankStatementView) })
  async statements(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<BankStatementView>> {
    if ((await findBankAccount(tx, id)) === undefined) throw new DomainError('not-found');
    const offset = afterNumber(cursor);
    const rows = await listStatements(tx, id, { limit: limit + 1, offset });
    return pageOf(rows, limit, statementView, () => [String(offset + limit)]);
  }
}

async function found(tx: Tx, id: string): Promise<BankFile> {
  const file = await findFile(tx, id);
  if (file === undefined) throw new DomainError('not-found');
  return file;
}

const fileView = (file: BankFile): BankFileView => ({
  ...{ id: file.id, kind: file.kind, messageId: file.message_id, sha256: file.file_sha256, bytes: Number(file.bytes) },
  ...{ broughtBy: file.brought_by, broughtAt: file.brought_at.toISOString() },
  ...{ readAt: file.read_at?.toISOString() ?? null, outcome: file.outcome },
});

const statementView = (row: StatementInRow): BankStatementView => {
  const shown = (minor: bigint): AmountView => amountView(minor, row.currency);
  return {
    ...{ fileId: row.file_id, statementId: row.statement_id, page: row.page, sequence: row.sequence },
    ...{ openedOn: row.opened_on, closedOn: row.closed_on, opening: shown(row.opening_minor) },
    ...{ credits: shown(row.credits_minor), debits: shown(row.debits_minor), closing: shown(row.closing_minor) },
    ...{ entries: row.entries, gapBefore: row.before_minor !== null && row.before_minor !== row.opening_minor },
  };
};
