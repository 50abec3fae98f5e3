import { type CryptoKey, errors, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../../platform/clock';
import { uuidKey } from '../../platform/http/paging';
import type { Keyring } from '../../platform/keyring/keyring';

const issuer = 'accordo';
const lengthMax = 2048;

export interface SessionClaim {
  readonly memberId: string;
  readonly sessionId: string;
}

/** What tells one kind of token from another: one never passes for the other, though the same key signs both. */
export interface TokenKind {
  readonly typ: string;
  readonly audience: string;
  readonly minutesMax: number;
}

/** Tokens for a member in a session (RFC 7519), signed with one fixed algorithm by a key of the purpose `access-token`. */
export class SessionTokens {
  constructor(
    private readonly kind: TokenKind,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  async issue({ memberId, sessionId }: SessionClaim, expiresAt: Date): Promise<string> {
    const { id, key } = await this.keyring.signingKey('access-token');
    return new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: 'EdDSA', typ: this.kind.typ, kid: id })
      .setIssuer(issuer)
      .setAudience(this.kind.audience)
      .setSubject(memberId)
      .setIssuedAt(this.clock.now())
      .setExpirationTime(expiresAt)
      .sign(key);
  }

  /** Whose session the token stands for; undefined unless every part of it is as we issue it. Says nothing about revocation. */
  async read(token: string): Promise<SessionClaim | undefined> {
    if (token.length > lengthMax) return undefined;
    const { typ, audience, minutesMax } = this.kind;
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
