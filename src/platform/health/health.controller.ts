import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
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

  /** The process runs. */
  @Get('health/live')
  @Public()
  @ApiOkResponse({ type: HealthView })
  live(): HealthView {
    return { status: 'ok' };
  }

  /** The process can answer: the database is there, migrated, and binds the application role by row-level security. */
  @Get('health/ready')
  @Public()
  @ApiOkResponse({ type: HealthView })
  async ready(): Promise<HealthView> {
    const { bypasses } = await this.database.asSystem(lookAtRole, 'read').catch((cause: unknown) => {
      // Whatever went wrong: this process cannot answer now.
      throw Object.assign(new DomainError('not-ready'), { cause });
    });
    if (bypasses) throw new DomainError('not-ready', 'the application role could bypass row-level security');
    return { status: 'ok' };
  }

  /** The marketplace's public keys, for anyone who checks its seals (RFC 7517). */
  @Get('.well-known/jwks.json')
  @Public()
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
