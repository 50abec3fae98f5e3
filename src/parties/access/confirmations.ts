import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import { DomainError } from '../../platform/errors/domain-error';
import { Keyring } from '../../platform/keyring/keyring';
import { SessionTokens } from './session-tokens';

const kind = { typ: 'confirmation+jwt', audience: 'accordo-confirmation', minutesMax: 5 };

export interface Confirmation {
  readonly confirmation: string;
  readonly expiresAt: Date;
}

/** Proof that a member entered its password again within five minutes, in the session that it now asks in. */
@Injectable()
export class Confirmations {
  private readonly tokens: SessionTokens;

  constructor(
    keyring: Keyring,
    private readonly clock: Clock,
  ) {
    this.tokens = new SessionTokens(kind, keyring, clock);
  }

  /** For a member whose password was just checked. */
  async issue({ id, sessionId }: { readonly id: string; readonly sessionId: string }): Promise<Confirmation> {
    // A token tells seconds: it ends when it says that it does.
    const now = Math.floor(this.clock.now().getTime() / 1000) * 1000;
    const expiresAt = new Date(now + kind.minutesMax * 60_000);
    return { confirmation: await this.tokens.issue({ memberId: id, sessionId }, expiresAt), expiresAt };
  }

  /** Refuses with confirmation-required, whatever is wrong: none, another's, of another session, too old. */
  async refuseUnlessConfirmed({ by }: Actor, confirmation: string | undefined): Promise<void> {
    const claim = confirmation === undefined ? undefined : await this.tokens.read(confirmation);
    if (by.kind !== 'member' || claim?.memberId !== by.id || claim.sessionId !== by.sessionId) {
      throw new DomainError('confirmation-required');
    }
  }
}
