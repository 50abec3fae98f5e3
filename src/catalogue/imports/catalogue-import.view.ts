import { ApiProperty } from '@nestjs/swagger';
import type { Operation } from '../../platform/operations/operations';
import { type CatalogueImport, type ImportFault, importForms } from './imports.repository';

export class ReceivedImportView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'uuid', description: 'to be followed at /v1/operations/:id' }) readonly operationId!: string;
  @ApiProperty() readonly fileSha256!: string;
  @ApiProperty({ example: '104857', description: 'a count, as text' }) readonly bytes!: string;
}

export class ListedFaultView {
  @ApiProperty({ description: 'of an archive: which of its files; else empty' }) readonly file!: string;
  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'of CSV as a spreadsheet counts: the header is row 1; of JSON Lines the line',
  })
  readonly row!: number | null;
  @ApiProperty({ description: 'empty where the whole row is meant' }) readonly column!: string;
  @ApiProperty({ description: 'of a message: an XPath without prefixes' }) readonly path!: string;
  @ApiProperty({ example: 'isrc-malformed' }) readonly code!: string;
  @ApiProperty({ description: 'of a row: the cell, at most its first 200 characters' }) readonly value!: string;
  @ApiProperty() readonly message!: string;
  @ApiProperty({ enum: ['warning', 'error'], description: 'an error leaves its row or message out' })
  readonly severity!: string;
}

export class CatalogueImportView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ enum: importForms }) readonly form!: string;
  @ApiProperty({ description: 'whether it only reports, and changes nothing' }) readonly dryRun!: boolean;
  @ApiProperty({ enum: ['queued', 'running', 'done', 'failed'] }) readonly state!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'null: it was answered at once' })
  readonly operationId!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) readonly mappingId!: string | null;
  @ApiProperty() readonly fileSha256!: string;
  @ApiProperty({ example: '104857', description: 'a count, as text' }) readonly bytes!: string;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'while it runs' })
  readonly progress!: object | null;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description:
      'once it is done: `rows` read, accepted and rejected; `recordings` created, changed and unchanged; `releases` created, changed, withdrawn and outdated; `messages` applied, repeated, outdated, test and refused; `faults`: errors and warnings',
  })
  readonly counts!: object | null;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'why it failed' })
  readonly problem!: object | null;
  @ApiProperty({ format: 'date-time' }) readonly receivedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly finishedAt!: string | null;
}

/** `operation`: of an import that is not over. */
export const importView = (found: CatalogueImport, operation: Operation | undefined): CatalogueImportView => ({
  id: found.id,
  form: found.form,
  dryRun: found.dry_run,
  state: operation?.state ?? found.state,
  operationId: found.operation_id,
  mappingId: found.mapping_id,
  fileSha256: found.file_sha256,
  bytes: String(found.bytes),
  progress: operation?.progress ?? null,
  counts: found.counts,
  problem: found.problem,
  receivedAt: found.imported_at.toISOString(),
  finishedAt: found.finished_at?.toISOString() ?? null,
});

export const faultView = ({ row_number, column_name, number: _, ...fault }: ImportFault): ListedFaultView => ({
  ...fault,
  row: row_number === 0 ? null : row_number,
  column: column_name,
});
