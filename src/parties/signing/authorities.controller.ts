import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { memberExists } from '../parties.repository';
import { type Authority, authorityBases, listAuthorities } from './authorities.repository';
import { RevokeAuthority } from './revoke-authority';
import { SigningAuthorityBody, StateAuthority } from './state-authority';

export class SigningAuthorityView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'uuid' }) readonly memberId!: string;
  @ApiProperty({ enum: authorityBases }) readonly basis!: string;
  @ApiProperty() readonly reference!: string;
  @ApiProperty({ type: String, nullable: true, description: 'SHA-256' }) readonly document!: string | null;
  @ApiProperty({ format: 'date' }) readonly validFrom!: string;
  @ApiProperty({ type: String, format: 'date', nullable: true, description: 'the first day on which it does not hold' })
  readonly validUntil!: string | null;
  @ApiProperty() readonly statedBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly statedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly revokedAt!: string | null;
}

const authorityView = ({ statedAt, revokedAt, ...authority }: Authority): SigningAuthorityView => ({
  ...authority,
  statedAt: statedAt.toISOString(),
  revokedAt: revokedAt?.toISOString() ?? null,
});

@ApiTags('signing-keys')
@Controller('v1')
export class SigningAuthoritiesController {
  constructor(
    private readonly stateAuthority: StateAuthority,
    private readonly revokeAuthority: RevokeAuthority,
  ) {}

  @Post('members/:id/signing-authorities')
  @Allow({ kinds: ['label', 'platform'], roles: ['admin'], memberOnly: true })
  @ApiOperation({
    summary: 'State that a member may sign for your organization',
    description:
      'And on what paper that rests. What is signed names the statement by its id; the other party does not read it.',
  })
  @ApiCreatedResponse({ type: SigningAuthorityView })
  async state(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: SigningAuthorityBody,
  ): Promise<SigningAuthorityView> {
    return authorityView(await this.stateAuthority.execute(tx, actor, id, body));
  }

  @Get('members/:id/signing-authorities')
  @Allow({ kinds: ['label', 'platform'], memberOnly: true })
  @ApiOperation({ summary: 'List by what a member may sign, revoked statements included' })
  @ApiOkResponse({ type: pageSchema(SigningAuthorityView) })
  async list(
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<SigningAuthorityView>> {
    if (!(await memberExists(tx, id))) throw new DomainError('not-found');
    const rows = await listAuthorities(tx, id, limit, afterInstant(cursor));
    return pageOf(rows, limit, authorityView, (row) => [row.statedAt.toISOString(), row.id]);
  }

  @Post('signing-authorities/:id/revocation')
  @HttpCode(200)
  @Allow({ kinds: ['label', 'platform'], roles: ['admin'], memberOnly: true })
  @ApiOperation({
    summary: 'Revoke a statement that a member may sign',
    description: 'From now on; what was signed before stays signed. Revoking it again changes nothing.',
  })
  @ApiOkResponse({ type: SigningAuthorityView })
  async revoke(
    @By() actor: Actor,
    @InTx() tx: Tx,
    @Param('id', ParseUUIDPipe) id: string,
  ): Promise<SigningAuthorityView> {
    return authorityView(await this.revokeAuthority.execute(tx, actor, id));
  }
}
