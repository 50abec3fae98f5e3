import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { randomBytes } from 'node:crypto';
import { type Config, migrationUrls, readConfig } from './config';
import { startEmbeddedPostgres } from './platform/database/embedded';
import { migrate } from './platform/database/migrate';
import { warnOfUnsafeNode } from './lifecycle';
import { serve } from './process';
import { loadSampleWorld, type SampleCredentials } from './sample';
import { startStripeDouble } from './sandbox/stripe';

interface Closing {
  close(): Promise<void>;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** `npm start`: everything on this machine, or the configured database where there is one. */
export async function start(environment: NodeJS.ProcessEnv): Promise<Closing> {
  const warning = warnOfUnsafeNode();
  if (warning !== undefined) process.stderr.write(`accordo: ${warning}\n`);
  return environment.DATABASE_URL === undefined && environment.DATABASE_OWNER_URL === undefined
    ? startLocal(environment)
    : startConfigured(environment);
}

async function startConfigured(environment: NodeJS.ProcessEnv): Promise<Closing> {
  const config = readConfig({ DATA_FOLDER: '.accordo', ...environment });
  await migrate(migrationUrls(config));
  const serving = await serve(config, { api: true, worker: true });
  tellAddresses(serving.url);
  say('  First operator  accordo setup --email you@example.org --name "You"');
  return serving;
}

async function startLocal(environment: NodeJS.ProcessEnv): Promise<Closing> {
  const folder = resolve(environment.DATA_FOLDER ?? '.accordo');
  // The folder may be passed through (PostgreSQL may run as another user); what is secret in it is 0600.
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  // Everything that can be wrong with the settings is said before anything is started.
  const secrets = localSecrets(join(folder, 'secrets.json'));
  readConfig(environment, { ...unknownDatabase, folder, payments: secrets });
  const closers: Closing[] = [];
  const closeAll = async (): Promise<void> => {
    for (const part of closers.reverse()) await part.close();
  };
  try {
    const postgres = await startEmbeddedPostgres({ directory: join(folder, 'postgres') });
    closers.push({ close: () => postgres.stop('fast') });
    await migrate(postgres);
    const stripe = await startStripeDouble({
      host: '127.0.0.1',
      port: 0,
      secretKey: secrets.stripeKey,
      webhookSecret: secrets.webhookSecret,
      now: () => new Date(),
      dataFile: join(folder, 'stripe-double.json'),
    });
    closers.push(stripe);
    const config: Config = readConfig(environment, {
      applicationUrl: postgres.applicationUrl,
      ownerUrl: postgres.ownerUrl,
      folder,
      payments: { ...secrets, endpoint: { protocol: 'http', host: '127.0.0.1', port: stripe.port } },
    });
    const serving = await serve(config, { api: true, worker: true });
    closers.push(serving);
    stripe.setWebhookUrl(`${serving.url.replace('0.0.0.0', '127.0.0.1')}/v1/stripe/webhooks`);
    const credentialsFile = join(folder, 'credentials.json');
    if (!existsSync(join(folder, 'sample-world-loaded'))) {
      say('Loading the sample world (first start only) ...');
      const credentials = await loadSampleWorld(serving);
      writeSecret(credentialsFile, credentials satisfies SampleCredentials);
      writeFileSync(join(folder, 'sample-world-loaded'), `${new Date().toISOString()}\n`);
    }
    tellAddresses(serving.url);
    say(`  Credentials     ${credentialsFile}`);
    say(`  Stripe double   ${stripe.url} (no money moves)`);
    say('Stop with Ctrl-C.');
    return { close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

const unknownDatabase = {
  applicationUrl: 'postgresql://127.0.0.1/accordo',
  ownerUrl: 'postgresql://127.0.0.1/accordo',
};

function tellAddresses(url: string): void {
  say('');
  say(`Accordo is ready.`);
  say(`  API             ${url}/v1`);
  say(`  Documentation   ${url}/docs`);
  say(`  OpenAPI 3.1     ${url}/openapi.json`);
}

interface LocalSecrets {
  readonly stripeKey: string;
  readonly webhookSecret: string;
}

/** The double's keys, random per install. */
function localSecrets(file: string): LocalSecrets {
  if (!existsSync(file)) {
    const random = (): string => randomBytes(24).toString('hex');
    writeSecret(file, { stripeKey: `sk_test_${random()}`, webhookSecret: `whsec_${random()}` });
  }
  return JSON.parse(readFileSync(file, 'utf8')) as LocalSecrets;
}

function writeSecret(file: string, content: object): void {
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
}
