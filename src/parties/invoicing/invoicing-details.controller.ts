import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Actor } from '../../platform/auth/actor';
import { Allow, By, InTx } from '../../platform/auth/allow';
import type { Tx } from '../../platform/database/tx';
import { fromCursor, type Page, pageOf, PageQuery, pageSchema } from '../../platform/http/paging';
import { type InvoicingDetails, listDetails } from './invoicing-details.repository';
import { InvoicingDetailsBody, StateInvoicingDetails } from './state-invoicing-details';

export class InvoicingDetailsView {
  @ApiProperty({ type: 'integer', description: '1, 2, 3: the last one holds' }) readonly version!: number;
  @ApiProperty() readonly legalName!: string;
  @ApiProperty() readonly street!: string;
  @ApiProperty() readonly city!: string;
  @ApiProperty({ type: String, nullable: true }) readonly postalCode!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly region!: string | null;
  @ApiProperty({ description: 'ISO 3166-1 alpha-2' }) readonly country!: string;
  @ApiProperty({ type: String, nullable: true, example: 'DE123456789' }) readonly vatId!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly taxNumber!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly registrationNumber!: string | null;
  @ApiProperty({ type: String, nullable: true }) readonly email!: string | null;
  @ApiProperty() readonly statedBy!: string;
  @ApiProperty({ format: 'date-time' }) readonly statedAt!: string;
}

const detailsView = ({ statedAt, ...details }: InvoicingDetails): InvoicingDetailsView => ({
  ...details,
  statedAt: statedAt.toISOString(),
});

@ApiTags('organizations')
@Controller('v1/invoicing-details')
export class InvoicingDetailsController {
  constructor(private readonly stateInvoicingDetails: StateInvoicingDetails) {}

  @Post()
  @Allow({ kinds: ['label', 'platform'], roles: ['finance'], memberOnly: true })
  @ApiOperation({
    summary: 'State what invoices say of your organization',
    description:
      'From now on. An invoice keeps the details of both parties that held on the day of issue; where a party had stated none by then, the first that it states. The other party reads them on its invoices alone.',
  })
  @ApiCreatedResponse({ type: InvoicingDetailsView })
  async state(@By() actor: Actor, @InTx() tx: Tx, @Body() body: InvoicingDetailsBody): Promise<InvoicingDetailsView> {
    return detailsView(await this.stateInvoicingDetails.execute(tx, actor, body));
  }

  @Get()
  @Allow({ kinds: ['label', 'platform'] })
  @ApiOperation({ summary: 'List what you have stated for invoices, the version that holds first' })
  @ApiOkResponse({ type: pageSchema(InvoicingDetailsView) })
  async list(
    @By() { organizationId }: Actor,
    @InTx() tx: Tx,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<InvoicingDetailsView>> {
    const [before] = fromCursor(cursor, [/^[1-9]\d{0,8}$/]) ?? [];
    const rows = await listDetails(tx, organizationId, limit, before);
    return pageOf(rows, limit, detailsView, (row) => [String(row.version)]);
  }
}
