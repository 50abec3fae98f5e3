export { personBehind } from './access/access.repository';
export { Confirmations } from './access/confirmations';
export { delegatesOf } from './delegations.repository';
export { PartiesModule } from './parties.module';
export { setUpOperator } from './set-up-operator';
export {
  findOrganizationByPartyId,
  getOrganization,
  getOrganizationDetails,
  getServices,
  type Organization,
  type OrganizationDetails,
  type Service,
  verifiedAmong,
} from './parties.repository';
export { type FrameworkAcceptance, frameworkAcceptances } from './framework/acceptances.repository';
export { currentFramework, frameworkOf } from './framework/framework-agreement';
export { findActiveSigningKey, type SigningKey } from './signing-keys.repository';
export { detailsInForce, detailsOfVersion, type InvoicingDetails } from './invoicing/invoicing-details.repository';
export { authorityOf } from './signing/authorities.repository';
export { hashSecret, makeApiKeyText, writeAuditorKey } from './access/api-key-text';
