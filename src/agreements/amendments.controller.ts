import { Body, Controller, Get, Header, HttpCode, Ip, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { differingClauses, differingValues, type Terms, withoutWithdrawn } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { IdField, IntegerParameter } from '../platform/http/fields';
import { ProseQuery, SignatureView, signatureView } from './agreement.view';
import { getAgreement } from './agreements.repository';
import { ClauseDifferenceView, ValueDifferenceView } from './difference.view';
import { getLiving } from './life.repository';
import { AmendmentBody, ProposeAmendment } from './propose-amendment';
import { SignAgreement, SignatureBody } from './sign-agreement';
import { listSignatures } from './signatures.repository';
import { getVersion, listVersions, manifestText, type Version, type VersionText } from './versions.repository';

export class VersionParameters {
  @IdField()
  readonly id!: string;

  @IntegerParameter({ min: 1, max: 1_000_000, description: 'the version that the amendment is' })
  readonly number!: number;
}

export class AmendmentView {
  @ApiProperty({ description: 'the version that it becomes' }) readonly version!: number;
  @ApiProperty({ enum: ['awaiting-signatures', 'concluded', 'refused', 'withdrawn'] }) readonly state!: string;
  @ApiProperty({ format: 'date' }) readonly effectiveFrom!: string;
  @ApiProperty() readonly termsHash!: string;
  @ApiProperty({ description: 'what both parties sign' }) readonly manifestHash!: string;
  @ApiProperty({ type: String, nullable: true }) readonly reason!: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) readonly proposedBy!: string | null;
  @ApiProperty({ format: 'date-time' }) readonly madeAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly decidedAt!: string | null;
}

export class AmendmentsView {
  @ApiProperty({ type: AmendmentView, isArray: true }) readonly rows!: readonly AmendmentView[];
}

export class WholeAmendmentView extends AmendmentView {
  @ApiProperty({ type: SignatureView, isArray: true }) readonly signatures!: readonly SignatureView[];
  @ApiProperty({ type: ClauseDifferenceView, isArray: true, description: 'in words, against the version before' })
  readonly clauses!: readonly ClauseDifferenceView[];
  @ApiProperty({ type: ValueDifferenceView, isArray: true, description: 'value by value, the first thousand' })
  readonly values!: readonly ValueDifferenceView[];
}

/** Amendments of a signed agreement: each is the whole text as it reads from a day on, signed like the agreement itself. */
@ApiTags('agreements')
@Controller('v1/agreements/:id/amendments')
export class AmendmentsController {
  constructor(
    private readonly propose: ProposeAmendment,
    private readonly signAgreement: SignAgreement,
  ) {}

