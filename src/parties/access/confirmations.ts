import { Injectable } from '@nestjs/common';
import { type CryptoKey, errors, jwtVerify, SignJWT } from 'jose';
import type { Actor } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import { DomainError } from '../../platform/errors/domain-error';
import { Keyring } from '../../platform/keyring/keyring';

const issuer = 'accordo';
/** Neither is that of an access token: one never passes for the other, though the same key signs both. */
const audience = 'accordo-confirmation';
const typ = 'confirmation+jwt';
const minutesMax = 5;
const lengthMax = 2048;

export interface Confirmation {
  readonly confirmation: string;
  readonly expiresAt: Date;
}

/** Proof that a member entered its password again within five minutes, in the session that it now asks in. */
@Injectable()
export class Confirmations {
  constructor(
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /** For a member whose password was just checked. */
  async issue({ id, sessionId }: { readonly id: string; readonly sessionId: string }): Promise<Confirmation> {
    const now = this.clock.now();
    // A token tells seconds: it ends when it says that it does.
    const expiresAt = new Date(Math.floor(now.getTime() / 1000) * 1000 + minutesMax * 60_000);
    const { id: kid, key } = await this.keyring.signingKey('access-token');
    const confirmation = await new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: 'EdDSA', typ, kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(id)
      .setIssuedAt(now)
      .setExpirationTime(expiresAt)
      .sign(key);
    return { confirmation, expiresAt };
  }

  /** Refuses with confirmation-required, whatever is wrong: none, another's, of another session, too old. */
  async refuseUnlessConfirmed({ by }: Actor, confirmation: string | undefined): Promise<void> {
    const claim = confirmation === undefined ? undefined : await this.read(confirmation);
    if (by.kind !== 'member' || claim?.sub !== by.id || claim.sid !== by.sessionId) {
      throw new DomainError('confirmation-required');
    }
  }

  private async read(token: string): Promise<{ sub?: unknown; sid?: unknown } | undefined> {
    if (token.length > lengthMax) return undefined;
    try {
      const { payload } = await jwtVerify(token, async ({ kid }) => this.keyOf(kid), {
        algorithms: ['EdDSA'],
        issuer,
        audience,
        typ,
        requiredClaims: ['exp', 'iat', 'sub', 'sid'],
        maxTokenAge: minutesMax * 60,
        currentDate: this.clock.now(),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  private async keyOf(kid: string | undefined): Promise<CryptoKey> {
    const key = await this.keyring.verificationKey('access-token', kid);
    if (key === undefined) throw new errors.JWKSNoMatchingKey();
    return key;
  }
}
