import { ApiProperty } from '@nestjs/swagger';
import type { Organization, OrganizationDetails } from './parties.repository';

export class OrganizationView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ enum: ['label', 'platform', 'operator'] }) readonly kind!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty({ description: 'ISO 3166-1 alpha-2' }) readonly country!: string;
  @ApiProperty({ type: String, nullable: true, description: 'DDEX party identifier' }) readonly partyId!: string | null;
  @ApiProperty({ enum: ['registered', 'verified'] }) readonly state!: string;
  @ApiProperty({ format: 'date-time' }) readonly registeredAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly verifiedAt!: string | null;
}

export const organizationView = (organization: Organization): OrganizationView => ({
  id: organization.id,
  kind: organization.kind,
  name: organization.name,
  country: organization.country,
  partyId: organization.party_id,
  state: organization.state,
  registeredAt: organization.registered_at.toISOString(),
  verifiedAt: organization.verified_at?.toISOString() ?? null,
});

export class OrganizationDetailsView {
  @ApiProperty({ format: 'uuid' }) readonly organizationId!: string;
  @ApiProperty() readonly legalName!: string;
  @ApiProperty() readonly registrationNumber!: string;
  @ApiProperty() readonly address!: string;
  @ApiProperty() readonly taxId!: string;
}

export const organizationDetailsView = (details: OrganizationDetails): OrganizationDetailsView => ({
  organizationId: details.organization_id,
  legalName: details.legal_name,
  registrationNumber: details.registration_number,
  address: details.address,
  taxId: details.tax_id,
});
