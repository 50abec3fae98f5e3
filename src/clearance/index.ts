export { ClearanceModule } from './clearance.module';
export { Licences, type LicencesSettings } from './licences';
