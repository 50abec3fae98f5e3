import type { EmbeddedPostgres } from '../../src/platform/database/embedded';

/** Connections to the server that Jest's global set-up started, as superuser, owner and application role. */
export interface TestServer {
  superuserUrl: string;
  ownerUrl: string;
  applicationUrl: string;
}

/** The migrated database that each file's own is a copy of. */
export const templateDatabase = 'accordo_template';

const variable = 'ACCORDO_TEST_SERVER';

/** Workers are started after the global set-up and inherit its environment. */
export function announceServer({ superuserUrl, ownerUrl, applicationUrl }: TestServer): void {
  process.env[variable] = JSON.stringify({ superuserUrl, ownerUrl, applicationUrl });
}

export function testServer(): TestServer {
  const settings = process.env[variable];
  if (!settings)
    throw new Error('no test server: tests with a database belong to the project `database` of jest.config.js');
  return JSON.parse(settings) as TestServer;
}

interface OwnServer {
  server: EmbeddedPostgres;
  directory: string;
}

declare global {
  // Jest loads the modules of set-up and tear-down apart; what they share lives here.
  var accordoTestServer: OwnServer | undefined;
}

export function ownServer(started: OwnServer): void {
  globalThis.accordoTestServer = started;
}

export const ownedServer = (): OwnServer | undefined => globalThis.accordoTestServer;
