import { type Actor, holdsOneOf, type Role, roles } from '../../platform/auth/actor';
import { DomainError } from '../../platform/errors/domain-error';

/** What a key may be given: never the right to give rights. `signatory` alone signs nothing: a machine also needs a signing key, and the rest of what signatories do is for persons. */
export const keyRoles: readonly Role[] = roles.filter((role) => role !== 'admin');

/** Nobody gives what they do not hold. Refuses with forbidden. */
export function refuseRolesBeyond(actor: Actor, given: readonly Role[]): void {
  const beyond = given.filter((role) => !holdsOneOf(actor, [role]));
  if (beyond.length > 0) throw new DomainError('forbidden', `you do not hold: ${beyond.join(', ')}`);
}
