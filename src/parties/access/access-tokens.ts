import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { Keyring } from '../../platform/keyring/keyring';
import { type SessionClaim, SessionTokens } from './session-tokens';

const kind = { typ: 'at+jwt', audience: 'accordo-api', minutesMax: 15 };

/** Access tokens (RFC 9068), good for a quarter of an hour. */
@Injectable()
export class AccessTokens {
  private readonly tokens: SessionTokens;

  constructor(
    keyring: Keyring,
    private readonly clock: Clock,
  ) {
    this.tokens = new SessionTokens(kind, keyring, clock);
  }

  /** When a token issued now ends. */
  expiry(): Date {
    return new Date(this.clock.now().getTime() + kind.minutesMax * 60_000);
  }

  issue(claim: SessionClaim, expiresAt: Date): Promise<string> {
    return this.tokens.issue(claim, expiresAt);
  }

  /** As SessionTokens.read. */
  read(token: string): Promise<SessionClaim | undefined> {
    return this.tokens.read(token);
  }
}
