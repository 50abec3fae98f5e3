import { isIP } from 'node:net';
import { pathToFileURL } from 'node:url';
import { DomainError } from './platform/errors/domain-error';
import { type InboxConfig, inboxConfig } from './platform/places/place-config';
import { type RateFeedsConfig, rateFeedsConfig } from './settlement/rates/rate-feeds';

/** Everything a process is told from outside, read once, checked whole, frozen. */
export interface Config {
  readonly environment: 'local' | 'production';
  readonly host: string;
  readonly port: number;
  readonly applicationUrl: string;
  /** Of the role that migrates; processes that only serve do without it. */
  readonly ownerUrl: string | undefined;
  readonly storageFolder: string;
  readonly keyringFile: string;
  readonly logLevel: string;
  /** Proxies whose word about the caller's address is taken: addresses or networks. None: the connection's own address. */
  readonly trustedProxies: readonly string[];
  readonly payments: PaymentConfig | undefined;
  /** Where senders put files down in place of uploading them; absent: nowhere. */
  readonly inbox?: InboxConfig | undefined;
  /** For how long a process answers clearance questions without hearing of changes; absent: 5. */
  readonly clearanceAgeLimitSeconds?: number;
  /** Where exchange rates are fetched; absent: nowhere, and nothing leaves the machine. */
  readonly rateFeeds?: RateFeedsConfig | undefined;
}

export interface PaymentConfig {
  readonly stripeKey: string;
  readonly webhookSecret: string;
  /** Where Stripe's API answers; absent: Stripe itself. The sandbox's double is a loopback address. */
  readonly endpoint?: { readonly protocol: 'http' | 'https'; readonly host: string; readonly port: number };
}

/** What the sandbox supplies where the environment does not say: the embedded database and the Stripe double. */
export interface LocalDefaults {
  readonly applicationUrl: string;
  readonly ownerUrl: string;
  readonly folder: string;
  readonly payments: PaymentConfig;
}

type Environment = Readonly<Record<string, string | undefined>>;

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'];

/** Throws `configuration-invalid` naming every wrong or missing setting at once. */
export function readConfig(environment: Environment, local?: LocalDefaults): Config {
  const faults: string[] = [];
  const port = wholeNumber(environment, 'PORT', 3000, faults);
  const logLevel = environment.LOG_LEVEL ?? (local ? 'warn' : 'info');
  if (!logLevels.includes(logLevel)) faults.push(`LOG_LEVEL must be one of ${logLevels.join(', ')}`);
  const folder = local?.folder ?? environment.DATA_FOLDER;
  if (folder === undefined) faults.push('DATA_FOLDER is missing: the folder for stored files and keys');
  const config: Config = {
    environment: local ? 'local' : 'production',
    host: environment.HOST ?? '127.0.0.1',
    port,
    applicationUrl: databaseUrl(environment, 'DATABASE_URL', local?.applicationUrl, faults),
    ownerUrl: ownerUrl(environment, local, faults),
    storageFolder: `${folder}/files`,
    keyringFile: environment.KEYRING_FILE ?? `${folder}/keyring.json`,
    logLevel,
    trustedProxies: proxies(environment, faults),
    payments: paymentConfig(environment, faults) ?? local?.payments,
    inbox: inboxConfig(environment, faults, local && pathToFileURL(`${local.folder}/inbox`).href),
    clearanceAgeLimitSeconds: ageLimit(environment, faults),
    rateFeeds: rateFeedsConfig(environment, faults),
  };
  if (faults.length > 0) throw new DomainError('configuration-invalid', faults.join('; '));
  return Object.freeze(config);
}

/** What migrating needs. Refuses with configuration-invalid. */
export function migrationUrls({ ownerUrl, applicationUrl }: Config): { ownerUrl: string; applicationUrl: string } {
  if (ownerUrl === undefined) {
    throw new DomainError(
      'configuration-invalid',
      'DATABASE_OWNER_URL is missing: the role that owns the tables and migrates them',
    );
  }
  return { ownerUrl, applicationUrl };
}

const ownerUrl = (environment: Environment, local: LocalDefaults | undefined, faults: string[]): string | undefined =>
  environment.DATABASE_OWNER_URL === undefined && local === undefined
    ? undefined
    : databaseUrl(environment, 'DATABASE_OWNER_URL', local?.ownerUrl, faults);

function databaseUrl(environment: Environment, name: string, fallback: string | undefined, faults: string[]): string {
  const text = environment[name] ?? fallback;
  if (text === undefined) faults.push(`${name} is missing: postgresql://user:password@host:port/database`);
  else if (!URL.canParse(text) || !/^postgres(ql)?:$/.test(new URL(text).protocol)) {
    faults.push(`${name} is not a PostgreSQL address: postgresql://user:password@host:port/database`);
  }
  return text ?? '';
}

function paymentConfig(environment: Environment, faults: string[]): PaymentConfig | undefined {
  const { STRIPE_SECRET_KEY: stripeKey, STRIPE_WEBHOOK_SECRET: webhookSecret, STRIPE_ENDPOINT: endpoint } = environment;
  if (stripeKey === undefined && webhookSecret === undefined) return undefined;
  if (stripeKey === undefined || webhookSecret === undefined) {
    faults.push('STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET belong together: one of them is missing');
    return undefined;
  }
  if (endpoint === undefined) return { stripeKey, webhookSecret };
  if (!URL.canParse(endpoint)) {
    faults.push('STRIPE_ENDPOINT is not an address');
    return undefined;
  }
  const { protocol, hostname, port } = new URL(endpoint);
  const scheme = protocol === 'http:' ? 'http' : 'https';
  const defaultPort = scheme === 'http' ? 80 : 443;
  return {
    stripeKey,
    webhookSecret,
    endpoint: { protocol: scheme, host: hostname, port: port === '' ? defaultPort : Number(port) },
  };
}

/** Without this, everyone behind a proxy would be one address to the sign-in throttle; trusting anyone would let callers choose theirs. */
function proxies(environment: Environment, faults: string[]): string[] {
  const names = (environment.TRUST_PROXY ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  for (const name of names) {
    const [address = '', prefix] = name.split('/');
    const bits = isIP(address) === 6 ? 128 : 32;
    const sound = isIP(address) !== 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits));
    if (!sound) faults.push(`TRUST_PROXY must list addresses or networks (10.0.0.0/8), not "${name}"`);
  }
  return names;
}

function ageLimit(environment: Environment, faults: string[]): number {
  const text = environment.CLEARANCE_AGE_LIMIT_SECONDS ?? '5';
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  faults.push(`CLEARANCE_AGE_LIMIT_SECONDS must be a whole number of seconds from 1 to 9999, not "${text}"`);
  return 5;
}

function wholeNumber(environment: Environment, name: string, fallback: number, faults: string[]): number {
  const text = environment[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text) || value > 65_535)
    faults.push(`${name} must be a port number from 0 to 65535, not "${text}"`);
  return value;
}
