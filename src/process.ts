import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp, openParts, type ProcessParts } from './app';
import { Licences } from './clearance';
import type { Config } from './config';
import { processLogger } from './logger';
import type { Clock } from './platform/clock';
import { DomainError } from './platform/errors/domain-error';
import { Jobs } from './platform/jobs/jobs';
import { WatchRates } from './settlement';
import { WatchInboxes } from './usage';

export interface Serving {
  readonly url: string;
  readonly app: NestFastifyApplication;
  readonly parts: ProcessParts;
  close(): Promise<void>;
}

/** Starts what one process is for: the API, the jobs, or both. */
export async function serve(
  config: Config,
  { api, worker, clock }: { api: boolean; worker: boolean; clock?: Clock },
): Promise<Serving> {
  const parts = await openParts(config, clock);
  const app = await createApp(parts, processLogger(config.logLevel), config.trustedProxies);
  await parts.storage.sweep(parts.clock.now());
  const [jobs, inboxes, rates] = [app.get(Jobs), app.get(WatchInboxes), app.get(WatchRates)];
  try {
    // Requests come when the licences are in memory, not while they are read.
    if (api) await app.get(Licences).start();
    if (api) await listen(app, config);
    if (worker) await jobs.start(config.applicationUrl, parts.storage);
    if (worker && config.inbox !== undefined) inboxes.start(config.inbox.seconds);
    if (worker) rates.start();
  } catch (error) {
    await app.close();
    await parts.close();
    throw error;
  }
  return {
    url: api ? urlOf(app, config) : '',
    app,
    parts,
    close: async () => {
      // First no new requests, then the jobs that run, then what they stand on.
      await app.close();
      await inboxes.stop();
      await rates.stop();
      if (worker) await jobs.stop();
      await parts.close();
    },
  };
}

async function listen(app: NestFastifyApplication, { host, port }: Config): Promise<void> {
  try {
    // Not Nest's listen(): it logs what failed on top of the one line that is said here.
    await app.getHttpAdapter().getInstance().listen({ port, host });
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'EADDRINUSE')
      throw new DomainError('port-taken', `port ${port} on ${host} is in use: set PORT to another one`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new DomainError('configuration-invalid', `HOST ${host} is not an address of this machine`);
    if (code === 'EACCES')
      throw new DomainError('configuration-invalid', `port ${port} needs rights that this process does not have`);
    throw error;
  }
}

function urlOf(app: NestFastifyApplication, { host }: Config): string {
  const { port } = app.getHttpServer().address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
