import { Controller, Get, Headers, Query, type StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { type Actor } from '../../platform/auth/actor';
import { Allow, By } from '../../platform/auth/allow';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { csvFile, csvInBatches, csvRow, wantsCsv } from '../../platform/http/csv';
import { fromCursor, type Page, pageOf, pageSchema, uuidKey } from '../../platform/http/paging';
import { OpensOwnTransactions } from '../../platform/http/transaction.interceptor';
import { isrcKey } from '../isrc-list';
import { recordingView, RecordingView } from '../recording.view';
import type { Recording } from '../recordings.repository';
import { OfferedPackages } from './offered-packages';
import {
  countedMost,
  countFacets,
  type Facet,
  type FacetKind,
  searchRecordings,
  type SearchScope,
} from './search.repository';
import { searchScope } from './search-scope';
import { FacetsQuery, queryFaults, SearchQuery, wantedBy } from './search-query';

export class FoundRecordingView extends RecordingView {
  @ApiProperty({ format: 'uuid', description: 'the label whose catalogue it stands in' }) readonly labelId!: string;
}

export class FacetValueView {
  @ApiProperty() readonly value!: string;
  @ApiProperty({ description: 'recordings found that have it; at least so many where the total is "10,000+"' })
  readonly count!: number;
}

export class FacetsView {
  @ApiProperty({ example: '1234', description: 'recordings found: a number, or "10,000+"' }) readonly total!: string;
  @ApiProperty({ type: FacetValueView, isArray: true }) readonly artists!: readonly FacetValueView[];
  @ApiProperty({ type: FacetValueView, isArray: true }) readonly genres!: readonly FacetValueView[];
  @ApiProperty({ type: FacetValueView, isArray: true }) readonly labels!: readonly FacetValueView[];
  @ApiProperty({ type: FacetValueView, isArray: true }) readonly years!: readonly FacetValueView[];
}

const csvBatch = 1_000;
const csvColumns: Readonly<Record<string, (row: Recording) => string | number | null>> = {
  isrc: ({ isrc }) => isrc,
  title: ({ title }) => title,
  version: ({ version }) => version,
  artists: ({ artists }) => artists.join('|'),
  duration_seconds: ({ duration_seconds }) => duration_seconds,
  p_line: ({ p_line }) => p_line,
  genre: ({ genre }) => genre,
  label: ({ label }) => label,
  language: ({ language }) => language,
  label_id: ({ owner_id }) => owner_id,
};
const csvLine = (row: Recording): string => csvRow(Object.values(csvColumns).map((cell) => String(cell(row) ?? '')));
const cursorKeys = ({ isrc, owner_id }: Recording): string[] => [isrc, owner_id];

/** Finding recordings: a label its own, a platform what is offered to it. */
@ApiTags('catalogue')
@Controller('v1/recordings/search')
export class SearchController {
  constructor(
    private readonly database: Database,
    private readonly offered: OfferedPackages,
  ) {}

  @Get()
  @OpensOwnTransactions()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Find recordings by words and filters, by ISRC',
    description:
      'A label searches its catalogue, a platform the packages of the listings that it may see now. Cyrillic and Latin letters find each other; a word that no catalogue has stands for those that look like it.',
  })
  @ApiOkResponse({ type: pageSchema(FoundRecordingView), description: 'or text/csv' })
  async search(
    @By() actor: Actor,
    @Query() query: SearchQuery,
    @Headers('accept') accept?: string,
  ): Promise<Page<FoundRecordingView> | StreamableFile> {
    const { limit, cursor, format } = query;
    const wanted = wantedBy(query);
    const begin = fromCursor(cursor, [isrcKey, uuidKey]);
    const page = (part: { limit: number; after: readonly string[] | undefined }): Promise<Recording[]> =>
      this.within(actor, query, (tx, scope) => searchRecordings(tx, scope, wanted, part));
    if (!wantsCsv(format, accept)) return pageOf(await page({ limit, after: begin }), limit, foundView, cursorKeys);
    // One more than the limit comes. The first ones are read before the answer begins, so that what fails is told as such.
    const after = (last?: Recording) => page({ limit: csvBatch - 1, after: last && cursorKeys(last) });
    const first = await after();
    const read = async (last?: Recording) => (last === undefined ? first : after(last));
    const header = csvRow(Object.keys(csvColumns));
    return csvFile('recordings', csvInBatches({ header, lineOf: csvLine, batch: csvBatch, read }));
  }

  @Get('facets')
  @OpensOwnTransactions()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Count what a search finds, by artist, genre, label and year',
    description: 'Exact up to 10,000 recordings; of each kind the twenty values that most of them have.',
  })
  @ApiOkResponse({ type: FacetsView })
  async facets(@By() actor: Actor, @Query() query: FacetsQuery): Promise<FacetsView> {
    const wanted = wantedBy(query);
    return facetsView(await this.within(actor, query, (tx, scope) => countFacets(tx, scope, wanted)));
  }

  /** Runs a search where the actor may look. Refuses with request-invalid where it asks for a code that is none. */
  private within<Row>(
    actor: Actor,
    query: FacetsQuery,
    look: (tx: Tx, scope: SearchScope) => Promise<Row[]>,
  ): Promise<Row[]> {
    const faults = queryFaults(query);
    if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
    return this.database.withTenant(
      actor,
      async (tx) => {
        const scope = await searchScope(tx, actor, query, this.offered);
        if (scope === undefined) return [];
        return actor.organizationKind === 'label' ? look(tx, scope) : tx.asSystem(() => look(tx, scope));
      },
      'read',
    );
  }
}

const foundView = (recording: Recording): FoundRecordingView => ({
  ...recordingView(recording),
  labelId: recording.owner_id,
});

function facetsView(facets: readonly Facet[]): FacetsView {
  const total = facets.find(({ kind }) => kind === 'all')?.count ?? 0;
  const of = (wanted: FacetKind): FacetValueView[] =>
    facets.filter(({ kind }) => kind === wanted).map(({ value, count }) => ({ value, count }));
  return {
    total: total > countedMost ? '10,000+' : String(total),
    artists: of('artist'),
    genres: of('genre'),
    labels: of('label'),
    years: of('year'),
  };
}
