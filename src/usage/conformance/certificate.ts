import { ApiProperty } from '@nestjs/swagger';
import type { CheckedFile } from './check-file';

/** The type of the JWS (its header's `typ`). */
export const CERTIFICATE_TYPE = 'accordo-usage-conformance+jws';

export class ProblemView {
  @ApiProperty({ description: 'from 1; of a batch of events its place in the list' }) readonly line!: number;
  @ApiProperty({ type: Number, nullable: true }) readonly cell!: number | null;
  @ApiProperty({ type: String, nullable: true, description: 'name of the cell, key, or JSON pointer' })
  readonly cellName!: string | null;
  @ApiProperty({ description: 'code of the record, in a DSR file' }) readonly record!: string;
  @ApiProperty() readonly code!: string;
  @ApiProperty({ enum: ['error', 'warning'] }) readonly severity!: string;
  @ApiProperty() readonly value!: string;
  @ApiProperty() readonly message!: string;
}

export class FixView {
  @ApiProperty() readonly code!: string;
  @ApiProperty() readonly message!: string;
  @ApiProperty() readonly line!: number;
  @ApiProperty({ description: 'at most 4,000 characters of it' }) readonly asItCame!: string;
  @ApiProperty({ type: String, nullable: true, description: 'null where only its sender can tell' })
  readonly right!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    enum: ['value', 'example'],
    description: 'made out of what is written, or an example of the form in its place',
  })
  readonly from!: string | null;
}

export class CertificateView {
  @ApiProperty({ format: 'uuid' }) readonly platformId!: string;
  @ApiProperty({ description: 'SHA-256 of the file as it came' }) readonly sha256!: string;
  @ApiProperty() readonly bytes!: number;
  @ApiProperty({ format: 'date-time' }) readonly checkedAt!: string;
  @ApiProperty({ type: String, nullable: true, example: 'BasicAudioProfile' }) readonly profile!: string | null;
  @ApiProperty({ description: 'all lines of the file; of a batch its events' }) readonly lines!: number;
  @ApiProperty({ description: 'usage lines or events without an error' }) readonly accepted!: number;
  @ApiProperty() readonly rejected!: number;
  @ApiProperty({
    example: '98.25',
    description:
      'percent of sound lines or events, rounded down to two digits; at most 50.00 where the file as a whole would be refused, 0.00 where none is sound',
  })
  readonly score!: string;
  @ApiProperty({ type: [ProblemView], description: 'the first thousand' }) readonly problems!: readonly ProblemView[];
  @ApiProperty() readonly problemsTotal!: number;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' } })
  readonly problemsByCode!: Readonly<Record<string, number>>;
  @ApiProperty({ type: [FixView], description: 'one for each of the first twenty kinds of problem' })
  readonly fixes!: readonly FixView[];
}

export class SignedCertificate {
  @ApiProperty() readonly certificate!: CertificateView;
  @ApiProperty({ description: 'the same as compact JWS under a published key (docs/usage-delivery.md)' })
  readonly jws!: string;
}

const whole = 10_000;
const mostIfRefused = 5_000;

/** Percent with two digits. */
export function scoreOf({ accepted, rejected, fatal }: Pick<CheckedFile, 'accepted' | 'rejected' | 'fatal'>): string {
  const lines = accepted + rejected;
  const share = lines === 0 ? (fatal ? 0 : whole) : Math.floor((accepted * whole) / lines);
  const score = fatal ? Math.min(share, mostIfRefused) : share;
  return `${Math.floor(score / 100)}.${String(score % 100).padStart(2, '0')}`;
}
