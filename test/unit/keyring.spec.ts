import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compactVerify, CompactSign } from 'jose';
import { Keyring, keyPurposes } from '../../src/platform/keyring/keyring';

const now = new Date('2026-01-05T09:00:00Z');

describe('the keyring', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'accordo-keyring-'));
    file = join(folder, 'keys', 'keyring.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const signed = async (keyring: Keyring): Promise<{ id: string; text: string }> => {
    const { id, key } = await keyring.signingKey('seal');
    return {
      id,
      text: await new CompactSign(Buffer.from('terms')).setProtectedHeader({ alg: 'EdDSA', kid: id }).sign(key),
    };
  };

  it('makes its keys where there are none, readable by nobody else, and finds them again', async () => {
    const made = await Keyring.open(file, now);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const opened = await Keyring.open(file, now);
    expect(opened.publicKeys()).toEqual(made.publicKeys());
    const { id, text } = await signed(made);
    const { payload } = await compactVerify(text, (await opened.verificationKey('seal', id))!);
    expect(Buffer.from(payload).toString()).toBe('terms');
  });

  it('signs with the new key after a rotation, and still verifies what the old one signed', async () => {
    const keyring = await Keyring.open(file, now);
    const before = await signed(keyring);
    const id = await keyring.rotate('seal', now);
    expect((await keyring.signingKey('seal')).id).toBe(id);
    expect(id).not.toBe(before.id);
    const reopened = await Keyring.open(file, now);
    await expect(
      compactVerify(before.text, (await reopened.verificationKey('seal', before.id))!),
    ).resolves.toBeDefined();
    await expect(compactVerify(before.text, (await reopened.verificationKey('seal', id))!)).rejects.toThrow(
      'signature verification failed',
    );
  });

  it('rotates one purpose without touching the other', async () => {
    const keyring = await Keyring.open(file, now);
    const { id } = await keyring.signingKey('access-token');
    await keyring.rotate('seal', now);
    expect((await keyring.signingKey('access-token')).id).toBe(id);
  });

  it('does not lend a key for another purpose, and knows no stranger’s', async () => {
    const keyring = await Keyring.open(file, now);
    const { id } = await keyring.signingKey('access-token');
    expect(await keyring.verificationKey('seal', id)).toBeUndefined();
    expect(await keyring.verificationKey('access-token', 'access-token-0')).toBeUndefined();
    expect(await keyring.verificationKey('access-token', undefined)).toBeUndefined();
  });

  it('publishes the public halves only', async () => {
    const keyring = await Keyring.open(file, now);
    const stored = JSON.parse(readFileSync(file, 'utf8')) as { keys: { privateKey: { d: string } }[] };
    const published = JSON.stringify(keyring.publicKeys());
    expect(stored.keys.length).toBe(keyPurposes.length);
    for (const { privateKey } of stored.keys) expect(published).not.toContain(privateKey.d);
    expect(keyring.publicKeys().map(({ kty, crv, alg, use }) => ({ kty, crv, alg, use }))).toEqual([
      { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' },
      { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' },
      { kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' },
      { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' },
      { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' },
      { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' },
      { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' },
    ]);
    const { certificate } = await keyring.documentSeal();
    expect(keyring.publicKeys().flatMap(({ x5c }, at) => (x5c === undefined ? [] : [[at, x5c]]))).toEqual([
      [2, [certificate]],
    ]);
    const x509 = new X509Certificate(Buffer.from(certificate, 'base64'));
    expect([x509.subject, x509.validTo]).toEqual(['O=Accordo\nCN=Accordo document seal', 'Jan  5 00:00:00 2036 GMT']);
    expect(x509.verify(x509.publicKey)).toBe(true);
  });

  it('that is older than a purpose gets its first key of it, and keeps the others', async () => {
    const before = (await Keyring.open(file, now)).publicKeys();
    const { keys } = JSON.parse(readFileSync(file, 'utf8')) as { keys: { purpose: string }[] };
    writeFileSync(file, JSON.stringify({ keys: keys.filter(({ purpose }) => purpose !== 'document-seal') }));
    const after = (await Keyring.open(file, now)).publicKeys();
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after.slice(2, -1)).toEqual(before.slice(3));
    expect(after.at(-1)?.kid).toMatch(/^document-seal-/);
    expect((await Keyring.open(file, now)).publicKeys()).toEqual(after);
  });

  it('that is completed by several processes at once gets one key, which all of them use and publish', async () => {
    await Keyring.open(file, now);
    const { keys } = JSON.parse(readFileSync(file, 'utf8')) as { keys: { purpose: string }[] };
    const older = keys.filter(({ purpose }) => purpose === 'seal');
    writeFileSync(file, JSON.stringify({ keys: older }));
    const opened = await Promise.all(Array.from({ length: 8 }, () => Keyring.open(file, now)));
    const kept = (await Keyring.open(file, now)).publicKeys();
    expect(kept.length).toBe(keyPurposes.length);
    for (const keyring of opened) expect(keyring.publicKeys()).toEqual(kept);
    expect(readdirSync(join(folder, 'keys'))).toEqual(['keyring.json']);
  });

  it('keeps at a rotation what another process has added since', async () => {
    const [one, other] = [await Keyring.open(file, now), await Keyring.open(file, now)];
    const added = [await one.rotate('seal', now), await other.rotate('document-seal', now)];
    const kept = (await Keyring.open(file, now)).publicKeys().map(({ kid }) => kid);
    expect(kept).toEqual(expect.arrayContaining(added));
    expect(kept.length).toBe(keyPurposes.length + 2);
  });

  it('refuses a file that others can read, and one that is damaged', async () => {
    await Keyring.open(file, now);
    chmodSync(file, 0o640);
    await expect(Keyring.open(file, now)).rejects.toMatchObject({
      code: 'configuration-invalid',
      message: expect.stringContaining('readable by others'),
    });
    chmodSync(file, 0o600);
    writeFileSync(file, '{"keys":');
    await expect(Keyring.open(file, now)).rejects.toMatchObject({
      code: 'configuration-invalid',
      message: expect.stringContaining('is damaged'),
    });
  });
});
