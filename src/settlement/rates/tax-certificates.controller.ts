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
import { getAgreement, getLiving, getLivingForUpdate, type LivingAgreement } from '../../agreements';
import { dayInZone, type Fault, firstTerms, isMonth, monthAfter, monthPeriod, type Terms } from '../../kernel';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { type AccordoRequest, Allow, By, InTx } from '../../platform/auth/allow';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { MonthField, TextField } from '../../platform/http/fields';
import { pdfType, storedPdf } from '../../platform/http/pdf-body';
import { OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { IdempotentWrites, keyOf } from '../../platform/idempotency/idempotent-writes';
import { publish } from '../../platform/outbox/outbox';
import { type StoredFile, Storage } from '../../platform/storage/storage';
import { AmountView } from '../amount-view';
import { AgreedRateParameters } from './agreed-rates.view';
import {
  certificateDueOf,
  findCertificate,
  insertCertificate,
  listCertificates,
  type TaxCertificate,
  type Uncertified,
  uncertifiedMonths,
} from './tax-certificates.repository';

const bytesMax = 8 * 1024 * 1024;

export class CertificateQuery {
  @MonthField({ description: 'the first month that it is about', example: '2026-01' }) readonly from!: string;
  @MonthField({ description: 'the last month that it is about, which is over', example: '2026-03' })
  readonly to!: string;
  @TextField({ max: 200, description: 'what the authority calls it' }) readonly reference!: string;
}

export class TaxCertificateView {
  @ApiProperty({ type: 'integer', description: 'within the agreement' }) readonly number!: number;
  @ApiProperty({ example: '2026-01', description: 'the first month that it is about' }) readonly from!: string;
  @ApiProperty({ example: '2026-03', description: 'the last one' }) readonly to!: string;
  @ApiProperty() readonly reference!: string;
  @ApiProperty() readonly sha256!: string;
  @ApiProperty({ type: 'integer' }) readonly bytes!: number;
  @ApiProperty({ description: 'by whose hand' }) readonly broughtBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly broughtAt!: string;
}

export class UncertifiedView {
  @ApiProperty({ example: '2026-01' }) readonly month!: string;
  @ApiProperty({ type: AmountView, description: 'what was withheld' }) readonly withheld!: AmountView;
  @ApiProperty({ format: 'date', description: 'by when its certificate is due' }) readonly due!: string;
}

export class TaxCertificatesView {
  @ApiProperty({ type: TaxCertificateView, isArray: true }) readonly rows!: readonly TaxCertificateView[];
  @ApiProperty({ type: UncertifiedView, isArray: true, description: 'months of withheld tax without one' })
  readonly missing!: readonly UncertifiedView[];
}

/** The proof that tax withheld from a label was paid in its name, which it sets against its own. */
@ApiTags('rates')
@Controller('v1/agreements/:id/tax-certificates')
export class TaxCertificatesController {
  constructor(
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly storage: Storage,
    private readonly writes: IdempotentWrites,
  ) {}

  /** The file is complete before its transaction opens. */
  @Post()
  @OpensOwnTransactions()
  @Allow({ kinds: ['platform'], roles: ['finance'], verified: true })
  @ApiOperation({
    summary: 'Bring a certificate of tax that you withheld from the label',
    description:
      'The PDF as the body, at most 8 MiB, kept as it is. Refused with `agreement-not-concluded`, `content-type-unsupported` or `body-too-large`.',
  })
  @ApiConsumes(pdfType)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiCreatedResponse({ type: TaxCertificateView })
  async bring(
    @By() actor: Actor,
    @Req() request: AccordoRequest,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() query: CertificateQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const key = keyOf(request);
    // Before anything is read of the file.
    const agreement = await this.database.withTenant(actor, (tx) => getLiving(tx, id), 'read');
    refuseWrong(query, agreement, this.clock.now());
    const file = await storedPdf(this.storage, request, bytesMax);
    return this.writes.run({ actor, key, request, reply, content: file.sha256 }, (tx) =>
      this.keep(tx, actor, { id, query, file }),
    );
  }

  private async keep(
    tx: Tx,
    actor: Actor,
    { id, query, file }: { id: string; query: CertificateQuery; file: StoredFile },
  ): Promise<TaxCertificateView> {
    const at = this.clock.now();
    const agreement = await getLivingForUpdate(tx, id);
    const certificate = await tx.asSystem(() =>
      insertCertificate(tx, agreement, {
        ...{ from_month: `${query.from}-01`, until_month: monthPeriod(query.to).until, reference: query.reference },
        ...{ file_sha256: file.sha256, bytes: BigInt(file.bytes), brought_by: actorName(actor), brought_at: at },
      }),
    );
    const { number } = certificate;
    const details = { number, from: query.from, to: query.to, sha256: file.sha256 };
    const entry = { subjectId: id, at };
    await audit(tx, actor, { action: 'tax-certificate.brought', details, ...entry });
    const to = [agreement.labelId, agreement.platformId];
    await publish(tx, { to, topic: 'tax-certificate.brought', payload: details, ...entry });
    return certificateView(certificate);
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List certificates of withheld tax, and the months without one' })
  @ApiOkResponse({ type: TaxCertificatesView })
  async list(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<TaxCertificatesView> {
    const { terms } = await getAgreement(tx, id);
    const rows = await listCertificates(tx, id);
    const missing = await uncertifiedMonths(tx, id);
    return { rows: rows.map(certificateView), missing: missing.map((one) => uncertifiedView(terms, one)) };
  }

  @Get(':number/file')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'Download a certificate of withheld tax' })
  @ApiOkResponse({ content: { [pdfType]: { schema: { type: 'string', format: 'binary' } } } })
  async file(@InTx() tx: Tx, @Param() { id, number }: AgreedRateParameters): Promise<StreamableFile> {
    const certificate = await findCertificate(tx, id, number);
    if (certificate === undefined) throw new DomainError('not-found');
    const disposition = `attachment; filename="tax-certificate-${number}.pdf"`;
    return new StreamableFile(this.storage.read(certificate.file_sha256), { type: pdfType, disposition });
  }
}

/** It is of months that are over, and of none before something could be withheld: one about months to come would certify what nobody knows. */
function refuseWrong(
  { from, to }: CertificateQuery,
  { life, concludedAt, timeZone }: LivingAgreement,
  now: Date,
): void {
  const monthOf = (instant: Date): string => dayInZone(instant, timeZone).slice(0, 7);
  const [first = ''] = [firstTerms(life).term.from.slice(0, 7), ...(concludedAt ? [monthOf(concludedAt)] : [])].sort();
  const faults: Fault[] = [];
  const add = (pointer: string, message: string) => faults.push({ pointer, code: 'field-month', message });
  if (!isMonth(from) || from < first) add('/from', `must be a month, and none before ${first}`);
  if (!isMonth(to) || to < from || to >= monthOf(now))
    add('/to', 'must be a month that is over, and none before `from`');
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
}

const certificateView = (row: TaxCertificate): TaxCertificateView => ({
  ...{ number: row.number, reference: row.reference, sha256: row.file_sha256, bytes: Number(row.bytes) },
  from: row.from_month.slice(0, 7),
  to: monthAfter(row.until_month.slice(0, 7), -1),
  broughtBy: row.brought_by,
  broughtAt: row.brought_at.toISOString(),
});

const uncertifiedView = (terms: Terms, { month, amount, currency }: Uncertified): UncertifiedView => ({
  ...{ month, withheld: { amount, currency } },
  due: certificateDueOf(terms, month),
});
