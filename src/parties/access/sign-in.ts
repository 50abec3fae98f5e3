import { randomBytes } from 'node:crypto';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { audit } from '../../platform/audit/audit';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import { DomainError } from '../../platform/errors/domain-error';
import { EmailField, TextField } from '../../platform/http/fields';
import { mailAddress } from '../text';
import { findActorOfSession, findCredentials, openSession } from './access.repository';
import { AccessTokens } from './access-tokens';
import { hashPassword, passwordMatches } from './passwords';
import { networkOf, Throttle } from './throttle';

export class SignInBody {
  @EmailField()
  readonly email!: string;

  @TextField({ max: 128 })
  readonly password!: string;
}

export class SignInView {
  @ApiProperty({ description: 'send it as a bearer token' }) readonly accessToken!: string;
  @ApiProperty({ format: 'date-time' }) readonly expiresAt!: string;
  @ApiProperty({ format: 'uuid' }) readonly organizationId!: string;
  @ApiProperty({ format: 'uuid' }) readonly memberId!: string;
}

/** Turns mail address and password into a session with an access token. */
@Injectable()
export class SignIn implements OnModuleInit {
  private readonly logger = new Logger('SignIn');
  private decoy = '';

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly throttle: Throttle,
    private readonly tokens: AccessTokens,
  ) {}

  /** A hash that no password has: an unknown address costs as much time as a known one. */
  async onModuleInit(): Promise<void> {
    this.decoy = await hashPassword(randomBytes(32).toString('base64url'));
  }

  /** Refuses with too-many-requests, or with sign-in-failed whether the address or the password is wrong. */
  async execute({ email: written, password }: SignInBody, address: string): Promise<SignInView> {
    const email = mailAddress(written);
    await this.throttle.admitSignIn(email, address);
    const member = await this.database.asSystem((tx) => findCredentials(tx, email), 'read');
    const right = await passwordMatches(member?.password_hash ?? this.decoy, password);
    if (member === undefined || !right) {
      this.logger.warn({ event: 'sign-in-failed', network: networkOf(address) });
      throw new DomainError('sign-in-failed');
    }
    await this.throttle.forgiveSignIn(email, address);

    const at = this.clock.now();
    const expiresAt = this.tokens.expiry();
    const sessionId = await this.database.asSystem(async (tx) => {
      const id = await openSession(tx, member, { at, expiresAt });
      const actor = await findActorOfSession(tx, { memberId: member.id, sessionId: id }, at);
      if (actor === undefined) throw new Error('a session just opened is not open');
      await audit(tx, actor, { action: 'session.opened', subjectId: id, at });
      return id;
    });
    return {
      accessToken: await this.tokens.issue({ memberId: member.id, sessionId }, expiresAt),
      expiresAt: expiresAt.toISOString(),
      organizationId: member.organization_id,
      memberId: member.id,
    };
  }
}
