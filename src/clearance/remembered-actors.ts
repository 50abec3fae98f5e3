import { Injectable } from '@nestjs/common';
import { Authenticator } from '../platform/auth/access.guard';
import { type Actor, holdsOneOf, type Role } from '../platform/auth/actor';
import type { AccordoRequest } from '../platform/auth/allow';
import { Database } from '../platform/database/database';

const rememberedMilliseconds = 1000;
const rememberedAtMost = 10_000;

interface Remembered {
  readonly actor: Actor;
  readonly at: number;
  readonly commits: number;
}

/** Who may ask clearance questions: roles of a platform's members and keys. */
export const clearanceRoles = ['licensing', 'usage', 'reader'] as const satisfies readonly Role[];

/**
 * Callers whose credentials were looked up less than a second ago: as quickly as a signature becomes visible, a revoked key stops
 * answering, and at once where this process revoked it. Only clearance remembers; every other route looks each time.
 */
@Injectable()
export class RememberedActors {
  private readonly actors = new Map<string, Remembered>();
  private readonly lookingUp = new Map<
    string,
    { readonly actor: Promise<Actor | undefined>; readonly commits: number }
  >();

  constructor(
    private readonly authenticator: Authenticator,
    private readonly database: Database,
  ) {}

  /** The platform that asks, if it was looked up just now. */
  known(authorization: string): Actor | undefined {
    const known = this.actors.get(authorization);
    return known !== undefined &&
      performance.now() - known.at < rememberedMilliseconds &&
      known.commits === this.database.writesCommitted
      ? known.actor
      : undefined;
  }

  /** The platform that asks; undefined for everybody who may not, whatever the reason. Requests that come meanwhile wait for the same look. */
  lookUp(request: AccordoRequest, authorization: string): Promise<Actor | undefined> {
    const under = this.lookingUp.get(authorization);
    if (under !== undefined && under.commits === this.database.writesCommitted) return under.actor;
    const commits = this.database.writesCommitted;
    const actor = this.look(request, authorization, commits).finally(() => {
      if (this.lookingUp.get(authorization)?.actor === actor) this.lookingUp.delete(authorization);
    });
    this.lookingUp.set(authorization, { actor, commits });
    return actor;
  }

  private async look(request: AccordoRequest, authorization: string, commits: number): Promise<Actor | undefined> {
    const at = performance.now();
    const actor = await this.authenticator.authenticate(request);
    if (actor?.organizationKind !== 'platform' || !holdsOneOf(actor, clearanceRoles)) return undefined;
    if (this.actors.size >= rememberedAtMost) this.actors.clear();
    this.actors.set(authorization, { actor, at, commits });
    return actor;
  }
}
