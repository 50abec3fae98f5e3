import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { RATE_PUBLISHERS, RATE_SOURCES, type RateSource } from '../../kernel';
import { csvRow } from '../../platform/http/csv';
import { ChoiceField, CurrencyField, DayField, IdField } from '../../platform/http/fields';
import { PageQuery } from '../../platform/http/paging';
import type { ListedRate, RatesImport } from './exchange-rates.repository';
import type { UsableRate } from './rate-uses.repository';

const sourceWords = 'ecb: European Central Bank, cbr: Bank of Russia';

export class ImportQuery {
  @ChoiceField(RATE_SOURCES, { description: sourceWords }) readonly source!: RateSource;
  @CurrencyField({ optional: true, description: 'of a file of one currency (XML_dynamic), which names none' })
  readonly currency?: string;
}

export class RatesQuery extends PageQuery {
  @ChoiceField(RATE_SOURCES, { description: sourceWords }) readonly source!: RateSource;
  @CurrencyField({ optional: true, description: 'only rates of one unit of this' }) readonly base?: string;
  @CurrencyField({ optional: true, description: 'only rates in this' }) readonly quote?: string;
  @DayField({ optional: true, description: 'first day' }) readonly from?: string;
  @DayField({ optional: true, description: 'the day after the last' }) readonly until?: string;
  @ChoiceField(['json', 'csv'], { optional: true }) readonly format?: 'json' | 'csv';
}

export class RateQuery {
  @ChoiceField(['ecb', 'cbr', 'manual'], { description: `${sourceWords}, manual: as the parties recorded` })
  readonly source!: RateSource | 'manual';
  @CurrencyField({ description: 'what is exchanged' }) readonly from!: string;
  @CurrencyField({ description: 'what it is exchanged into' }) readonly to!: string;
  @DayField() readonly day!: string;
  @IdField({ optional: true, description: 'for manual: whose parties recorded it' }) readonly agreementId?: string;
}

const nullable = { type: String, nullable: true } as const;

export class RatesFaultView {
  @ApiProperty({ example: '/lines/12/USD' }) readonly pointer!: string;
  @ApiProperty({ example: 'rate-malformed' }) readonly code!: string;
  @ApiProperty() readonly message!: string;
}

export class RatesProblemView {
  @ApiProperty({ example: 'answer-too-late' }) readonly code!: string;
  @ApiProperty() readonly detail!: string;
  @ApiProperty({ type: RatesFaultView, isArray: true, description: 'the first 100' })
  readonly faults!: readonly RatesFaultView[];
}

@ApiExtraModels(RatesProblemView)
export class RatesImportView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ enum: RATE_SOURCES }) readonly source!: RateSource;
  @ApiProperty({ ...nullable, description: 'where it was fetched; null: it was uploaded' })
  readonly address!: string | null;
  @ApiProperty(nullable) readonly fileSha256!: string | null;
  @ApiProperty({ ...nullable, example: '104857', description: 'a count, as text' }) readonly bytes!: string | null;
  @ApiProperty({ type: 'integer' }) readonly ratesRead!: number;
  @ApiProperty({ type: 'integer', description: 'that nobody had' }) readonly ratesAdded!: number;
  @ApiProperty({ type: 'integer', description: 'that were known otherwise' }) readonly ratesCorrected!: number;
  @ApiProperty({
    oneOf: [{ $ref: getSchemaPath(RatesProblemView) }, { type: 'null' }],
    description: 'why nothing was fetched or read',
  })
  readonly problem!: RatesProblemView | null;
  @ApiProperty() readonly importedBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly importedAt!: string;
}

export const importView = (row: RatesImport): RatesImportView => ({
  id: row.id,
  source: row.source,
  address: row.address,
  fileSha256: row.file_sha256,
  bytes: row.bytes === null ? null : String(row.bytes),
  ratesRead: row.rates_read,
  ratesAdded: row.rates_added,
  ratesCorrected: row.rates_corrected,
  problem: row.problem,
  importedBy: row.imported_by,
  importedAt: row.imported_at.toISOString(),
});

export class RateView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ enum: RATE_SOURCES }) readonly source!: RateSource;
  @ApiProperty({ format: 'date' }) readonly day!: string;
  @ApiProperty({ example: 'EUR', description: 'one unit of it' }) readonly base!: string;
  @ApiProperty({ example: 'USD', description: 'is so many of it' }) readonly quote!: string;
  @ApiProperty({ example: '1.0512', description: 'exact: a decimal, or a quotient where there is none' })
  readonly rate!: string;
  @ApiProperty({ type: 'integer', description: '1; from 2 on a correction of the one before' })
  readonly number!: number;
  @ApiProperty({ description: 'whether it is the last one of its day' }) readonly holds!: boolean;
  @ApiProperty({ format: 'uuid' }) readonly importId!: string;
  @ApiProperty({ format: 'date-time' }) readonly importedAt!: string;
}

export const rateView = (row: ListedRate): RateView => ({
  id: row.id,
  source: row.source,
  day: row.day,
  base: row.base,
  quote: row.quote,
  rate: row.rate,
  number: row.number,
  holds: row.holds,
  importId: row.import_id,
  importedAt: row.imported_at.toISOString(),
});

const columns = ['source', 'day', 'base', 'quote', 'rate', 'number', 'holds', 'importedAt', 'id', 'importId'] as const;

export const ratesHeader = csvRow(columns);

export function rateRow(row: ListedRate): string {
  const view = rateView(row);
  return csvRow(columns.map((column) => String(view[column])));
}

export class UsableRateView {
  @ApiProperty({ example: '1.0512', description: 'one unit of from is so many of to: exact' }) readonly rate!: string;
  @ApiProperty({ example: 'ecb' }) readonly source!: string;
  @ApiProperty({ format: 'date', description: 'the day that the rate is of' }) readonly on!: string;
  @ApiProperty({ format: 'date' }) readonly asked!: string;
  @ApiProperty({ example: 'EUR 1 = USD 1.0512 [EUR 1 = USD 1.0512]', description: 'how the published rates make it' })
  readonly formula!: string;
  @ApiProperty({
    type: String,
    isArray: true,
    format: 'uuid',
    description: 'published rates: one, or two through a third currency',
  })
  readonly rateIds!: readonly string[];
  @ApiProperty({ type: 'integer', nullable: true, description: 'of manual: which of the agreement’s rates' })
  readonly agreedNumber!: number | null;
  @ApiProperty({ type: 'integer', description: 'as far back a rate would be taken from' }) readonly daysBack!: number;
}

export const usableRateView = ({ rate, source, on, asked, formula, from }: UsableRate): UsableRateView => ({
  ...{ rate, source, on, asked, formula },
  rateIds: 'published' in from ? [from.published, from.crossedWith].filter((id) => id !== null) : [],
  agreedNumber: 'agreedNumber' in from ? from.agreedNumber : null,
  daysBack: RATE_SOURCES.some((known) => known === source) ? RATE_PUBLISHERS[source as RateSource].daysBack : 0,
});
