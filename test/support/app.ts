import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Client } from 'pg';
import { createApp, openParts, type ProcessParts } from '../../src/app';
import type { Config } from '../../src/config';
import { FrozenClock } from '../../src/platform/clock';
import { Jobs } from '../../src/platform/jobs/jobs';
import { startStripeDouble, type StripeDouble } from '../../src/sandbox/stripe';
import { freshDatabase, type FreshDatabase } from './database';
import { folderInMemory } from './folder-in-memory';
import { Given } from './given';

export interface TestApp {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly clock: FrozenClock;
  readonly parts: ProcessParts;
  readonly databaseUrls: FreshDatabase;
  readonly stripe: StripeDouble | undefined;
  readonly given: Given;
  /** A connection behind row-level security, for looking at what is really there. */
  superuser(): Promise<Client>;
  /** One statement on such a connection. */
  look<Row>(text: string, parameters?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export interface TestAppOptions {
  /** The frozen clock's time. */
  readonly at?: string;
  /** Works the job queue in this process. */
  readonly worker?: boolean;
  /** Starts the Stripe double and points payments at it. */
  readonly rail?: boolean;
  readonly clearanceAgeLimitSeconds?: number;
  /** Absent: a folder beside the stored files. */
  readonly inbox?: Config['inbox'];
  readonly rateFeeds?: Config['rateFeeds'];
}

/** The real application on a database of its own, listening on a free port. */
export async function startTestApp({
  at = '2026-01-05T09:00:00Z',
  worker = false,
  rail = false,
  clearanceAgeLimitSeconds = 5,
  inbox,
  rateFeeds,
}: TestAppOptions = {}): Promise<TestApp> {
  const databaseUrls = await freshDatabase();
  const folder = folderInMemory();
  const clock = new FrozenClock(new Date(at));
  const secrets = { stripeKey: 'sk_test_double', webhookSecret: 'whsec_double' };
  const stripe = rail
    ? await startStripeDouble({
        host: '127.0.0.1',
        port: 0,
        secretKey: secrets.stripeKey,
        webhookSecret: secrets.webhookSecret,
        now: () => clock.now(),
      })
    : undefined;
  const config: Config = {
    environment: 'local',
    host: '127.0.0.1',
    port: 0,
    applicationUrl: databaseUrls.applicationUrl,
    ownerUrl: databaseUrls.ownerUrl,
    storageFolder: join(folder, 'files'),
    keyringFile: join(folder, 'keyring.json'),
    logLevel: 'silent',
    trustedProxies: [],
    inbox: inbox ?? { url: pathToFileURL(join(folder, 'inbox')).href, seconds: 3600 },
    clearanceAgeLimitSeconds,
    rateFeeds,
    payments:
      stripe === undefined
        ? undefined
        : { ...secrets, endpoint: { protocol: 'http', host: '127.0.0.1', port: stripe.port } },
  };
  const parts = await openParts(config, clock);
  const app = await createApp(parts, process.env.ACCORDO_TEST_LOG === undefined ? false : console);
  await app.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  stripe?.setWebhookUrl(`${url}/v1/stripe/webhooks`);
  const jobs = app.get(Jobs);
  if (worker) await jobs.start(config.applicationUrl, parts.storage);
  const superuser = async (): Promise<Client> => {
    const client = new Client({ connectionString: databaseUrls.superuserUrl });
    await client.connect();
    return client;
  };
  return {
    app,
    url,
    clock,
    parts,
    databaseUrls,
    stripe,
    given: new Given(url, parts),
    superuser,
    look: async <Row>(text: string, parameters: unknown[] = []) => {
      const client = await superuser();
      return client
        .query(text, parameters)
        .then(({ rows }) => rows as Row[])
        .finally(() => client.end());
    },
    close: async () => {
      if (worker) await jobs.stop();
      await app.close();
      await parts.close();
      await stripe?.close();
      await databaseUrls.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
