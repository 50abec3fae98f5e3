import { audit } from '../platform/audit/audit';
import { roles } from '../platform/auth/actor';
import type { Clock } from '../platform/clock';
import type { Database } from '../platform/database/database';
import { hashPassword, refuseGuessable } from './access/passwords';
import { insertMember, insertOrganization } from './parties.repository';
import { mailAddress, tidyName } from './text';

/**
 * Makes the marketplace's operator and its first member, from the machine itself and never over the network. Refuses with operator-exists,
 * email-taken or request-invalid.
 */
export async function setUpOperator(
  database: Database,
  clock: Clock,
  { name, email, password }: { name: string; email: string; password: string },
): Promise<{ organizationId: string; memberId: string }> {
  refuseGuessable(password, [name, email], '/password');
  const passwordHash = await hashPassword(password);
  const at = clock.now();
  return database.asSystem(async (tx) => {
    // The country of an operator decides nothing: ZZ is ISO's code for unknown.
    const organization = await insertOrganization(tx, {
      kind: 'operator',
      name: 'Marketplace operator',
      country: 'ZZ',
      partyId: null,
      at,
      verifiedBy: 'system:setup',
    });
    const organizationId = organization.id;
    const member = await insertMember(tx, {
      organizationId,
      name: tidyName(name, '/name'),
      email: mailAddress(email),
      passwordHash,
      roles,
      at,
    });
    await audit(
      tx,
      { system: 'setup', organizationId },
      { action: 'operator.set-up', subjectId: organizationId, details: { member: member.id }, at },
    );
    return { organizationId, memberId: member.id };
  });
}
