import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { REFUSAL_REASONS } from '../kernel';
import type { ClearanceAnswer } from './answers';

export class RightsScopeView {
  @ApiProperty({ enum: ['sound-recording'] }) readonly licensed!: string;
  @ApiProperty({ enum: ['platform-clears', 'label-clears'], description: 'who clears the musical work' })
  readonly musicalWork!: string;
}

export class LicensedView {
  @ApiProperty({ enum: [true] }) readonly licensed!: true;
  @ApiProperty({ format: 'uuid' }) readonly agreementId!: string;
  @ApiProperty({ description: 'the grant’s id in the agreement’s terms' }) readonly clause!: string;
  @ApiProperty({ format: 'date', description: 'the first day on which this no longer holds' }) readonly until!: string;
  @ApiProperty({ type: RightsScopeView }) readonly rightsScope!: RightsScopeView;
  @ApiProperty({
    format: 'date-time',
    required: false,
    description: 'in detail: until when this yes holds, as far as is known',
  })
  readonly trueUntil?: string;
  @ApiProperty({ required: false, description: 'in detail: the version of the agreement that grants it' })
  readonly version?: number;
}

export class NotLicensedView {
  @ApiProperty({ enum: [false] }) readonly licensed!: false;
  @ApiProperty({ enum: REFUSAL_REASONS }) readonly reason!: string;
  @ApiProperty({
    type: [String],
    required: false,
    description: 'in detail: the labels that have the recording, or come closest to granting the use',
  })
  readonly labelIds?: readonly string[];
  @ApiProperty({ type: [String], required: false, description: 'in detail: the listings that offer you the recording' })
  readonly listingIds?: readonly string[];
}

export class ReceiptStatementView {
  @ApiProperty({ description: 'canonical JSON (RFC 8785) of answer, index and question' }) readonly statement!: string;
  @ApiProperty({ type: [String], description: 'hashes from the statement up to the root, in base64url (RFC 6962)' })
  readonly path!: readonly string[];
}

export class ReceiptsView {
  @ApiProperty({ description: 'signs the root of all statements (JWS, EdDSA) with a published key' })
  readonly jws!: string;
  @ApiProperty({ format: 'date-time' }) readonly expiresAt!: string;
  @ApiProperty({ type: [ReceiptStatementView], description: 'one per answer, in their order' })
  readonly statements!: readonly ReceiptStatementView[];
}

@ApiExtraModels(LicensedView, NotLicensedView)
export class ClearanceView {
  @ApiProperty({
    type: 'array',
    description: 'one answer per question, in their order',
    items: { oneOf: [{ $ref: getSchemaPath(LicensedView) }, { $ref: getSchemaPath(NotLicensedView) }] },
  })
  readonly answers!: readonly ClearanceAnswer[];

  @ApiProperty({ type: ReceiptsView, required: false, description: 'where receipts were asked for' })
  readonly receipts?: ReceiptsView;
}
