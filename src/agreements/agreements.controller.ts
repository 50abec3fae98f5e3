import { Body, Controller, Get, Header, HttpCode, Ip, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { afterInstant, fromCursor, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import {
  AgreementSummary,
  agreementSummary,
  AgreementView,
  agreementView,
  ProseQuery,
  ProseView,
  TrackView,
} from './agreement.view';
import { getAgreement, listAgreements } from './agreements.repository';
import { GiveUpAgreement, GivingUpBody } from './give-up-agreement';
import { SignAgreement, SignatureBody } from './sign-agreement';
import { listSignatures } from './signatures.repository';
import { clausesIn, getVersion, manifestText } from './versions.repository';

const isrcKey = /^[A-Z0-9]{12}$/;

@ApiTags('agreements')
@Controller('v1/agreements')
export class AgreementsController {
  constructor(
    private readonly signAgreement: SignAgreement,
    private readonly giveUpAgreement: GiveUpAgreement,
  ) {}

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List your agreements, oldest first' })
  @ApiOkResponse({ type: pageSchema(AgreementSummary) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<AgreementSummary>> {
    const rows = await listAgreements(tx, limit + 1, afterInstant(cursor));
    return pageOf(rows, limit, agreementSummary, (row) => [row.madeAt.toISOString(), row.id]);
  }

  @Get(':id')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'Show an agreement and its signatures' })
  @ApiOkResponse({ type: AgreementView })
  one(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<AgreementView> {
    return agreementViewOf(tx, id);
  }

  @Get(':id/terms')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Read the terms of an agreement',
    description: 'The canonical text, byte for byte what the hash and the signatures are over.',
  })
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOkResponse({ schema: { type: 'object', additionalProperties: true } })
  async terms(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<string> {
    return (await getAgreement(tx, id)).termsText;
  }

  @Get(':id/manifest')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({
    summary: 'Read the manifest of an agreement: what its parties sign',
    description:
      'The canonical text, byte for byte: the hashes of the terms, of their words and of the list of recordings.',
  })
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOkResponse({ schema: { type: 'object', additionalProperties: true } })
  async manifest(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<string> {
    return manifestText(await getVersion(tx, id, 1));
  }

  @Get(':id/tracks')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List the recordings that an agreement licenses, by ISRC' })
  @ApiOkResponse({ type: pageSchema(TrackView) })
  async tracks(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<TrackView>> {
    const [after = ''] = fromCursor(cursor, [isrcKey]) ?? [];
    const { isrcs } = (await getAgreement(tx, id)).terms.repertoire;
    const start = isrcs.findIndex((isrc) => isrc > after);
    const rows = start < 0 ? [] : isrcs.slice(start, start + limit + 1);
    return pageOf(
      rows,
      limit,
      (isrc) => ({ isrc }),
      (isrc) => [isrc],
    );
  }

  @Get(':id/prose')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'Read an agreement in words, clause by clause' })
  @ApiOkResponse({ type: ProseView })
  async prose(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { language = 'en' }: ProseQuery,
  ): Promise<ProseView> {
    const { version } = await getAgreement(tx, id);
    const signed = await getVersion(tx, id, version);
    return { termsHash: signed.termsHash, clauses: clausesIn(signed, language) };
  }

  @Post(':id/signatures')
  @Allow({ kinds: ['label', 'platform'], roles: ['signatory'], verified: true })
  @ApiOperation({
    summary: 'Sign the terms for your organization',
    description:
      'A member enters its password again at `/v1/re-authentications` (`confirmation-required`); a machine sends a signature by a key of your organization (`signing-key-unknown`, `signature-invalid`). The second signature concludes the agreement at once. Refused with `agreement-not-open-for-signature`, `already-signed` or `manifest-hash-differs`; the second one also with `terms-not-operable`, `track-not-controlled`, `exclusive-grant-overlaps` or `claims-not-open`.',
  })
  @ApiCreatedResponse({ type: AgreementView })
  async sign(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Ip() address: string,
    @Param('id', ParseUUIDPipe) agreementId: string,
    @Body() body: SignatureBody,
  ): Promise<AgreementView> {
    await this.signAgreement.execute(tx, actor, { agreementId, version: 1, address }, body);
    return agreementViewOf(tx, agreementId);
  }

  @Post(':id/end')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Give up an agreement that not both have signed',
    description:
      'For good. Refused with `agreement-not-open-for-signature` once both have signed, or one has given it up.',
  })
  @ApiOkResponse({ type: AgreementView })
  async giveUp(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: GivingUpBody,
  ): Promise<AgreementView> {
    await this.giveUpAgreement.execute(tx, actor, id, body);
    return agreementViewOf(tx, id);
  }
}

export const agreementViewOf = async (tx: Tx, id: string): Promise<AgreementView> =>
  agreementView(await getAgreement(tx, id), await getVersion(tx, id, 1), await listSignatures(tx, id, 1));
