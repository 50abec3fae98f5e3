import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { LoggerService } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { AppModule, type AppParts } from './app.module';
import { type Config } from './config';
import { hardenHttp, uploadsStream } from './platform/http/hardening';
import { sendProblem, toDomainError } from './platform/http/problem.filter';
import { Keyring } from './platform/keyring/keyring';
import { Places } from './platform/places/file-place';
import { placeOf } from './platform/places/place-of';
import { Storage } from './platform/storage/storage';
import { applicationDataSource, Database } from './platform/database/database';
import { inspectApplicationRole, inspectMigrations } from './platform/database/inspect';
import { migrationNames } from './platform/database/migrate';
import { type Clock, SystemClock } from './platform/clock';
import { DomainError } from './platform/errors/domain-error';
import type { PaymentRail } from './settlement';
import { serveOpenApi } from './openapi';
import { stripeRail } from './settlement';

export interface ProcessParts extends AppParts {
  close(): Promise<void>;
}

/** Everything a process needs, made from its configuration. Refuses an injected clock in production: dates there are real. */
export async function openParts(config: Config, clock: Clock = new SystemClock()): Promise<ProcessParts> {
  if (config.environment === 'production' && !(clock instanceof SystemClock))
    throw new DomainError('injected-clock-refused');
  await inspectApplicationRole(config.applicationUrl);
  await inspectMigrations(config.applicationUrl, migrationNames());
  const source = await applicationDataSource(config.applicationUrl).initialize();
  const rail: PaymentRail | undefined = config.payments === undefined ? undefined : stripeRail(config.payments, clock);
  return {
    clock,
    database: new Database(source),
    storage: new Storage(config.storageFolder),
    keyring: await Keyring.open(config.keyringFile, clock.now()),
    places: new Places(config.inbox && placeOf(config.inbox)),
    rail,
    licences: { ageLimitMilliseconds: (config.clearanceAgeLimitSeconds ?? 5) * 1000 },
    rateFeeds: config.rateFeeds,
    close: () => source.destroy(),
  };
}

/** The application, configured the same for the server, the demo and the tests. It does not listen yet. */
export async function createApp(
  parts: AppParts,
  logger: LoggerService | false,
  trustedProxies: readonly string[] = [],
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: 1_048_576,
    requestTimeout: 300_000,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    connectionTimeout: 0,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false },
    // Addresses that Fastify itself cannot read are refused before any filter of ours.
    frameworkErrors: (error: Error, _request: unknown, reply: FastifyReply) =>
      void sendProblem(reply, toDomainError(error)),
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(parts), adapter, {
    logger,
    rawBody: true,
    abortOnError: false,
    forceCloseConnections: true,
  });
  await hardenHttp(app);
  uploadsStream(app);
  serveOpenApi(app);
  await app.init();
  await adapter.getInstance().ready();
  return app;
}
