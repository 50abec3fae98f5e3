import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import { delegableRoles } from '../platform/auth/delegated';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { type Delegation, listDelegations } from './delegations.repository';
import { DelegationBody, GrantDelegation } from './grant-delegation';
import { RevokeDelegation } from './revoke-delegation';

export class DelegationView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'uuid', description: 'who is acted for' }) readonly labelId!: string;
  @ApiProperty({ format: 'uuid', description: 'who acts' }) readonly distributorId!: string;
  @ApiProperty({ enum: delegableRoles, isArray: true }) readonly scopes!: readonly string[];
  @ApiProperty({ enum: ['live', 'ended', 'revoked'] }) readonly state!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly endsAt!: string | null;
  @ApiProperty({ format: 'date-time' }) readonly grantedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly revokedAt!: string | null;
}

const delegationView = (delegation: Delegation, now: Date): DelegationView => ({
  id: delegation.id,
  labelId: delegation.labelId,
  distributorId: delegation.distributorId,
  scopes: delegation.scopes,
  state: stateAt(delegation, now),
  endsAt: delegation.endsAt?.toISOString() ?? null,
  grantedAt: delegation.grantedAt.toISOString(),
  revokedAt: delegation.revokedAt?.toISOString() ?? null,
});

function stateAt({ revokedAt, endsAt }: Delegation, now: Date): string {
  if (revokedAt !== null) return 'revoked';
  return endsAt !== null && endsAt <= now ? 'ended' : 'live';
}

@ApiTags('delegations')
@Controller('v1/delegations')
export class DelegationsController {
  constructor(
    private readonly clock: Clock,
    private readonly grantDelegation: GrantDelegation,
    private readonly revokeDelegation: RevokeDelegation,
  ) {}

  @Post()
  @Allow({ kinds: ['label'], roles: ['admin'], memberOnly: true, verified: true })
  @ApiOperation({
    summary: 'Let a distributor act for your label',
    description:
      'It names your label in the header Accordo-On-Behalf-Of. It never signs, accepts, administers or handles money. Refused with `not-found` for a label that is not verified, and `delegation-exists`.',
  })
  @ApiCreatedResponse({ type: DelegationView })
  async grant(@By() actor: Actor, @InTx() tx: Tx, @Body() body: DelegationBody): Promise<DelegationView> {
    return delegationView(await this.grantDelegation.execute(tx, actor, body), this.clock.now());
  }

  @Get()
  @Allow({ kinds: ['label'] })
  @ApiOperation({
    summary: 'List who may act for you, and for whom you may act',
    description: 'Oldest first, with those that are over.',
  })
  @ApiOkResponse({ type: pageSchema(DelegationView) })
  async list(@InTx() tx: Tx, @Query() { limit, cursor }: PageQuery): Promise<Page<DelegationView>> {
    const rows = await listDelegations(tx, limit + 1, afterInstant(cursor));
    const now = this.clock.now();
    const keys = (row: Delegation): string[] => [row.grantedAt.toISOString(), row.id];
    return pageOf(rows, limit, (row) => delegationView(row, now), keys);
  }

  @Delete(':id')
  @HttpCode(204)
  @Allow({ kinds: ['label'], roles: ['admin'], memberOnly: true })
  @ApiOperation({
    summary: 'Revoke a delegation that you gave',
    description: 'It is over from the next request on. Revoking it again changes nothing.',
  })
  @ApiNoContentResponse()
  revoke(@By() actor: Actor, @InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    return this.revokeDelegation.execute(tx, actor, id);
  }
}