  @Post()
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Propose an amendment: the whole terms, or what changes',
    description:
      'Refused with `agreement-not-concluded`, `agreement-not-running`, `amendment-open`, `amendment-not-possible`, `terms-invalid`, `terms-not-operable` or `track-not-controlled`.',
  })
  @ApiCreatedResponse({ type: WholeAmendmentView })
  async create(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: AmendmentBody,
  ): Promise<WholeAmendmentView> {
    return wholeView(tx, await getVersion(tx, id, await this.propose.execute(tx, actor, id, body)));
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List the amendments of an agreement, oldest first' })
  @ApiOkResponse({ type: AmendmentsView })
  async list(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<AmendmentsView> {
    await getAgreement(tx, id);
    return { rows: (await listVersions(tx, id)).filter(({ number }) => number > 1).map(view) };
  }

  @Get(':number')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'Show an amendment, its signatures and what it changes' })
  @ApiOkResponse({ type: WholeAmendmentView })
  async one(
    @InTx() tx: Tx,
    @Param() { id, number }: VersionParameters,
    @Query() { language }: ProseQuery,
  ): Promise<WholeAmendmentView> {
    return wholeView(tx, await getAmendment(tx, id, number), language);
  }

  @Get(':number/terms')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'Read the whole terms of an amendment', description: 'The canonical text.' })
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOkResponse({ schema: { type: 'object', additionalProperties: true } })
  async terms(@InTx() tx: Tx, @Param() { id, number }: VersionParameters): Promise<string> {
    return (await getAmendment(tx, id, number)).termsText;
  }

  @Get(':number/manifest')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'Read the manifest of an amendment: what its parties sign' })
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOkResponse({ schema: { type: 'object', additionalProperties: true } })
  async manifest(@InTx() tx: Tx, @Param() { id, number }: VersionParameters): Promise<string> {
    return manifestText(await getAmendment(tx, id, number));
  }

  @Post(':number/signatures')
  @Allow({ kinds: ['label', 'platform'], roles: ['signatory'], verified: true })
  @ApiOperation({
    summary: 'Sign an amendment for your organization',
    description:
      'The second signature puts it in force. Refused as the signature under an agreement is, and with `amendment-not-possible` where a month that it would change is closed, or a recording that it lists was withdrawn since it was proposed.',
  })
  @ApiCreatedResponse({ type: WholeAmendmentView })
  async sign(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Ip() address: string,
    @Param() { id: agreementId, number: version }: VersionParameters,
    @Body() body: SignatureBody,
  ): Promise<WholeAmendmentView> {
    await getAmendment(tx, agreementId, version);
    await this.signAgreement.execute(tx, actor, { agreementId, version, address }, body);
    return wholeView(tx, await getVersion(tx, agreementId, version));
  }

  @Post(':number/end')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['licensing'], verified: true })
  @ApiOperation({
    summary: 'Give an amendment up: take yours back, or refuse the other party’s',
    description: 'Refused with `agreement-not-open-for-signature` once it is decided.',
  })
  @ApiOkResponse({ type: WholeAmendmentView })
  async giveUp(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param() { id, number }: VersionParameters,
  ): Promise<WholeAmendmentView> {
    await this.propose.giveUp(tx, actor, id, number);
    return wholeView(tx, await getAmendment(tx, id, number));
  }
}

/** The first version is the agreement, no amendment of it. */
function getAmendment(tx: Tx, id: string, number: number): Promise<VersionText> {
  if (number === 1) throw new DomainError('not-found');
  return getVersion(tx, id, number);
}

const view = (version: Version): AmendmentView => ({
  version: version.number,
  state: version.state,
  effectiveFrom: version.effectiveFrom,
  termsHash: version.termsHash,
  manifestHash: version.signedHash,
  reason: version.reason,
  proposedBy: version.proposedBy,
  madeAt: version.madeAt.toISOString(),
  decidedAt: version.decidedAt?.toISOString() ?? null,
});

async function wholeView(tx: Tx, version: VersionText, language?: ProseQuery['language']): Promise<WholeAmendmentView> {
  const { agreementId, number, terms } = version;
  const earlier = (await listVersions(tx, agreementId)).findLast(
    (other) => other.number < number && other.state === 'concluded',
  );
  if (earlier === undefined) throw new DomainError('not-found');
  const before = await termsBefore(tx, version, earlier.number);
  return {
    ...view(version),
    signatures: (await listSignatures(tx, agreementId, number)).map(signatureView),
    clauses: differingClauses(before, terms, language),
    values: differingValues(before, terms).slice(0, 1000),
  };
}

/** The text signed before, without what was withdrawn from it when this one was decided: a recording that is listed again is one that joins. */
async function termsBefore(
  tx: Tx,
  { agreementId, effectiveFrom, decidedAt }: VersionText,
  before: number,
): Promise<Terms> {
  const { life } = await getLiving(tx, agreementId);
  const signed = life.versions.find(({ number }) => number === before);
  if (signed === undefined) throw new Error(`version ${before} of agreement ${agreementId} is lost`);
  const facts = life.facts.filter(({ recordedAt }) => decidedAt === null || recordedAt <= decidedAt);
  return withoutWithdrawn({ facts }, signed, effectiveFrom);
}
