import { Injectable } from '@nestjs/common';
import { type CryptoKey, errors, jwtVerify, SignJWT } from 'jose';
import { Clock } from '../../platform/clock';
import { uuidKey } from '../../platform/http/paging';
import { Keyring } from '../../platform/keyring/keyring';

const issuer = 'accordo';
const audience = 'accordo-api';
const typ = 'at+jwt';
const minutesMax = 15;
const lengthMax = 2048;

export interface SessionClaim {
  readonly memberId: string;
  readonly sessionId: string;
}

/** Access tokens (RFC 9068): signed with one fixed algorithm by a key of this purpose, good for a quarter of an hour. */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /** When a token issued now ends. */
  expiry(): Date {
    return new Date(this.clock.now().getTime() + minutesMax * 60_000);
  }

  async issue({ memberId, sessionId }: SessionClaim, expiresAt: Date): Promise<string> {
    const { id, key } = await this.keyring.signingKey('access-token');
    return new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: 'EdDSA', typ, kid: id })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(memberId)
      .setIssuedAt(this.clock.now())
      .setExpirationTime(expiresAt)
      .sign(key);
  }

  /** Whose session the token stands for; undefined unless every part of it is as we issue it. Says nothing about revocation. */
  async read(token: string): Promise<SessionClaim | undefined> {
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
      const { sub, sid } = payload;
      return typeof sub === 'string' && typeof sid === 'string' && uuidKey.test(sub) && uuidKey.test(sid)
        ? { memberId: sub, sessionId: sid }
        : undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  /** Only by id, only among our own: keys that a token brings or points to are never looked at. */
  private async keyOf(kid: string | undefined): Promise<CryptoKey> {
    const key = await this.keyring.verificationKey('access-token', kid);
    if (key === undefined) throw new errors.JWKSNoMatchingKey();
    return key;
  }
}
