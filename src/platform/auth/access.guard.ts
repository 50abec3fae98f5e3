import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { DomainError } from '../errors/domain-error';
import { type Actor, holdsOneOf } from './actor';
import { type AccordoRequest, type Allowance, allowance } from './allow';
import { reachesAsDelegate } from './delegated';

/** Finds out who sends a request. Implemented by the module that knows members and keys. */
export abstract class Authenticator {
  /**
   * The actor, or undefined when the credentials are missing, unknown, expired or revoked. Refuses with request-invalid and
   * forbidden what a request claims beyond that: to act in the name of another organization.
   */
  abstract authenticate(request: AccordoRequest): Promise<Actor | undefined>;
}

/** The global guard: default deny. A route that declares nothing is closed. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const declared = this.reflector.get<Allowance | undefined>(allowance, context.getHandler());
    if (declared === undefined) throw new DomainError('forbidden');
    if (declared.public) return true;
    const request = context.switchToHttp().getRequest<AccordoRequest>();
    const actor = await this.authenticator.authenticate(request);
    if (actor === undefined) throw new DomainError('unauthenticated');
    request.actor = actor;
    refuseUnless(actor, declared);
    if (actor.organizationKind === 'auditor' && request.method !== 'GET') throw new DomainError('forbidden');
    if (
      actor.through !== undefined &&
      !reachesAsDelegate(actor.roles, request.method, request.routeOptions.url ?? '')
    ) {
      throw new DomainError('forbidden');
    }
    return true;
  }
}

function refuseUnless(
  actor: Actor,
  { kinds, roles, memberOnly, verified }: Exclude<Allowance, { public: true }>,
): void {
  if (
    !kinds.includes(actor.organizationKind) ||
    !holdsOneOf(actor, roles) ||
    (memberOnly && actor.by.kind !== 'member')
  )
    throw new DomainError('forbidden');
  if (verified && !actor.verified) throw new DomainError('organization-not-verified');
}
