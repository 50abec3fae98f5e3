import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../platform/auth/actor';
import { Allow, By, InTx } from '../platform/auth/allow';
import type { Tx } from '../platform/database/tx';
import { IdField } from '../platform/http/fields';
import { afterInstant, type Page, pageOf, PageQuery, pageSchema } from '../platform/http/paging';
import { AddService, AddServiceBody } from './add-service';
import { listServices, type Service } from './parties.repository';

export class ServiceView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty({ format: 'uuid', description: 'the platform that runs it' }) readonly organizationId!: string;
}

const serviceView = ({ id, name, organization_id }: Service): ServiceView => ({
  id,
  name,
  organizationId: organization_id,
});

export class ServicesQuery extends PageQuery {
  @IdField({ optional: true, description: 'only the services of this platform' })
  readonly organizationId?: string;
}

@ApiTags('services')
@Controller('v1/services')
export class ServicesController {
  constructor(private readonly addService: AddService) {}

  @Post()
  @Allow({ kinds: ['platform'], roles: ['licensing'] })
  @ApiOperation({
    summary: 'Add a service that your platform runs',
    description: 'Usage reports find it by its name. Refused with `service-name-taken`.',
  })
  @ApiCreatedResponse({ type: ServiceView })
  async add(@By() actor: Actor, @InTx() tx: Tx, @Body() body: AddServiceBody): Promise<ServiceView> {
    return serviceView(await this.addService.execute(tx, actor, body));
  }

  @Get()
  @Allow()
  @ApiOperation({ summary: 'List your own services and those of verified platforms' })
  @ApiOkResponse({ type: pageSchema(ServiceView) })
  async list(@InTx() tx: Tx, @Query() { organizationId, limit, cursor }: ServicesQuery): Promise<Page<ServiceView>> {
    const rows = await listServices(tx, organizationId, limit, afterInstant(cursor));
    return pageOf(rows, limit, serviceView, (row) => [row.created_at.toISOString(), row.id]);
  }
}
