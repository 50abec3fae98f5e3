import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Injectable } from '@nestjs/common';
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import { DomainError } from '../errors/domain-error';

export type KeyPurpose = 'access-token' | 'seal';
const purposes: readonly KeyPurpose[] = ['access-token', 'seal'];

interface KeyRecord {
  readonly id: string;
  readonly purpose: KeyPurpose;
  readonly madeAt: string;
  readonly privateKey: JWK;
  readonly publicKey: JWK;
}

/**
 * The marketplace's signing keys (Ed25519): one current per purpose, older ones kept for checking. The file is 0600; a file that others
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
      for (const purpose of purposes) records.push(await newKey(purpose, now));
      publishFirst(file, records);
    }
    if ((statSync(file).mode & 0o077) !== 0) {
      throw new DomainError(
        'configuration-invalid',
        `the keyring ${file} is readable by others: chmod 600 it, then rotate its keys`,
      );
    }
    try {
      return new Keyring(file, (JSON.parse(readFileSync(file, 'utf8')) as { keys: KeyRecord[] }).keys);
    } catch {
      throw new DomainError('configuration-invalid', `the keyring ${file} is damaged`);
    }
  }

  /** The current key: the newest of its purpose. */
  async signingKey(purpose: KeyPurpose): Promise<{ id: string; key: CryptoKey }> {
    const record = this.records.findLast((candidate) => candidate.purpose === purpose);
    if (record === undefined) throw new Error(`no ${purpose} key`);
    return { id: record.id, key: (await importJWK(record.privateKey, 'EdDSA')) as CryptoKey };
  }

  /** The key of this id and purpose, for checking; undefined when it is not ours. */
  async verificationKey(purpose: KeyPurpose, id: string | undefined): Promise<CryptoKey | undefined> {
    const record = this.records.find((candidate) => candidate.id === id && candidate.purpose === purpose);
    return record === undefined ? undefined : ((await importJWK(record.publicKey, 'EdDSA')) as CryptoKey);
  }

  /** The public halves, as published. */
  publicKeys(): readonly (JWK & { readonly kid: string; readonly use: 'sig' })[] {
    return this.records.map(({ id, publicKey }) => ({ ...publicKey, kid: id, use: 'sig', alg: 'EdDSA' }));
  }

  /** Adds a key that signs from now on. */
  async rotate(purpose: KeyPurpose, now: Date): Promise<string> {
    const record = await newKey(purpose, now);
    this.records = [...this.records, record];
    const incoming = writeIncoming(this.file, this.records);
    renameSync(incoming, this.file);
    return record.id;
  }
}

async function newKey(purpose: KeyPurpose, now: Date): Promise<KeyRecord> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  return {
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
