import { Global, Module } from '@nestjs/common';
import { Authenticator } from '../platform/auth/access.guard';
import { AccessTokens } from './access/access-tokens';
import { ApiKeys } from './access/api-keys';
import { ApiKeysController } from './access/api-keys.controller';
import { BearerAuthenticator } from './access/authenticator';
import { SessionsController } from './access/sessions.controller';
import { SignIn } from './access/sign-in';
import { Throttle } from './access/throttle';
import { AddMember } from './add-member';
import { AddService } from './add-service';
import { DelegationsController } from './delegations.controller';
import { GrantDelegation } from './grant-delegation';
import { MembersController } from './members.controller';
import { OrganizationsController } from './organizations.controller';
import { RegisterOrganization } from './register-organization';
import { RevokeDelegation } from './revoke-delegation';
import { ServicesController } from './services.controller';
import { VerifyOrganization } from './verify-organization';

/** Global, because the platform's guard asks this module who is calling. */
@Global()
@Module({
  controllers: [
    SessionsController,
    OrganizationsController,
    MembersController,
    ApiKeysController,
    DelegationsController,
    ServicesController,
  ],
  providers: [
    AccessTokens,
    AddMember,
    AddService,
    ApiKeys,
    GrantDelegation,
    RegisterOrganization,
    RevokeDelegation,
    SignIn,
    Throttle,
    VerifyOrganization,
    { provide: Authenticator, useClass: BearerAuthenticator },
  ],
  exports: [Authenticator],
})
export class PartiesModule {}
