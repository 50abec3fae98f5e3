import { Body, Controller, Get, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { differingClauses, differingValues } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { IdField, IntegerParameter } from '../platform/http/fields';
import { fromCursor, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { getNegotiation } from './negotiations.repository';
import { DifferenceView, RevisionSummary, revisionSummary, RevisionView, revisionView } from './offers.view';
import { ReviseOffer, RevisionBody, revisionsMax } from './revise-offer';
import { getRevision, listRevisions } from './revisions.repository';

export class RevisionPath {
  @IdField({ description: 'the negotiation' })
  readonly id!: string;

  @IntegerParameter({ min: 1, max: revisionsMax, description: 'the revision’s number' })
  readonly number!: number;
}

export class DifferenceQuery {
  @IntegerParameter({ min: 1, max: revisionsMax, description: 'the revision to compare with' })
  readonly from!: number;
}

const valuesShown = 1000;

@ApiTags('negotiations')
@Controller('v1/negotiations/:id/revisions')
export class RevisionsController {
  constructor(private readonly reviseOffer: ReviseOffer) {}

  @Post()
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Propose the next revision of the terms',
    description:
      'Either party may. Refused with `offer-revised` when another revision came first, `negotiation-closed`, `negotiation-expired`, `expiry-out-of-bounds`, `terms-invalid`, `terms-not-operable`, `terms-parties-differ`, `track-not-controlled` or `most-favoured-breach`.',
  })
  @ApiCreatedResponse({ type: RevisionView })
  async revise(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: RevisionBody,
  ): Promise<RevisionView> {
    return revisionView(await this.reviseOffer.execute(tx, actor, id, body));
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'List the revisions of a negotiation, in order',
    description: 'Without their terms: one revision’s terms are at its own address.',
  })
  @ApiOkResponse({ type: pageSchema(RevisionSummary) })
  async list(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<RevisionSummary>> {
    await getNegotiation(tx, id);
    const [after = '0'] = fromCursor(cursor, [/^\d{1,5}$/]) ?? [];
    const rows = await listRevisions(tx, id, limit + 1, parseInt(after, 10));
    return pageOf(rows, limit, revisionSummary, (row) => [String(row.number)]);
  }

  @Get(':number')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'Show a revision with its terms' })
  @ApiOkResponse({ type: RevisionView })
  async one(@InTx() tx: Tx, @Param() { id, number }: RevisionPath): Promise<RevisionView> {
    return revisionView(await getRevision(tx, id, number));
  }

  @Get(':number/difference')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'What does this revision change against another?',
    description: 'By clause in words, and value by value: the first 1000 values.',
  })
  @ApiOkResponse({ type: DifferenceView })
  async difference(
    @InTx() tx: Tx,
    @Param() { id, number }: RevisionPath,
    @Query() { from }: DifferenceQuery,
  ): Promise<DifferenceView> {
    const before = await getRevision(tx, id, from);
    const after = await getRevision(tx, id, number);
    const values = differingValues(before.terms, after.terms);
    return {
      from,
      to: number,
      differences: differingClauses(before.terms, after.terms),
      values: values.slice(0, valuesShown),
      valuesLeftOff: Math.max(0, values.length - valuesShown),
    };
  }
}
