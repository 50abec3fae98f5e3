import { Injectable } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { isTerritory } from '../kernel';
import { audit } from '../platform/audit/audit';
import { roles } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database/database';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { ChoiceField, CountryField, EmailField, ObjectField, TextField } from '../platform/http/fields';
import { FrameworkField, refuseOtherFramework } from './framework/accept-framework';
import { insertAcceptance } from './framework/acceptances.repository';
import { currentFramework } from './framework/framework-agreement';
import { hashPassword, NewPasswordField, refuseGuessable } from './access/passwords';
import { Throttle } from './access/throttle';
import { organizationView, OrganizationView } from './organization.view';
import { insertMember, insertOrganization, insertOrganizationDetails } from './parties.repository';
import { mailAddress, PartyIdField, tidyName } from './text';

export class FirstMemberBody {
  @TextField()
  readonly name!: string;

  @EmailField()
  readonly email!: string;

  @NewPasswordField()
  readonly password!: string;
}

export class RegisterOrganizationBody {
  @ChoiceField(['label', 'platform'])
  readonly kind!: 'label' | 'platform';

  @TextField({ description: 'the name others know it by' })
  readonly name!: string;

  @CountryField()
  readonly country!: string;

  @PartyIdField({ optional: true })
  readonly partyId?: string;

  @TextField()
  readonly legalName!: string;

  @TextField({ max: 100 })
  readonly registrationNumber!: string;

  @TextField({ max: 500 })
  readonly address!: string;

  @TextField({ max: 100 })
  readonly taxId!: string;

  @FrameworkField()
  readonly frameworkAgreement!: string;

  @ObjectField(() => FirstMemberBody, { description: 'the first member: holds every role' })
  readonly member!: FirstMemberBody;
}

export class RegistrationView {
  @ApiProperty({ type: OrganizationView }) readonly organization!: OrganizationView;
  @ApiProperty({ format: 'uuid' }) readonly memberId!: string;
}

/** A new organization with its first member. It sees its own things and the directory; what it may do waits for verification. */
@Injectable()
export class RegisterOrganization {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly throttle: Throttle,
  ) {}

  /** Refuses with too-many-requests, request-invalid, framework-agreement-differs, email-taken or party-id-taken. */
  async execute(body: RegisterOrganizationBody, address: string): Promise<RegistrationView> {
    await this.throttle.admitRegistration(address);
    const name = tidyName(body.name, '/name');
    if (!isTerritory(body.country)) throw unknownCountry();
    refuseOtherFramework(body.frameworkAgreement);
    const { member } = body;
    refuseGuessable(member.password, [name, member.name, member.email], '/member/password');
    // Stretching takes tens of milliseconds: no transaction waits for it.
    const passwordHash = await hashPassword(member.password);
    return this.database.asSystem((tx) => this.write(tx, { ...body, name }, { passwordHash, address }));
  }

  private async write(
    tx: Tx,
    body: RegisterOrganizationBody,
    { passwordHash, address }: { passwordHash: string; address: string },
  ): Promise<RegistrationView> {
    const at = this.clock.now();
    const { kind, name, country, partyId } = body;
    const organization = await insertOrganization(tx, { kind, name, country, partyId: partyId ?? null, at });
    await insertOrganizationDetails(tx, {
      organization_id: organization.id,
      legal_name: tidyName(body.legalName, '/legalName'),
      registration_number: tidyName(body.registrationNumber, '/registrationNumber'),
      address: tidyName(body.address, '/address'),
      tax_id: tidyName(body.taxId, '/taxId'),
    });
    const member = await insertMember(tx, {
      organizationId: organization.id,
      name: tidyName(body.member.name, '/member/name'),
      email: mailAddress(body.member.email),
      passwordHash,
      roles,
      at,
    });
    const framework = currentFramework;
    await insertAcceptance(tx, { organizationId: organization.id, framework, by: member.id, address, at });
    const by = { system: 'registration', organizationId: organization.id };
    await audit(tx, by, {
      action: 'organization.registered',
      subjectId: organization.id,
      details: { member: member.id, frameworkAgreement: framework.sha256 },
      at,
    });
    return { organization: organizationView(organization), memberId: member.id };
  }
}

const unknownCountry = (): DomainError =>
  new DomainError('request-invalid', undefined, [
    { pointer: '/country', code: 'field-country', message: 'country is not a code of ISO 3166-1' },
  ]);
