import { ApiProperty } from '@nestjs/swagger';
import type { ClauseText, LanguageCode } from '../kernel';
import { ChoiceField } from '../platform/http/fields';
import { type Agreement, type AgreementState, agreementStates } from './agreements.repository';
import type { Signature } from './signatures.repository';
import type { Version } from './versions.repository';

export class InForceView {
  @ApiProperty({ format: 'date', description: 'the first day' }) readonly from!: string;
  @ApiProperty({ format: 'date', description: 'the day after the last' }) readonly until!: string;
}

export class SignatureView {
  @ApiProperty({ format: 'uuid' }) readonly organizationId!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'the member who signed; null for a key' })
  readonly memberId!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'the thumbprint of the key that signed; null for a member',
  })
  readonly signingKeyId!: string | null;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'that key (JWK)' })
  readonly signingKey!: object | null;
  @ApiProperty({ type: String, nullable: true, description: 'its detached JWS over the statement' })
  readonly signature!: string | null;
  @ApiProperty({ format: 'date-time' }) readonly signedAt!: string;
  @ApiProperty({ description: 'compact JWS (EdDSA) over the canonical statement of this signature' })
  readonly seal!: string;
}

export class AgreementSummary {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty({ format: 'uuid' }) readonly labelId!: string;
  @ApiProperty({ format: 'uuid' }) readonly platformId!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) readonly negotiationId!: string | null;
  @ApiProperty({ enum: agreementStates }) readonly state!: AgreementState;
  @ApiProperty({ description: 'the version signed last; 1 until then' }) readonly version!: number;
  @ApiProperty({ description: 'SHA-256 of the canonical terms of that version' }) readonly termsHash!: string;
  @ApiProperty({ example: 'USD' }) readonly currency!: string;
  @ApiProperty({ example: 'Europe/Moscow' }) readonly timeZone!: string;
  @ApiProperty({ type: InForceView, description: 'as far as is known now: renewals, notice and sell-off included' })
  readonly inForce!: InForceView;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly concludedAt!: string | null;
  @ApiProperty({
    type: String,
    format: 'date',
    nullable: true,
    description: 'the day on which the parties signed elsewhere; null for what was agreed here',
  })
  readonly concludedElsewhereOn!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'SHA-256 of what they signed there: `/original`' })
  readonly originalSha256!: string | null;
  @ApiProperty({
    type: String,
    isArray: true,
    nullable: true,
    description: 'what had been paid there and is not due again: ids of advances, or `back-fee`',
  })
  readonly paidElsewhere!: readonly string[] | null;
}

export class AgreementView extends AgreementSummary {
  @ApiProperty({ description: 'SHA-256 of the first version’s manifest: what both parties sign' })
  readonly manifestHash!: string;
  @ApiProperty({ type: SignatureView, isArray: true }) readonly signatures!: SignatureView[];
}

export class TrackView {
  @ApiProperty({ example: 'ZZA012600001' }) readonly isrc!: string;
}

export class ClauseTextView {
  @ApiProperty({ example: '6.1', description: 'the clause’s number, stable for these terms' }) readonly clause!: string;
  @ApiProperty() readonly text!: string;
}

export class ProseQuery {
  @ChoiceField(['en', 'ru'], { optional: true, description: 'the language; English where absent' })
  readonly language?: LanguageCode;
}

export class ProseView {
  @ApiProperty() readonly termsHash!: string;
  @ApiProperty({ type: ClauseTextView, isArray: true }) readonly clauses!: readonly ClauseText[];
}

export const agreementSummary = (agreement: Agreement): AgreementSummary => ({
  id: agreement.id,
  labelId: agreement.labelId,
  platformId: agreement.platformId,
  negotiationId: agreement.negotiationId,
  state: agreement.state,
  version: agreement.version,
  termsHash: agreement.termsHash,
  currency: agreement.currency,
  timeZone: agreement.timeZone,
  inForce: agreement.inForce,
  concludedAt: agreement.concludedAt?.toISOString() ?? null,
  concludedElsewhereOn: agreement.concludedElsewhereOn,
  originalSha256: agreement.documentSha256,
  paidElsewhere: agreement.paidElsewhere,
});

export const agreementView = (
  agreement: Agreement,
  { signedHash }: Pick<Version, 'signedHash'>,
  signatures: readonly Signature[],
): AgreementView => ({
  ...agreementSummary(agreement),
  manifestHash: signedHash,
  signatures: signatures.map(signatureView),
});

export const signatureView = ({ signedAt, ...signature }: Signature): SignatureView => ({
  ...signature,
  signedAt: signedAt.toISOString(),
});
