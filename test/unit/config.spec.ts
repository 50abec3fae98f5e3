import { migrationUrls, readConfig } from '../../src/config';
import { DomainError } from '../../src/platform/errors/domain-error';
import { read } from '../support/repository';

const complete = {
  DATABASE_URL: 'postgresql://app:one@db.example:5432/accordo',
  DATABASE_OWNER_URL: 'postgres://owner:two@db.example/accordo',
  DATA_FOLDER: '/var/lib/accordo',
};

/** The one message of a refused configuration. */
function refusal(environment: Record<string, string | undefined>): string {
  try {
    readConfig(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(DomainError);
    expect((error as DomainError).code).toBe('configuration-invalid');
    return (error as DomainError).message;
  }
  throw new Error('the configuration was accepted');
}

describe('the configuration of a process', () => {
  it('is production when the databases are named, listens on loopback, and takes no payments', () => {
    expect(readConfig(complete)).toEqual({
      environment: 'production',
      host: '127.0.0.1',
      port: 3000,
      trustedProxies: [],
      applicationUrl: complete.DATABASE_URL,
      ownerUrl: complete.DATABASE_OWNER_URL,
      storageFolder: '/var/lib/accordo/files',
      keyringFile: '/var/lib/accordo/keyring.json',
      logLevel: 'info',
      payments: undefined,
      clearanceAgeLimitSeconds: 5,
    });
  });

  it('answers clearance for as many seconds without news as it is told, a whole number of them', () => {
    expect(readConfig({ ...complete, CLEARANCE_AGE_LIMIT_SECONDS: '30' }).clearanceAgeLimitSeconds).toBe(30);
    for (const text of ['0', '1.5', '-1', 'long', '10000']) {
      expect(refusal({ ...complete, CLEARANCE_AGE_LIMIT_SECONDS: text })).toContain('CLEARANCE_AGE_LIMIT_SECONDS must');
    }
  });

  it('fetches exchange rates from nowhere unless told from where, and never in the open', () => {
    expect(readConfig(complete).rateFeeds).toBeUndefined();
    const ecb = 'https://bank.example/eurofxref.zip';
    const told = { ...complete, EXCHANGE_RATES_ECB_URL: ecb, EXCHANGE_RATES_HOURS: '12' };
    expect(readConfig(told).rateFeeds).toEqual({ addresses: { ecb }, hours: 12 });
    const open = { EXCHANGE_RATES_CBR_URL: 'http://bank.example/XML_daily.asp', EXCHANGE_RATES_HOURS: '25' };
    for (const name of Object.keys(open)) expect(refusal({ ...complete, ...open })).toContain(`${name} must be`);
  });

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(readConfig(complete))).toBe(true);
  });

  it('names everything that is missing at once', () => {
    const message = refusal({});
    for (const name of ['DATABASE_URL', 'DATA_FOLDER']) expect(message).toContain(`${name} is missing`);
  });

  it('trusts no proxy unless told which', () => {
    expect(readConfig(complete).trustedProxies).toEqual([]);
    expect(readConfig({ ...complete, TRUST_PROXY: '10.0.0.0/8, ::1' }).trustedProxies).toEqual(['10.0.0.0/8', '::1']);
    for (const name of ['everyone', '10.0.0.0/33', 'true', '1']) {
      expect(refusal({ ...complete, TRUST_PROXY: name })).toContain('TRUST_PROXY must list addresses or networks');
    }
  });

  it('asks for the tables’ owner only where something is to be migrated', () => {
    const { DATABASE_OWNER_URL: _, ...serving } = complete;
    const config = readConfig(serving);
    expect(config.ownerUrl).toBeUndefined();
    expect(() => migrationUrls(config)).toThrow('DATABASE_OWNER_URL is missing');
    expect(migrationUrls(readConfig(complete))).toMatchObject({ ownerUrl: complete.DATABASE_OWNER_URL });
  });

  it.each([
    [{ DATABASE_URL: 'mysql://app@db.example/accordo' }, 'DATABASE_URL is not a PostgreSQL address'],
    [{ DATABASE_OWNER_URL: 'db.example' }, 'DATABASE_OWNER_URL is not a PostgreSQL address'],
    [{ PORT: '65536' }, 'PORT must be a port number from 0 to 65535, not "65536"'],
    [{ PORT: '80.5' }, 'PORT must be a port number'],
    [{ PORT: '' }, 'PORT must be a port number'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be one of'],
    [{ STRIPE_SECRET_KEY: 'sk_test_1' }, 'STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET belong together'],
    [{ STRIPE_WEBHOOK_SECRET: 'whsec_1' }, 'STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET belong together'],
    [
      { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: 'whsec_1', STRIPE_ENDPOINT: 'nowhere' },
      'STRIPE_ENDPOINT is not an address',
    ],
  ])('refuses %j', (wrong, message) => {
    expect(refusal({ ...complete, ...wrong })).toContain(message);
  });

  it('never repeats a password in what it refuses', () => {
    expect(refusal({ ...complete, DATABASE_URL: 'mysql://app:s3cret@db.example/accordo' })).not.toContain('s3cret');
  });

  it('points payments at another address where one is given', () => {
    const stripe = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: 'whsec_1' };
    expect(readConfig({ ...complete, ...stripe }).payments).toEqual({
      stripeKey: 'sk_test_1',
      webhookSecret: 'whsec_1',
    });
    const endpoint = (address: string) =>
      readConfig({ ...complete, ...stripe, STRIPE_ENDPOINT: address }).payments?.endpoint;
    expect(endpoint('http://127.0.0.1:12111')).toEqual({ protocol: 'http', host: '127.0.0.1', port: 12111 });
    expect(endpoint('https://payments.example')).toEqual({ protocol: 'https', host: 'payments.example', port: 443 });
  });

  it('has local defaults on one machine, which the environment overrides', () => {
    const local = {
      applicationUrl: 'postgresql://127.0.0.1/accordo',
      ownerUrl: 'postgresql://127.0.0.1/accordo',
      folder: '/tmp/accordo',
      payments: { stripeKey: 'sk_test_double', webhookSecret: 'whsec_double' },
    };
    const config = readConfig({ PORT: '0', KEYRING_FILE: '/run/keys.json' }, local);
    expect(config).toMatchObject({
      environment: 'local',
      port: 0,
      keyringFile: '/run/keys.json',
      storageFolder: '/tmp/accordo/files',
      payments: local.payments,
    });
  });

  it('is documented whole: every variable that is read is on the page of settings', () => {
    const page = read('docs/configuration.md');
    const source = `${read('src/config.ts')}${read('src/start.ts')}${read('src/settlement/rates/rate-feeds.ts')}`;
    const names = new Set([...source.matchAll(/\b(?:[A-Z]{2,}_[A-Z_]+|PORT|HOST)\b/g)].map(([name]) => name));
    expect(names.size).toBeGreaterThan(8);
    expect([...names].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
