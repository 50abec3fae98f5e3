import { SystemClock } from '../../platform/clock';
import { startStripeDouble } from './start-stripe-double';
import type { StripeDoubleOptions } from './assemble';

/** The double as a process of its own. Prints `{"url", "port", "pid"}` as one line when it listens; ends on SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const double = await startStripeDouble(optionsFrom(process.env));
  process.stdout.write(`${JSON.stringify({ url: double.url, port: double.port, pid: process.pid })}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void double.close().then(() => process.exit(0)));
  }
}

function optionsFrom(environment: NodeJS.ProcessEnv): StripeDoubleOptions {
  const clock = new SystemClock();
  const {
    STRIPE_SECRET_KEY,
    STRIPE_WEBHOOK_SECRET,
    STRIPE_DOUBLE_PORT,
    STRIPE_DOUBLE_FILE,
    STRIPE_DOUBLE_WEBHOOK_URL,
  } = environment;
  if (!STRIPE_SECRET_KEY || !STRIPE_WEBHOOK_SECRET) {
    throw new Error(
      'STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET are missing: the key and the secret that the double shall expect and use',
    );
  }
  const port = STRIPE_DOUBLE_PORT ?? '0';
  if (!/^\d{1,5}$/.test(port)) throw new Error(`STRIPE_DOUBLE_PORT must be a port number, not "${port}"`);
  return {
    port: Number(port),
    secretKey: STRIPE_SECRET_KEY,
    webhookSecret: STRIPE_WEBHOOK_SECRET,
    now: () => clock.now(),
    ...(STRIPE_DOUBLE_FILE ? { dataFile: STRIPE_DOUBLE_FILE } : {}),
    ...(STRIPE_DOUBLE_WEBHOOK_URL ? { webhookUrl: STRIPE_DOUBLE_WEBHOOK_URL } : {}),
  };
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
