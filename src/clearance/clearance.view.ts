import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { versionKinds } from '../catalogue';
import { REFUSAL_REASONS } from '../kernel';
import type { ClearanceAnswer } from './answers';

export class RightsScopeView {
  @ApiProperty({ enum: ['sound-recording'] }) readonly licensed!: string;
  @ApiProperty({ enum: ['platform-clears', 'label-clears'], description: 'who clears the musical work' })
  readonly musicalWork!: string;
}

export class VersionAnswerView {
  @ApiProperty() readonly isrc!: string;
  @ApiProperty() readonly licensed!: boolean;
  @ApiProperty({ enum: REFUSAL_REASONS, required: false }) readonly reason?: string;
}

/** What an answer to a question by `parentIsrc` says more. */
class OfSomeVersionView {
  @ApiProperty({
    required: false,
    description:
      'asked by `parentIsrc`: the version whose answer it is, the one that is licensed least; absent where your agreements do not name it',
  })
  readonly isrc?: string;
  @ApiProperty({
    type: VersionAnswerView,
    isArray: true,
    required: false,
    description: 'asked by `parentIsrc`, in detail: the parent, and the versions of it that your agreements name',
  })
  readonly versions?: readonly VersionAnswerView[];
}

export class VersionOfView {
  @ApiProperty() readonly isrc!: string;
  @ApiProperty({ enum: versionKinds }) readonly kind!: string;
}

export class LicensedView extends OfSomeVersionView {
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

export class NotLicensedView extends OfSomeVersionView {
  @ApiProperty({ enum: [false] }) readonly licensed!: false;
  @ApiProperty({ enum: REFUSAL_REASONS }) readonly reason!: string;
  @ApiProperty({
    type: [String],
    required: false,
    description: 'in detail: the labels that have the recording, or come closest to granting the use',
  })
  readonly labelIds?: readonly string[];
  @ApiProperty({
    type: VersionOfView,
    required: false,
    description:
      'in detail, of a recording that nothing licenses: what its label says that it is a version of, where your agreements name that one; a licence of that one is none of this one',
  })
  readonly versionOf?: VersionOfView;
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
