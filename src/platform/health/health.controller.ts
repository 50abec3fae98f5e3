import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Public } from '../auth/allow';
import { Database } from '../database/database';
import type { Tx } from '../database/tx';
import { DomainError } from '../errors/domain-error';
import { Keyring } from '../keyring/keyring';

export class HealthView {
  @ApiProperty({ enum: ['ok'] }) readonly status!: 'ok';
}

export class KeysView {
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } }) readonly keys!: object[];
}

@ApiTags('health')
@Controller()
export class HealthController {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
  ) {}

  @Get('health/live')
  @Public()
  @ApiOperation({ summary: 'Does the process run?' })
  @ApiOkResponse({ type: HealthView })
  live(): HealthView {
    return { status: 'ok' };
  }

  @Get('health/ready')
  @Public()
  @ApiOperation({
    summary: 'Can the process answer?',
    description:
      'The database is there, migrated, and binds the application role by row-level security; otherwise `not-ready`.',
  })
  @ApiOkResponse({ type: HealthView })
  async ready(): Promise<HealthView> {
    const { bypasses } = await this.database.asSystem(lookAtRole, 'read').catch((cause: unknown) => {
      // Whatever went wrong: this process cannot answer now.
      throw Object.assign(new DomainError('not-ready'), { cause });
    });
    if (bypasses) throw new DomainError('not-ready', 'the application role could bypass row-level security');
    return { status: 'ok' };
  }

  @Get('.well-known/jwks.json')
  @Public()
  @ApiOperation({
    summary: 'Get the marketplace’s public keys, to check its seals',
    description: 'A JSON Web Key Set (RFC 7517), for anyone.',
  })
  @ApiOkResponse({ type: KeysView })
  keys(): KeysView {
    return { keys: [...this.keyring.publicKeys()] };
  }
}

const lookAtRole = (tx: Tx): Promise<{ bypasses: boolean }> =>
  tx.one<{ bypasses: boolean }>(
    `SELECT rolsuper OR rolbypassrls AS bypasses
       FROM pg_roles, (SELECT count(*) FROM migrations) AS migrated WHERE rolname = current_user`,
  );
