import { Injectable, Logger } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { audit } from '../../platform/audit/audit';
import type { Actor } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import { DomainError } from '../../platform/errors/domain-error';
import { TextField } from '../../platform/http/fields';
import { findOwnCredentials } from './access.repository';
import { Confirmations } from './confirmations';
import { passwordMatches } from './passwords';
import { networkOf, Throttle } from './throttle';

export class ReAuthenticationBody {
  @TextField({ max: 128 })
  readonly password!: string;
}

export class ConfirmationView {
  @ApiProperty({ description: 'send it with what you sign' }) readonly confirmation!: string;
  @ApiProperty({ format: 'date-time' }) readonly expiresAt!: string;
}

/** A member shows once more that it is there: an open session alone, at a machine that was left, signs nothing. */
@Injectable()
export class ReAuthenticate {
  private readonly logger = new Logger('ReAuthenticate');

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly throttle: Throttle,
    private readonly confirmations: Confirmations,
  ) {}

  /** Refuses with too-many-requests, counted together with sign-ins, and with sign-in-failed for a wrong password. */
  async execute(actor: Actor, { password }: ReAuthenticationBody, address: string): Promise<ConfirmationView> {
    const { by } = actor;
    if (by.kind !== 'member') throw new DomainError('forbidden');
    const member = await this.database.asSystem((tx) => findOwnCredentials(tx, by.id), 'read');
    await this.throttle.admitSignIn(member.email, address);
    if (!(await passwordMatches(member.password_hash, password))) {
      this.logger.warn({ event: 're-authentication-failed', network: networkOf(address) });
      throw new DomainError('sign-in-failed');
    }
    await this.throttle.forgiveSignIn(member.email, address);
    const at = this.clock.now();
    await this.database.withTenant(actor, (tx) =>
      audit(tx, actor, { action: 'session.confirmed', subjectId: by.sessionId, at }),
    );
    const { confirmation, expiresAt } = await this.confirmations.issue(by);
    return { confirmation, expiresAt: expiresAt.toISOString() };
  }
}
