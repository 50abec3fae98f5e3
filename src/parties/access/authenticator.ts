import { Injectable } from '@nestjs/common';
import { Passport } from 'passport';
import { Strategy } from 'passport-custom';
import { Authenticator } from '../../platform/auth/access.guard';
import { type Actor, holdsOneOf } from '../../platform/auth/actor';
import type { AccordoRequest } from '../../platform/auth/allow';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import { DomainError } from '../../platform/errors/domain-error';
import { uuidKey } from '../../platform/http/paging';
import { findLiveDelegation } from '../delegations.repository';
import { findActorOfKey, findActorOfSession } from './access.repository';
import { AccessTokens } from './access-tokens';
import { readApiKey, readAuditorKey, secretMatches } from './api-key-text';
import { findAuditorOfKey, logAuditorRequest } from './auditor-keys.repository';

/** The header by which a distributor says for which label it asks. */
const onBehalfOf = 'accordo-on-behalf-of';
const headerFault = {
  pointer: `/headers/${onBehalfOf}`,
  code: 'field-uuid',
  message: 'Accordo-On-Behalf-Of is the id of one label',
};

/** A key is told by its grammar; reading it as a token first would cost each request a failed one. */
const strategies = ['api-key', 'access-token', 'auditor-key'];

/**
 * Who sends a request: a bearer token that is an access token or an API key, each a Passport strategy of its own. Session and key are
 * looked up at every request, so a revocation holds from the next one on.
 */
@Injectable()
export class BearerAuthenticator extends Authenticator {
  private readonly passport = new Passport();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly tokens: AccessTokens,
  ) {
    super();
    this.use('access-token', (token) => this.byAccessToken(token));
    this.use('api-key', (token) => this.byApiKey(token));
    this.use('auditor-key', (token) => this.byAuditorKey(token));
  }

  async authenticate(request: AccordoRequest): Promise<Actor | undefined> {
    const actor = await this.bearer(request);
    const named = request.headers[onBehalfOf];
    if (actor?.organizationKind === 'auditor') {
      await this.noteLook(actor, request);
      // An auditor looks at one agreement, in nobody's name.
      if (named !== undefined) throw new DomainError('forbidden');
      return actor;
    }
    return actor === undefined || named === undefined ? actor : this.onBehalf(actor, named);
  }

  /** Before anything is answered, and whatever is: no look of an auditor goes without a note. */
  private async noteLook({ by: { id: accessId } }: Actor, { method, url }: AccordoRequest): Promise<void> {
    const at = this.clock.now();
    await this.database.asSystem((tx) => logAuditorRequest(tx, { accessId, method, path: url, at }));
  }

  /** The actor in the label's name: in the roles that the label delegates and that the actor holds at home. */
  private async onBehalf(actor: Actor, named: string | string[]): Promise<Actor> {
    const labelId = String(named).toLowerCase();
    if (!uuidKey.test(labelId)) throw new DomainError('request-invalid', undefined, [headerFault]);
    const now = this.clock.now();
    const delegation = await this.database.asSystem(
      (tx) => findLiveDelegation(tx, { labelId, distributorId: actor.organizationId, now }),
      'read',
    );
    // One answer for no such label, no delegation, and one that is over.
    if (delegation === undefined) throw new DomainError('forbidden');
    return {
      organizationId: labelId,
      organizationKind: 'label',
      verified: actor.verified && delegation.verified,
      roles: delegation.scopes.filter((scope) => holdsOneOf(actor, [scope])),
      by: actor.by,
      through: actor.organizationId,
    };
  }

  private bearer(request: AccordoRequest): Promise<Actor | undefined> {
    return new Promise((resolve, reject) => {
      const decide = (error: unknown, actor: unknown): void =>
        error ? reject(error as Error) : resolve((actor || undefined) as Actor | undefined);
      // With a callback Passport neither answers nor keeps a session. It would hang methods on the request it gets: a copy of the headers is all it needs.
      const middleware = this.passport.authenticate(strategies, { session: false }, decide) as (
        ...parts: unknown[]
      ) => void;
      middleware({ headers: request.headers }, {}, reject);
    });
  }

  private use(name: string, find: (token: string) => Promise<Actor | undefined>): void {
    const strategy = new Strategy((request, done) => {
      const token = bearerToken(request.headers.authorization);
      if (token === undefined) return done(null, false);
      return void find(token).then((actor) => done(null, actor ?? false), done);
    });
    this.passport.use(name, strategy as never);
  }

  private async byAccessToken(token: string): Promise<Actor | undefined> {
    const claim = await this.tokens.read(token);
    if (claim === undefined) return undefined;
    return this.database.asSystem((tx) => findActorOfSession(tx, claim, this.clock.now()), 'read');
  }

  private async byApiKey(token: string): Promise<Actor | undefined> {
    const key = readApiKey(token);
    if (key === undefined) return undefined;
    const found = await findActorOfKey(this.database, key.prefix);
    return found !== undefined && secretMatches(key.secret, found.secretHash) ? found.actor : undefined;
  }

  private async byAuditorKey(token: string): Promise<Actor | undefined> {
    const key = readAuditorKey(token);
    if (key === undefined) return undefined;
    const now = this.clock.now();
    const found = await this.database.asSystem((tx) => findAuditorOfKey(tx, key.prefix, now), 'read');
    return found !== undefined && secretMatches(key.secret, found.secretHash) ? found.actor : undefined;
  }
}

const bearerToken = (header: string | undefined): string | undefined => /^Bearer ([^\s,]+)$/i.exec(header ?? '')?.[1];
