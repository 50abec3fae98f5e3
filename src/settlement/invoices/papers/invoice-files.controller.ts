import { Controller, Get, Param, ParseIntPipe, ParseUUIDPipe, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type InvoiceDocument, invoicePdf, sealPdf } from '../../../documents';
import type { LanguageCode } from '../../../kernel';
import type { Actor } from '../../../platform/auth/actor';
import { Allow, By } from '../../../platform/auth/allow';
import { Database } from '../../../platform/database/database';
import { ChoiceField } from '../../../platform/http/fields';
import { OpensOwnTransactions } from '../../../platform/http/transaction.interceptor';
import { Keyring } from '../../../platform/keyring/keyring';
import { creditNoteFacts, invoiceFacts } from './invoice-facts';
import { ublOf } from './ubl';

const types = { pdf: 'application/pdf', ubl: 'application/xml; charset=utf-8' } as const;
type Format = keyof typeof types;

export class InvoiceFileQuery {
  @ChoiceField(Object.keys(types), {
    optional: true,
    description: 'pdf (where absent): to read, sealed; ubl: UBL 2.1 that follows EN 16931, in English',
  })
  readonly format?: Format;

  @ChoiceField(['en', 'ru'], { optional: true, description: 'the language of pdf; English where absent' })
  readonly language?: LanguageCode;
}

const content = Object.fromEntries(
  Object.values(types).map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
);

/** Invoices and credit notes to read, to keep and to read in: for whoever issues them and whoever pays. */
@ApiTags('invoices')
@Controller('v1/invoices/:id')
export class InvoiceFilesController {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
  ) {}

  @Get('document')
  @OpensOwnTransactions()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Download an invoice as PDF or as an electronic invoice',
    description:
      'As it was issued, whatever has become of it. The electronic invoice is refused with `invoice-details-missing` where the parties have not stated what it has to say of them; all of it is listed.',
  })
  @ApiOkResponse({ content })
  async invoice(
    @By() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { format = 'pdf', language = 'en' }: InvoiceFileQuery,
  ): Promise<StreamableFile> {
    const document = await this.database.withTenant(actor, (tx) => invoiceFacts(tx, id, language), 'read');
    return this.file(document, format);
  }

  @Get('credit-notes/:number/document')
  @OpensOwnTransactions()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Download what was taken off an invoice as a credit note',
    description:
      '`number` counts the invoice’s `creditNotes` from 1. In the formats of the invoice, and refused as that is.',
  })
  @ApiOkResponse({ content })
  async creditNote(
    @By() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Param('number', ParseIntPipe) number: number,
    @Query() { format = 'pdf', language = 'en' }: InvoiceFileQuery,
  ): Promise<StreamableFile> {
    const which = { id, place: number };
    const document = await this.database.withTenant(actor, (tx) => creditNoteFacts(tx, which, language), 'read');
    return this.file(document, format);
  }

  private async file(document: InvoiceDocument, format: Format): Promise<StreamableFile> {
    const bytes = format === 'pdf' ? await this.sealed(document) : Buffer.from(ublOf(document));
    const name = format === 'pdf' ? `${document.number}.${document.language}.pdf` : `${document.number}.xml`;
    return new StreamableFile(bytes, { type: types[format], disposition: `attachment; filename="${name}"` });
  }

  private async sealed(document: InvoiceDocument): Promise<Buffer> {
    const pdf = await invoicePdf(document);
    return sealPdf(pdf, await this.keyring.documentSeal(), document.issuedAt, 'Sealed as issued');
  }
}
