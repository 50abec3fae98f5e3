export { CatalogueModule } from './catalogue.module';
export { controlFaults } from './control';
export { type ClaimNow, claimsNow } from './conflicts/claims-now';
export { lockClaims, openConflictsOf, openConflictsWith, type RightsConflict } from './conflicts/conflicts.repository';
export { HeldForConflicts, type HeldMoney } from './conflicts/held-for-conflicts';
export { type ClaimsChanged, OnClaimsChanged } from './conflicts/on-claims-changed';
export { type ControlGap, controlGaps, type LicensedScope, type RivalStatement, rivalStatements } from './control-gaps';
export { LicensedRecordings } from './duplicates/licensed-recordings';
export { type ParentVersion, type VersionKind, versionKinds } from './catalogue-row';
export { OnShareChanged, type ShareChange } from './on-share-changed';
export { type StatedShare, statedShares } from './stated-shares';
export { type Availability, type OfferedPackage, OfferedPackages } from './search/offered-packages';
export { readDuration } from './duration';
export { isrcKey, ownRecordings } from './isrc-list';
export {
  findPackage,
  isrcsOfPackage,
  listPackageTracks,
  type Package,
  packagesWith,
  type PackageTrack,
} from './packages/packages.repository';
export { PackageTrackView } from './packages/package.view';
export {
  catalogueIsrcs,
  findOwners,
  findRecordings,
  ownersOfRecordings,
  parentsAmong,
  type Recording,
  versionsOfEach,
} from './recordings.repository';
export { TerritoriesBody, territoryFaults, territorySetOf } from './territories.body';
