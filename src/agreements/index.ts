export { AgreementsModule } from './agreements.module';
export {
  type Agreement,
  agreementsPromising,
  type AgreementState,
  type AgreementWithTerms,
  concludedAgreementsBetween,
  getAgreement,
  getAgreementForUpdate,
  licensorsOf,
} from './agreements.repository';
export { uncontrolledTracks } from './control';
export { type RightsProblem, type RightsReason, rightsReasons, tracksInDoubt, type TrackInDoubt } from './rights-check';
export { grantsOfPlatform, type LicensedGrant } from './grants.repository';
export { inoperable } from './inoperable';
export { type AcceptedTerms, makeAgreement } from './make-agreement';
export { OnBackFeePaid } from './on-back-fee-paid';
export { type ConcludedAgreement, OnConcluded } from './on-concluded';
