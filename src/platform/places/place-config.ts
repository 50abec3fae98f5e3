import type { S3Settings } from './s3-client';

/** Where boxes are: `file:///folder`, or `s3://bucket/prefix` with its settings. */
export interface PlaceConfig {
  readonly url: string;
  readonly s3?: S3Settings | undefined;
}

export interface InboxConfig extends PlaceConfig {
  /** How often a worker looks. */
  readonly seconds: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const urlForm = 'file:///folder or s3://bucket/prefix';

/** What the environment says of the inbox; every fault goes to `faults`. `otherwise`: the address where it says none. */
export function inboxConfig(environment: Environment, faults: string[], otherwise?: string): InboxConfig | undefined {
  const { INBOX_URL: url = otherwise, INBOX_SECONDS: text = '30' } = environment;
  const seconds = Number(text);
  if (!/^[1-9]\d{0,3}$/.test(text))
    faults.push(`INBOX_SECONDS must be a whole number of seconds from 1 to 9999, not "${text}"`);
  if (url === undefined) return undefined;
  if (!isPlace(url)) {
    faults.push(`INBOX_URL must be ${urlForm}`);
    return undefined;
  }
  const { protocol } = new URL(url);
  return { url, s3: protocol === 's3:' ? s3Settings(environment, faults) : undefined, seconds };
}

function isPlace(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, pathname, search, hash, username } = new URL(url);
  if (search !== '' || hash !== '' || username !== '') return false;
  if (protocol === 'file:') return hostname === '' && pathname.length > 1;
  return protocol === 's3:' && /^[a-z0-9][a-z0-9.-]{2,62}$/.test(hostname) && /^[\w./-]*$/.test(pathname);
}

function s3Settings(environment: Environment, faults: string[]): S3Settings {
  const {
    S3_ACCESS_KEY_ID: accessKeyId = '',
    S3_SECRET_ACCESS_KEY: secretAccessKey = '',
    S3_REGION: region = 'us-east-1',
    S3_ENDPOINT: endpoint = `https://s3.${region}.amazonaws.com`,
  } = environment;
  if (accessKeyId === '' || secretAccessKey === '')
    faults.push('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are needed for an INBOX_URL of s3://');
  const isAddress = URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol);
  if (!isAddress) faults.push('S3_ENDPOINT is not an address');
  // Buckets are the first part of the path, whoever serves them.
  return { accessKeyId, secretAccessKey, region, endpoint: isAddress ? new URL(endpoint).origin : '' };
}
