export { Confirmations } from './access/confirmations';
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
export { findActiveSigningKey, type SigningKey } from './signing-keys.repository';
export { authorityOf } from './signing/authorities.repository';
