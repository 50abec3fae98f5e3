import { ApiProperty } from '@nestjs/swagger';
import { RecordingQuery } from '../search/search-query';
import type { SavedQuery, SavedQueryHead } from './saved-queries.repository';

export class SavedQuerySummary {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ description: 'also of the packages that are published from it' }) readonly name!: string;
  @ApiProperty({ type: 'integer', description: 'counts the changes; its ETag is this number in quotes' })
  readonly version!: number;
  @ApiProperty({ type: RecordingQuery }) readonly query!: RecordingQuery;
  @ApiProperty({ type: 'integer', description: 'recordings that it never takes' }) readonly exceptCount!: number;
  @ApiProperty({ format: 'date-time' }) readonly madeAt!: string;
  @ApiProperty({ example: 'member:0a000000-0000-4000-8000-000000000001', description: 'who wrote this version' })
  readonly savedBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly savedAt!: string;
}

export class SavedQueryView extends SavedQuerySummary {
  @ApiProperty({ type: String, isArray: true, description: 'recordings that it never takes, by ISRC' })
  readonly exceptIsrcs!: readonly string[];
}

export const savedQuerySummary = (saved: SavedQueryHead): SavedQuerySummary => ({
  id: saved.id,
  name: saved.name,
  version: saved.version,
  query: saved.query,
  exceptCount: saved.exceptCount,
  madeAt: saved.madeAt.toISOString(),
  savedBy: saved.savedBy,
  savedAt: saved.savedAt.toISOString(),
});

export const savedQueryView = (saved: SavedQuery): SavedQueryView => ({
  ...savedQuerySummary(saved),
  exceptIsrcs: saved.exceptIsrcs,
});
