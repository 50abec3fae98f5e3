export { ClearanceModule } from './clearance.module';
export { Sightings } from './sightings/sightings';
export { Licences, type LicencesSettings } from './licences';
export { WhereOffered } from './where-offered';
