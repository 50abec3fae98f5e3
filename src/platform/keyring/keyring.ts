import { randomBytes, webcrypto } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Injectable } from '@nestjs/common';
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import { DomainError } from '../errors/domain-error';
import { selfSigned } from './self-signed';

export const keyPurposes = [
  'access-token',
  'seal',
  'document-seal',
  'clearance',
  'usage',
  'ledger',
  'statement',
] as const;
export type KeyPurpose = (typeof keyPurposes)[number];

interface KeyRecord {
  readonly id: string;
  readonly purpose: KeyPurpose;
  readonly madeAt: string;
  readonly privateKey: JWK;
  readonly publicKey: JWK;
  /** Of a key that seals documents: its X.509 certificate, base64 of DER. */
  readonly certificate?: string;
}

/**
 * The marketplace's signing keys (Ed25519; P-256 with a certificate for documents): one current per purpose, older ones kept for checking. The file is 0600; a file that others
 * can read is refused rather than used.
 */
@Injectable()
export class Keyring {
  private constructor(
    private readonly file: string,
    private records: readonly KeyRecord[],
  ) {}

  /** Opens the keyring, making it with fresh keys where there is none. */
  static async open(file: string, now: Date): Promise<Keyring> {
    if (!existsSync(file)) {
      const records: KeyRecord[] = [];
      for (const purpose of keyPurposes) records.push(await newKey(purpose, now));
      publishFirst(file, records);
    }
    if ((statSync(file).mode & 0o077) !== 0) {
      throw new DomainError(
        'configuration-invalid',
        `the keyring ${file} is readable by others: chmod 600 it, then rotate its keys`,
      );
    }
    await complete(file, now);
    return new Keyring(file, readRecords(file));
  }

  /** The current key: the newest of its purpose. */
  async signingKey(purpose: KeyPurpose): Promise<{ id: string; key: CryptoKey }> {
    const record = this.records.findLast((candidate) => candidate.purpose === purpose);
    if (record === undefined) throw new Error(`no ${purpose} key`);
    return { id: record.id, key: (await importJWK(record.privateKey, 'EdDSA')) as CryptoKey };
  }

  /** The current key that seals documents, and its certificate: PKCS #8 and X.509, base64 of DER. */
  async documentSeal(): Promise<{ readonly privateKey: string; readonly certificate: string }> {
    const record = this.records.findLast(({ purpose }) => purpose === 'document-seal');
    if (record?.certificate === undefined) throw new Error('no document-seal key');
    const key = (await importJWK(record.privateKey, 'ES256', { extractable: true })) as CryptoKey;
    const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
    return { privateKey: der.toString('base64'), certificate: record.certificate };
  }

  /** The key of this id and purpose, for checking; undefined when it is not ours. */
  async verificationKey(purpose: KeyPurpose, id: string | undefined): Promise<CryptoKey | undefined> {
    const record = this.records.find((candidate) => candidate.id === id && candidate.purpose === purpose);
    return record === undefined ? undefined : ((await importJWK(record.publicKey, 'EdDSA')) as CryptoKey);
  }

  /** The public halves, as published. */
  publicKeys(): readonly (JWK & { readonly kid: string; readonly use: 'sig' })[] {
    return this.records.map(({ id, publicKey, certificate }) => ({
      ...publicKey,
      kid: id,
      use: 'sig',
      alg: certificate === undefined ? 'EdDSA' : 'ES256',
      ...(certificate === undefined ? {} : { x5c: [certificate] }),
    }));
  }

  /** Adds a key that signs from now on. What another process has added since this one opened the file stays. */
  async rotate(purpose: KeyPurpose, now: Date): Promise<string> {
    const record = await newKey(purpose, now);
    this.records = replaceWith(this.file, [...readRecords(this.file), record]);
    return record.id;
  }
}

/**
 * Gives a keyring that is older than a purpose its first key of it. Processes that do so at once must end up with one key, or what some
 * of them seal could be checked by nobody: each offers keys under one name, which only the first can take, and adds what it finds there.
 * An offer goes only when the keyring holds its keys, so whoever finds neither begins anew.
 */
async function complete(file: string, now: Date): Promise<void> {
  const offer = `${file}.first-keys`;
  for (let missing = missingIn(file); missing.length > 0; missing = missingIn(file)) {
    const fresh: KeyRecord[] = [];
    for (const purpose of missing) fresh.push(await newKey(purpose, now));
    publishFirst(offer, fresh);
    const first = readOffer(offer);
    if (first === undefined) continue;
    // Looked up after the offer was read: one that came too late finds its purposes here.
    const still = missingIn(file);
    const added = first.filter(({ purpose }) => still.includes(purpose));
    if (added.length > 0) replaceWith(file, [...readRecords(file), ...added]);
    rmSync(offer, { force: true });
  }
  rmSync(offer, { force: true });
}

function missingIn(file: string): KeyPurpose[] {
  const records = readRecords(file);
  return keyPurposes.filter((purpose) => !records.some((record) => record.purpose === purpose));
}

function readOffer(offer: string): readonly KeyRecord[] | undefined {
  try {
    return readRecords(offer);
  } catch (error) {
    if (existsSync(offer)) throw error;
    return undefined;
  }
}

function replaceWith(file: string, records: readonly KeyRecord[]): readonly KeyRecord[] {
  renameSync(writeIncoming(file, records), file);
  return records;
}

function readRecords(file: string): readonly KeyRecord[] {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { keys: KeyRecord[] }).keys;
  } catch {
    throw new DomainError('configuration-invalid', `the keyring ${file} is damaged`);
  }
}

async function newKey(purpose: KeyPurpose, now: Date): Promise<KeyRecord> {
  const documents = purpose === 'document-seal';
  const { privateKey, publicKey } = await generateKeyPair(documents ? 'ES256' : 'EdDSA', { extractable: true });
  return {
    ...(documents ? { certificate: await selfSigned({ privateKey, publicKey }, now) } : {}),
    id: `${purpose}-${randomBytes(8).toString('hex')}`,
    purpose,
    madeAt: now.toISOString(),
    privateKey: await exportJWK(privateKey),
    publicKey: await exportJWK(publicKey),
  };
}

/** Of two processes that start at once in an empty folder one makes the keyring, and both use it: a link is never made over a file. */
function publishFirst(file: string, records: readonly KeyRecord[]): void {
  const incoming = writeIncoming(file, records);
  try {
    linkSync(incoming, file);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(incoming);
  }
}

function writeIncoming(file: string, records: readonly KeyRecord[]): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const incoming = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const descriptor = openSync(incoming, 'w', 0o600);
  writeSync(descriptor, `${JSON.stringify({ keys: records }, null, 2)}\n`);
  fsyncSync(descriptor);
  closeSync(descriptor);
  return incoming;
}
