export { EmbeddedPostgresError } from './errors';
export { type EmbeddedPostgres, type StartOptions, startEmbeddedPostgres } from './start';
export { applicationRole, createDatabase, mainDatabase, ownerRole, toDatabase } from './roles';
