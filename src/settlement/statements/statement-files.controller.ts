import { Readable } from 'node:stream';
import { Controller, Get, Param, ParseUUIDPipe, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { LanguageCode } from '../../kernel';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By } from '../../platform/auth/allow';
import { Database } from '../../platform/database/database';
import { csvFile } from '../../platform/http/csv';
import { ChoiceField } from '../../platform/http/fields';
import { OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { Keyring } from '../../platform/keyring/keyring';
import { csvOfLines, type Reading } from './formats/lines-csv';
import { salesReportOf } from './formats/sales-report';
import { signedStatement } from './formats/signed-statement';
import { chartedMonths, statementFacts } from './formats/statement-facts';
import { sealedStatement } from './formats/statement-paper';
import { workbookOf } from './formats/workbook';
import { fileNameOf } from './statements.repository';

const types = {
  pdf: 'application/pdf',
  json: 'application/json; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8; header=present',
  tsv: 'text/tab-separated-values; charset=utf-8',
} as const;

export class StatementFileQuery {
  @ChoiceField(Object.keys(types), {
    optional: true,
    description:
      'pdf (where absent): to read, sealed; json: canonical, sealed; xlsx: summary, clauses, corrections and all lines; csv: all lines; tsv: all lines as a DDEX sales report (SR08)',
  })
  readonly format?: keyof typeof types;

  @ChoiceField(['en', 'ru'], { optional: true, description: 'the language of pdf and xlsx; English where absent' })
  readonly language?: LanguageCode;
}

/** A statement to read, to keep and to read in again: one set of figures in every format. */
@ApiTags('statements')
@Controller('v1/statements/:id/document')
export class StatementFilesController {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
  ) {}

  @Get()
  @OpensOwnTransactions()
  @Allow({ kinds: ['label', 'platform', 'auditor'] })
  @ApiOperation({
    summary: 'Download a statement as PDF, JSON, XLSX, CSV or a DDEX sales report',
    description:
      'The label gets its statement, the platform the mirror of it: the same figures. PDF and JSON are sealed, and checked offline by `accordo verify`. Refused with `party-id-missing` where a sales report is asked for and the platform has no DDEX party identifier.',
  })
  @ApiOkResponse({
    content: Object.fromEntries(
      Object.values(types).map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
    ),
  })
  async document(
    @By() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { format = 'pdf', language = 'en' }: StatementFileQuery,
  ): Promise<StreamableFile> {
    const read: Reading = (work) => this.database.withTenant(actor, work, 'read');
    const facts = await read((tx) => statementFacts(tx, actor, id));
    const base = fileNameOf(facts.statement);
    const named = (name: string) => ({ type: types[format], disposition: `attachment; filename="${name}"` });
    switch (format) {
      case 'pdf': {
        const pdf = await sealedStatement(read, this.keyring, facts, language);
        return new StreamableFile(pdf, named(`${base}.${language}.pdf`));
      }
      case 'json': {
        const json = await signedStatement(read, this.keyring, facts);
        return new StreamableFile(Buffer.from(json), named(`${base}.json`));
      }
      case 'xlsx': {
        const months = await read((tx) => chartedMonths(tx, facts.statement));
        return new StreamableFile(workbookOf(read, { ...facts, months }, language), named(`${base}.${language}.xlsx`));
      }
      case 'csv':
        return csvFile(base, csvOfLines(read, facts.statement));
      case 'tsv':
        return new StreamableFile(Readable.from(await salesReportOf(read, facts)), named(`${base}.tsv`));
    }
  }
}
