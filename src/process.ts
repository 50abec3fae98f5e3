import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp, openParts, type ProcessParts } from './app';
import type { Config } from './config';
import { processLogger } from './logger';
import type { Clock } from './platform/clock';
import { DomainError } from './platform/errors/domain-error';
import { Jobs } from './platform/jobs/jobs';

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
  const app = await createApp(parts, processLogger(config.logLevel));
  const jobs = app.get(Jobs);
  try {
    if (api) await listen(app, config);
    if (worker) await jobs.start(config.applicationUrl);
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

/**
 * Runs until SIGINT or SIGTERM, then closes in order and exits 0; a second signal exits at once. What cannot start says so in one line and exits 1.
 */
export async function runUntilStopped(start: () => Promise<{ close(): Promise<void> }>): Promise<void> {
  let running: { close(): Promise<void> } | undefined;
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(130);
    stopping = true;
    if (running === undefined) return;
    running.close().then(() => process.exit(0), fail);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    running = await start();
    if (stopping) {
      await running.close();
      process.exit(0);
    }
  } catch (error) {
    fail(error);
  }
}

/** One line and an exit code; a stack trace only where the fault is ours. */
export function fail(error: unknown): never {
  const expected = error instanceof DomainError || (error instanceof Error && error.name === 'EmbeddedPostgresError');
  const text = expected ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`accordo: ${error instanceof DomainError ? `${error.code}: ` : ''}${text}\n`);
  process.exit(1);
}

/** Node releases whose Brotli decoder runs foreign code (CVE-2026-111497). We decode none, so this is a warning. */
export function warnOfUnsafeNode(version = process.versions.node): string | undefined {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const fixed: Readonly<Record<number, readonly [number, number]>> = { 22: [23, 4], 24: [22, 1], 26: [12, 1] };
  const since = fixed[major];
  const safe = major > 26 || (since !== undefined && (minor > since[0] || (minor === since[0] && patch >= since[1])));
  return safe
    ? undefined
    : `Node ${version} has a known flaw in its Brotli decoder (CVE-2026-111497). Accordo neither accepts nor asks for Brotli; use 22.23.4, 24.22.1, 26.12.1 or newer where you can.`;
}
