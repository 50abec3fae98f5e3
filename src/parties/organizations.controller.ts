import { Body, Controller, Get, HttpCode, Ip, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx, Public } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { ChoiceField } from '../platform/http/fields';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import {
  organizationDetailsView,
  OrganizationDetailsView,
  organizationView,
  OrganizationView,
} from './organization.view';
import { getOrganization, getOrganizationDetails, listOrganizations } from './parties.repository';
import { RegisterOrganization, RegisterOrganizationBody, RegistrationView } from './register-organization';
import { VerifyOrganization } from './verify-organization';

export class OrganizationsQuery extends PageQuery {
  @ChoiceField(['label', 'platform', 'operator'], { optional: true, description: 'only organizations of this kind' })
  readonly kind?: string;
}

@ApiTags('organizations')
@Controller('v1/organizations')
export class OrganizationsController {
  constructor(
    private readonly registerOrganization: RegisterOrganization,
    private readonly verifyOrganization: VerifyOrganization,
  ) {}

  @Post()
  @Public()
  @ApiOperation({
    summary: 'Register a label or a platform with its first member',
    description:
      'Open to everyone; what it may do waits for the operator to verify it. It accepts the framework agreement (`/v1/framework-agreement`) with it. Refused with `framework-agreement-differs`, `email-taken`, `party-id-taken` or `too-many-requests`.',
  })
  @ApiCreatedResponse({ type: RegistrationView })
  register(@Body() body: RegisterOrganizationBody, @Ip() address: string): Promise<RegistrationView> {
    return this.registerOrganization.execute(body, address);
  }

  @Get()
  @Allow()
  @ApiOperation({
    summary: 'List the directory of organizations',
    description: 'Verified organizations and your own; the operator sees all.',
  })
  @ApiOkResponse({ type: pageSchema(OrganizationView) })
  async list(@InTx() tx: Tx, @Query() { kind, limit, cursor }: OrganizationsQuery): Promise<Page<OrganizationView>> {
    const rows = await listOrganizations(tx, kind, limit, afterInstant(cursor));
    return pageOf(rows, limit, organizationView, (row) => [row.registered_at.toISOString(), row.id]);
  }

  @Get(':id')
  @Allow()
  @ApiOperation({ summary: 'Show an organization' })
  @ApiOkResponse({ type: OrganizationView })
  async get(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<OrganizationView> {
    return organizationView(await getOrganization(tx, id));
  }

  @Get(':id/details')
  @Allow()
  @ApiOperation({
    summary: 'Show an organization’s registration, tax and address',
    description: 'Only your own; the operator sees all.',
  })
  @ApiOkResponse({ type: OrganizationDetailsView })
  async details(@InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<OrganizationDetailsView> {
    return organizationDetailsView(await getOrganizationDetails(tx, id));
  }

  @Post(':id/verification')
  @HttpCode(200)
  @Allow({ kinds: ['operator'], roles: ['admin'], memberOnly: true })
  @ApiOperation({
    summary: 'Verify an organization: it is who it says it is',
    description: 'From now on it publishes, negotiates and signs. Refused with `already-verified`.',
  })
  @ApiOkResponse({ type: OrganizationView })
  async verify(@By() actor: Actor, @InTx() tx: Tx, @Param('id', ParseUUIDPipe) id: string): Promise<OrganizationView> {
    return organizationView(await this.verifyOrganization.execute(tx, actor, id));
  }
}
