import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { fromCursor, instantKey, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { signingAlgorithms } from '../platform/signing/public-jwk';
import { getOrganization } from './parties.repository';
import { ProposeSigningKey, SigningKeyBody } from './propose-signing-key';
import { RevokeSigningKey } from './revoke-signing-key';
import { listSigningKeys, type SigningKey } from './signing-keys.repository';

const thumbprint = /^[A-Za-z0-9_-]{43}$/;

export class SigningKeyParameters {
  @ApiProperty({ description: 'the key’s thumbprint' })
  @Matches(thumbprint, { message: '$property must be the thumbprint of a key' })
  readonly id!: string;
}

/** What everybody may see of a key: enough to check what it signed. */
export class PublishedKeyView {
  @ApiProperty({ description: 'its thumbprint (RFC 7638), the `kid` of what it signs' }) readonly id!: string;
  @ApiProperty({ format: 'uuid' }) readonly organizationId!: string;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'the public half as a JWK' })
  readonly publicKey!: object;
  @ApiProperty({ enum: signingAlgorithms }) readonly alg!: string;
  @ApiProperty({ enum: ['proposed', 'active', 'revoked'] }) readonly state!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly activatedAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly revokedAt!: string | null;
}

export class SigningKeyView extends PublishedKeyView {
  @ApiProperty({ format: 'uuid', description: 'the key as approvals and events name it' }) readonly recordId!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty({ format: 'date-time' }) readonly proposedAt!: string;
}

export class ProposedKeyView extends SigningKeyView {
  @ApiProperty({ format: 'uuid', description: 'what a second person decides' }) readonly approvalId!: string;
}

const publishedView = (key: SigningKey): PublishedKeyView => ({
  id: key.id,
  organizationId: key.organizationId,
  publicKey: key.publicKey,
  alg: key.alg,
  state: key.state,
  activatedAt: key.activatedAt?.toISOString() ?? null,
  revokedAt: key.revokedAt?.toISOString() ?? null,
});

const view = (key: SigningKey): SigningKeyView => ({
  ...publishedView(key),
  recordId: key.recordId,
  name: key.name,
  proposedAt: key.proposedAt.toISOString(),
});

const keysOf = (row: SigningKey): string[] => [row.proposedAt.toISOString(), row.id];

@ApiTags('signing-keys')
@Controller('v1')
export class SigningKeysController {
  constructor(
    private readonly propose: ProposeSigningKey,
    private readonly revokeKey: RevokeSigningKey,
  ) {}

  @Post('signing-keys')
  @Allow({ kinds: ['label', 'platform'], roles: ['signatory'], memberOnly: true, verified: true })
  @ApiOperation({
    summary: 'Propose a key that signs for your organization',
    description:
      'A second signatory or an administrator makes it active at `/v1/approvals/{id}/decision`. Refused with `signature-invalid` for the proof, and `signing-key-exists`.',
  })
  @ApiCreatedResponse({ type: ProposedKeyView })
  async create(@By() actor: Actor, @InTx() tx: Tx, @Body() body: SigningKeyBody): Promise<ProposedKeyView> {
    const { key, approval } = await this.propose.execute(tx, actor, body);
    return { ...view(key), approvalId: approval.id };
  }

  @Get('signing-keys')
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List your signing keys, proposed and revoked ones included' })
  @ApiOkResponse({ type: pageSchema(SigningKeyView) })
  async list(@By() actor: Actor, @InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<SigningKeyView>> {
    const after = fromCursor(cursor, [instantKey, thumbprint]);
    const { organizationId } = actor;
    const rows = await listSigningKeys(tx, { organizationId, published: false, limit: limit + 1, after });
    return pageOf(rows, limit, view, keysOf);
  }

  @Post('signing-keys/:id/revocation')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['signatory', 'admin'], memberOnly: true })
  @ApiOperation({
    summary: 'Revoke a signing key',
    description: 'It signs nothing from now on; what it signed stays signed. Revoking it again changes nothing.',
  })
  @ApiOkResponse({ type: SigningKeyView })
  async revoke(@By() actor: Actor, @InTx() tx: Tx, @Param() { id }: SigningKeyParameters): Promise<SigningKeyView> {
    return view(await this.revokeKey.execute(tx, actor, id));
  }

  @Get('organizations/:id/signing-keys')
  @Allow()
  @ApiOperation({
    summary: 'List the keys that an organization signs or signed with',
    description:
      'Those that were ever active, with the time of it: a signature given in that time was given in its name.',
  })
  @ApiOkResponse({ type: pageSchema(PublishedKeyView) })
  async published(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<PublishedKeyView>> {
    const after = fromCursor(cursor, [instantKey, thumbprint]);
    const { id: organizationId } = await getOrganization(tx, id);
    const rows = await listSigningKeys(tx, { organizationId, published: true, limit: limit + 1, after });
    return pageOf(rows, limit, publishedView, keysOf);
  }
}
