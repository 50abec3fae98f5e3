import { type Actor, type Role, roles } from '../../platform/auth/actor';
import { DomainError } from '../../platform/errors/domain-error';

/** What a key may be given: never what only a person may do, nor the right to give rights. */
export const keyRoles: readonly Role[] = roles.filter((role) => role !== 'admin' && role !== 'signatory');

/** Nobody gives what they do not hold. As at the routes, `admin` holds all but `signatory`. Refuses with forbidden. */
export function refuseRolesBeyond(actor: Actor, given: readonly Role[]): void {
  const holds = (role: Role): boolean =>
    actor.roles.includes(role) || (role !== 'signatory' && actor.roles.includes('admin'));
  const beyond = given.filter((role) => !holds(role));
  if (beyond.length > 0) throw new DomainError('forbidden', `you do not hold: ${beyond.join(', ')}`);
}
