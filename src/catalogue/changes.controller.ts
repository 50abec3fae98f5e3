import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Allow, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { IntegerParameter, TextField } from '../platform/http/fields';
import { cursorFault, fromCursor, type Page, pageSchema, toCursor } from '../platform/http/paging';
import { isAhead, listChanges } from './changes.repository';

export class ChangesQuery {
  @IntegerParameter({ min: 1, max: 1000, optional: true, description: 'changes in one answer' })
  readonly limit: number = 100;

  @TextField({
    max: 200,
    optional: true,
    description: 'the `place` of a change, or a `next`; absent: from the beginning',
  })
  readonly after?: string;
}

export class CatalogueChangeView {
  @ApiProperty({ description: 'to go on after this change' }) readonly place!: string;
  @ApiProperty({
    enum: ['recording', 'release', 'tracks'],
    description: 'tracks: recordings that came onto a release (after) or left it (before), at most 100 in a change',
  })
  readonly kind!: string;
  @ApiProperty({ format: 'uuid', description: 'of the recording or release; of tracks the release' })
  readonly subjectId!: string;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'null: it was not there' })
  readonly before!: object | null;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'null: it is no more' })
  readonly after!: object | null;
}

@ApiTags('catalogue')
@Controller('v1/catalogue/changes')
export class CatalogueChangesController {
  @Get()
  @Allow({ kinds: ['label'] })
  @ApiOperation({
    summary: 'Read what has changed in your catalogue, in order',
    description:
      'Each recording, each release and what is on it, as it was and as it is, whatever changed it; it begins with all that there was when the feed did. Any place can be asked for again, and gives the same. A change appears once no older transaction runs any more, so none is ever skipped: behind a long import the next ones wait. A place that was never given is refused. `next` is never null: ask again with it later.',
  })
  @ApiOkResponse({ type: pageSchema(CatalogueChangeView) })
  async list(@InTx() tx: Tx, @Query() { limit, after }: ChangesQuery): Promise<Page<CatalogueChangeView>> {
    const [transaction = '0', position = '0'] = fromCursor(after, [/^\d{1,19}$/, /^\d{1,18}$/], '/after') ?? [];
    if (await isAhead(tx, transaction)) throw cursorFault('/after');
    const changes = await listChanges(tx, { transaction, position }, limit);
    const rows = changes.map((change) => ({
      place: toCursor([change.transaction, String(change.position)]),
      kind: change.kind,
      subjectId: change.subject_id,
      before: change.before,
      after: change.after,
    }));
    return { rows, next: rows.at(-1)?.place ?? toCursor([transaction, position]) };
  }
}
