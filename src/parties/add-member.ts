import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { audit } from '../platform/audit/audit';
import { type Actor, type Role, roles } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { ChoicesField, EmailField, TextField } from '../platform/http/fields';
import { hashPassword, NewPasswordField, refuseGuessable } from './access/passwords';
import { refuseRolesBeyond } from './access/roles';
import { getOrganization, insertMember, type MemberRow } from './parties.repository';
import { mailAddress, tidyName } from './text';

export class AddMemberBody {
  @TextField()
  readonly name!: string;

  @EmailField()
  readonly email!: string;

  @NewPasswordField()
  readonly password!: string;

  @ChoicesField(roles)
  readonly roles!: readonly Role[];
}

/** A further person of the organization, with no more rights than whoever adds them. */
@Injectable()
export class AddMember {
  constructor(private readonly clock: Clock) {}

  /** Refuses with forbidden, request-invalid or email-taken. */
  async execute(tx: Tx, actor: Actor, body: AddMemberBody): Promise<MemberRow> {
    refuseRolesBeyond(actor, body.roles);
    const organization = await getOrganization(tx, actor.organizationId);
    refuseGuessable(body.password, [organization.name, body.name, body.email], '/password');
    const at = this.clock.now();
    const member = await insertMember(tx, {
      organizationId: actor.organizationId,
      name: tidyName(body.name, '/name'),
      email: mailAddress(body.email),
      passwordHash: await hashPassword(body.password),
      roles: body.roles,
      at,
    });
    await audit(tx, actor, { action: 'member.added', subjectId: member.id, details: { roles: body.roles }, at });
    return member;
  }
}

/** What identifies the request in the idempotency record: all but the password, of which no fast hash may be kept. */
export const contentOf = ({ name, email, roles }: AddMemberBody): string =>
  createHash('sha256').update(JSON.stringify({ name, email, roles })).digest('hex');
