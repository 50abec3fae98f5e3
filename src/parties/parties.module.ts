import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { Approvals } from '../platform/approvals/approvals';
import { Authenticator } from '../platform/auth/access.guard';
import { AccessTokens } from './access/access-tokens';
import { ApiKeys } from './access/api-keys';
import { ApiKeysController } from './access/api-keys.controller';
import { BearerAuthenticator } from './access/authenticator';
import { Confirmations } from './access/confirmations';
import { ReAuthenticate } from './access/re-authenticate';
import { SessionsController } from './access/sessions.controller';
import { SignIn } from './access/sign-in';
import { Throttle } from './access/throttle';
import { AddMember } from './add-member';
import { AddService } from './add-service';
import { activateAction, ApproveSigningKey } from './approve-signing-key';
import { DelegationsController } from './delegations.controller';
import { AcceptFramework } from './framework/accept-framework';
import { FrameworkController } from './framework/framework.controller';
import { GrantDelegation } from './grant-delegation';
import { InvoicingDetailsController } from './invoicing/invoicing-details.controller';
import { StateInvoicingDetails } from './invoicing/state-invoicing-details';
import { MembersController } from './members.controller';
import { OrganizationsController } from './organizations.controller';
import { ProposeSigningKey } from './propose-signing-key';
import { RegisterOrganization } from './register-organization';
import { RevokeDelegation } from './revoke-delegation';
import { RevokeSigningKey } from './revoke-signing-key';
import { ServicesController } from './services.controller';
import { SigningAuthoritiesController } from './signing/authorities.controller';
import { RevokeAuthority } from './signing/revoke-authority';
import { StateAuthority } from './signing/state-authority';
import { SigningKeysController } from './signing-keys.controller';
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
    FrameworkController,
    InvoicingDetailsController,
    SigningAuthoritiesController,
    SigningKeysController,
    ServicesController,
  ],
  providers: [
    AcceptFramework,
    AccessTokens,
    AddMember,
    AddService,
    ApiKeys,
    ApproveSigningKey,
    Confirmations,
    GrantDelegation,
    ProposeSigningKey,
    ReAuthenticate,
    RegisterOrganization,
    RevokeDelegation,
    RevokeAuthority,
    RevokeSigningKey,
    SignIn,
    StateAuthority,
    StateInvoicingDetails,
    Throttle,
    VerifyOrganization,
    { provide: Authenticator, useClass: BearerAuthenticator },
  ],
  exports: [Authenticator, Confirmations],
})
export class PartiesModule implements OnModuleInit {
  constructor(
    private readonly approvals: Approvals,
    private readonly approveSigningKey: ApproveSigningKey,
  ) {}

  onModuleInit(): void {
    this.approvals.register(activateAction, this.approveSigningKey);
  }
}
