export { CatalogueModule } from './catalogue.module';
export { controlFaults } from './control';
export { type ControlGap, controlGaps, type LicensedScope, type RivalStatement, rivalStatements } from './control-gaps';
export { ownRecordings } from './isrc-list';
export { findRecordings, type Recording } from './recordings.repository';
