import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../src/config';
import { FrozenClock } from '../src/platform/clock';
import { startEmbeddedPostgres } from '../src/platform/database/embedded';
import { migrate } from '../src/platform/database/migrate';
import { serve, type Serving } from '../src/process';
import { startStripeDouble, type StripeDouble } from '../src/sandbox/stripe';

export interface DemoServer extends Serving {
  readonly clock: FrozenClock;
  readonly stripe: StripeDouble;
}

/** A server of the story's own: database, files, keys and port are thrown away afterwards. */
export async function startDemoServer(startsAt: string): Promise<DemoServer> {
  const folder = await mkdtemp(join(tmpdir(), 'accordo-demo-'));
  await chmod(folder, 0o755);
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const step of closers.reverse()) await step();
    closers.length = 0;
  };
  try {
    const postgres = await startEmbeddedPostgres({ directory: join(folder, 'postgres'), durable: false, quiet: true });
    closers.push(() => postgres.stop('immediate'));
    await migrate(postgres);
    const clock = new FrozenClock(new Date(startsAt));
    const secrets = { stripeKey: 'sk_test_demo', webhookSecret: 'whsec_demo' };
    const stripe = await startStripeDouble({
      host: '127.0.0.1',
      port: 0,
      secretKey: secrets.stripeKey,
      webhookSecret: secrets.webhookSecret,
      now: () => clock.now(),
    });
    closers.push(() => stripe.close());
    const config: Config = {
      environment: 'local',
      host: '127.0.0.1',
      port: 0,
      applicationUrl: postgres.applicationUrl,
      ownerUrl: postgres.ownerUrl,
      storageFolder: join(folder, 'files'),
      keyringFile: join(folder, 'keyring.json'),
      logLevel: process.env.LOG_LEVEL ?? 'error',
      trustedProxies: [],
      payments: { ...secrets, endpoint: { protocol: 'http', host: '127.0.0.1', port: stripe.port } },
    };
    const serving = await serve(config, { api: true, worker: true, clock });
    closers.push(() => serving.close());
    // Stripe promises neither once nor in order: every event may come up to three times.
    stripe.faults.setWebhooks({ repeatMax: 3 });
    stripe.setWebhookUrl(`${serving.url}/v1/stripe/webhooks`);
    return { ...serving, clock, stripe, close };
  } catch (error) {
    await close();
    throw error;
  }
}
