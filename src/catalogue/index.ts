export { CatalogueModule } from './catalogue.module';
export { controlFaults, type LicensedScope } from './control';
export { ownRecordings } from './isrc-list';
export { findRecordings, type Recording } from './recordings.repository';
