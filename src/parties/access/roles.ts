import { type Actor, holdsOneOf, type Role, roles } from '../../platform/auth/actor';
import { DomainError } from '../../platform/errors/domain-error';

/** What a key may be given: never what only a person may do, nor the right to give rights. */
export const keyRoles: readonly Role[] = roles.filter((role) => role !== 'admin' && role !== 'signatory');

/** Nobody gives what they do not hold. Refuses with forbidden. */
export function refuseRolesBeyond(actor: Actor, given: readonly Role[]): void {
  const beyond = given.filter((role) => !holdsOneOf(actor, [role]));
  if (beyond.length > 0) throw new DomainError('forbidden', `you do not hold: ${beyond.join(', ')}`);
}
