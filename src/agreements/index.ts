export { AgreementsModule } from './agreements.module';
export {
  type Agreement,
  agreementsPromising,
  type AgreementState,
  type AgreementWithTerms,
  getAgreement,
  getAgreementForUpdate,
} from './agreements.repository';
export { uncontrolledTracks } from './control';
export { ClauseDifferenceView, ValueDifferenceView } from './difference.view';
export { type RightsProblem, type RightsReason, rightsReasons, tracksInDoubt, type TrackInDoubt } from './rights-check';
export { agreementsGranting, servicesGranted } from './grants.repository';
export { inoperable } from './inoperable';
export { type AcceptedTerms, makeAgreement } from './make-agreement';
export {
  concludedIds,
  type ConcludedLife,
  concludedLives,
  agreementsStamp,
  agreementsStampSql,
  stampBetween,
  concludedAgreementsBetween,
  concludedAgreementsOf,
  getLiving,
  getLivingAsOf,
  getLivingForUpdate,
  getUnpooledLivingForUpdate,
  type LivingAgreement,
} from './life.repository';
export { type Amended, OnAmended } from './on-amended';
export { BeforeSigning, type Signing } from './before-signing';
export { versionAwaiting } from './versions.repository';
export { type DuePaid, OnDuePaid } from './on-due-paid';
export { type InForce, OnInForce } from './on-in-force';
export { inBody, type NegotiatingParties, partiesOf, readProposedTerms } from './proposed-terms';
export { type ConcludedAgreement, OnConcluded } from './on-concluded';
