import { ApiProperty } from '@nestjs/swagger';
import { ledgerSchemas } from '../../../kernel';

export class CheckpointView {
  @ApiProperty({ description: 'compact JWS (EdDSA) over root, signedAt and size, by a key `ledger-…`' })
  readonly checkpoint!: string;
  @ApiProperty({ description: 'root of the tree (RFC 6962, SHA-256), base64url' }) readonly root!: string;
  @ApiProperty({ enum: [ledgerSchemas.checkpoint] }) readonly schema!: string;
  @ApiProperty({ format: 'date-time' }) readonly signedAt!: string;
  @ApiProperty({ description: 'how many transactions it is over', example: 1024 }) readonly size!: number;
}

export class ConsistencyView {
  @ApiProperty({ description: 'the earlier checkpoint' }) readonly earlier!: string;
  @ApiProperty({ description: 'the later checkpoint' }) readonly later!: string;
  @ApiProperty({ type: String, isArray: true, description: 'RFC 6962, 2.1.2, base64url' })
  readonly path!: readonly string[];
  @ApiProperty({ enum: [ledgerSchemas.consistency] }) readonly schema!: string;
}

export class InclusionView {
  @ApiProperty({ description: 'the checkpoint that it is proved for' }) readonly checkpoint!: string;
  @ApiProperty({ description: 'the transaction as it was hashed: canonical JSON (RFC 8785)' })
  readonly content!: string;
  @ApiProperty({ type: String, isArray: true, description: 'RFC 6962, 2.1.1, base64url' })
  readonly path!: readonly string[];
  @ApiProperty({ description: 'its place in the log, from 0 on' }) readonly position!: number;
  @ApiProperty({ enum: [ledgerSchemas.inclusion] }) readonly schema!: string;
}
