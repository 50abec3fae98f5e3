import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { fromCursor, pageOf, PageQuery } from '../platform/http/paging';
import { MostFavouredView, RightsCheckView } from './checks.view';
import { getNegotiation } from './negotiations.repository';
import { RevisionView, revisionView } from './offers.view';
import { ownBreaches } from './own-breaches';
import { RevisionPath } from './revisions.controller';
import { getRevision } from './revisions.repository';
import { checkRights } from './rights-to-see';
import { StrikeBody, StrikeTracks } from './strike-tracks';

@ApiTags('negotiations')
@Controller('v1/negotiations/:id/revisions/:number')
export class RevisionChecksController {
  constructor(private readonly strikeTracks: StrikeTracks) {}

  @Get('most-favoured')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Which of your own promises would this revision break?',
    description:
      'Most favoured nation clauses. Compared with your concluded agreements with others, as they are now. What binds the other party is never told.',
  })
  @ApiOkResponse({ type: MostFavouredView })
  async mostFavoured(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param() { id, number }: RevisionPath,
  ): Promise<MostFavouredView> {
    const { terms } = await getRevision(tx, id, number);
    return { breaches: await ownBreaches(tx, actor, await getNegotiation(tx, id), terms) };
  }

  @Get('rights-check')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Which tracks does the label not, or not alone, control?',
    description:
      'Where and whenever this revision licenses them. As stated now, in the order of the ISRCs. The label sees all; the platform sees what would refuse an acceptance of a revision that the label proposed, and nothing of its own proposals.',
  })
  @ApiOkResponse({ type: RightsCheckView })
  async rightsCheck(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param() { id, number }: RevisionPath,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<RightsCheckView> {
    const [after = ''] = fromCursor(cursor, [/^[A-Z0-9]{12}$/]) ?? [];
    const revision = await getRevision(tx, id, number);
    const { disclosed, tracks } = await checkRights(tx, actor, await getNegotiation(tx, id), revision);
    const rest = tracks.filter(({ isrc }) => isrc > after);
    const page = pageOf(
      rest,
      limit,
      (track) => track,
      ({ isrc }) => [isrc],
    );
    return { disclosed, tracks: tracks.length, ...page };
  }

  @Post('strike')
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Propose the revision without tracks that fail the rights check',
    description:
      'As far as the rights check shows them to you. Refused with `nothing-to-strike`, and as any revision is: `offer-revised` when this one is not the latest, `terms-invalid` when no track is left.',
  })
  @ApiCreatedResponse({ type: RevisionView })
  async strike(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param() { id, number }: RevisionPath,
    @Body() body: StrikeBody,
  ): Promise<RevisionView> {
    return revisionView(await this.strikeTracks.execute(tx, actor, id, number, body));
  }
}
