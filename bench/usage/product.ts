import type { Config } from '../../src/config';
import { FrozenClock } from '../../src/platform/clock';
import { serve, type Serving } from '../../src/process';

export interface ProductOrder {
  readonly folder: string;
  readonly applicationUrl: string;
  readonly ownerUrl: string;
}

/** The product on a database and a folder of the benchmark's, in the February after the reported month where nothing else is said. */
export function serveProduct(
  { folder, applicationUrl, ownerUrl }: ProductOrder,
  api: boolean,
  at = '2026-02-03T09:00:00Z',
): Promise<Serving> {
  const config: Config = {
    environment: 'local',
    host: '127.0.0.1',
    port: 0,
    applicationUrl,
    ownerUrl,
    storageFolder: `${folder}/files`,
    keyringFile: `${folder}/keyring.json`,
    logLevel: 'error',
    trustedProxies: [],
    payments: undefined,
  };
  return serve(config, { api, worker: false, clock: new FrozenClock(new Date(at)) });
}
