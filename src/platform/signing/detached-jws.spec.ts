import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { keyIdOf, verifiedText, verifyDetached } from './detached-jws';
import { algorithmOf, type PublicJwk, readPublicJwk, thumbprintOf } from './public-jwk';

interface Pair {
  readonly key: PublicJwk;
  readonly privateKey: KeyObject;
}

const pairOf = ({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): Pair => ({
  key: readPublicJwk(publicKey.export({ format: 'jwk' }))!,
  privateKey,
});
const ed25519 = pairOf(generateKeyPairSync('ed25519'));
const p256 = pairOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const pairs = [ed25519, p256].map((pair) => [algorithmOf(pair.key), pair] as const);

const encoded = (text: string): string => Buffer.from(text, 'utf8').toString('base64url');
const headerOf = ({ key }: Pair): object => ({ alg: algorithmOf(key), kid: thumbprintOf(key) });

function signed(pair: Pair, text: string, header = JSON.stringify(headerOf(pair))): string {
  const input = Buffer.from(`${encoded(header)}.${encoded(text)}`);
  const signature =
    pair.key.kty === 'OKP'
      ? sign(null, input, pair.privateKey)
      : sign('sha256', input, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${encoded(header)}..${signature.toString('base64url')}`;
}

const text = '{"organization":"Ж","schema":"accordo-signature/1"}';

/** The text with another byte at a place; `step` is not 0 modulo 256. */
function mutated(given: string, at: number, step: number): string {
  const bytes = Buffer.from(given, 'latin1');
  bytes.writeUInt8((bytes.readUInt8(at) + step) % 256, at);
  return bytes.toString('latin1');
}

describe.each(pairs)('a detached JWS (%s)', (_, pair) => {
  const jws = signed(pair, text);

  it('fits the text and the key that it was made with', () => {
    expect(verifyDetached(jws, text, pair.key)).toBe(true);
    expect(keyIdOf(jws)).toBe(thumbprintOf(pair.key));
    expect(verifyDetached(jws, `${text} `, pair.key)).toBe(false);
    for (const other of [ed25519, p256].filter((one) => one !== pair))
      expect(verifyDetached(jws, text, other.key)).toBe(false);
  });

  it('fits no more once any one byte differs', () => {
    const accepted: string[] = [];
    for (let attempt = 0; attempt < 1000; attempt += 1) {
      const changed = mutated(jws, (attempt * 7) % jws.length, 1 + ((attempt * 31) % 255));
      if (changed === jws || verifyDetached(changed, text, pair.key)) accepted.push(changed);
    }
    expect(accepted).toEqual([]);
  });

  it('has one spelling: no blank, no other member, no padding, no text inside', () => {
    const { alg, kid } = headerOf(pair) as { alg: string; kid: string };
    for (const header of [
      JSON.stringify({ alg, kid, typ: 'JWT' }),
      JSON.stringify({ alg, kid, crit: ['b64'], b64: false }),
      JSON.stringify({ alg, kid }, null, 1),
      `{"alg":"none","alg":"${alg}","kid":"${kid}"}`,
      JSON.stringify({ alg: 'none', kid }),
      JSON.stringify({ alg }),
    ]) {
      expect(verifyDetached(signed(pair, text, header), text, pair.key)).toBe(false);
    }
    const [header = '', , signature = ''] = jws.split('.');
    for (const spelling of [
      `${header}.${encoded(text)}.${signature}`,
      `${header}..${signature}==`,
      `${header}..${signature}.`,
      `${header}..`,
      `${jws}\n`,
      '',
      '..',
    ]) {
      expect(verifyDetached(spelling, text, pair.key)).toBe(false);
      if (spelling !== '') expect(verifyDetached(` ${spelling}`, text, pair.key)).toBe(false);
    }
    expect(verifyDetached(signed(pair, text, JSON.stringify({ kid, alg })), text, pair.key)).toBe(true);
  });

  it('can carry its text as a compact JWS', () => {
    const compact = jws.replace('..', `.${encoded(text)}.`);
    expect(verifiedText(compact, pair.key)).toBe(text);
    expect(verifiedText(compact.replace(encoded(text), encoded(`${text} `)), pair.key)).toBeUndefined();
    expect(verifiedText(`${compact}.`, pair.key)).toBeUndefined();
    expect(verifiedText(jws, pair.key)).toBeUndefined();
  });
});

describe('a public key', () => {
  it('has exactly the members of its kind', () => {
    for (const { key } of [ed25519, p256]) {
      expect(readPublicJwk({ ...key })).toEqual(key);
      for (const more of [
        { d: key.x },
        { kid: 'a' },
        { kty: 'RSA' },
        { crv: 'P-384' },
        { x: `${key.x}=` },
        { x: 'AA' },
      ])
        expect(readPublicJwk({ ...key, ...more })).toBeUndefined();
    }
    expect(readPublicJwk({ ...ed25519.key, y: ed25519.key.x })).toBeUndefined();
    for (const nothing of [null, undefined, 'key', [], {}]) expect(readPublicJwk(nothing)).toBeUndefined();
  });

  it('is a point that can be held to its signatures', () => {
    const point = (hex: string): object => ({
      kty: 'OKP',
      crv: 'Ed25519',
      x: Buffer.from(hex, 'hex').toString('base64url'),
    });
    for (const hex of [`01${'00'.repeat(31)}`, `01${'00'.repeat(30)}80`, '00'.repeat(32), `ec${'ff'.repeat(31)}`])
      expect(readPublicJwk(point(hex))).toBeUndefined();
    expect(readPublicJwk({ ...p256.key, y: p256.key.x })).toBeUndefined();
  });

  it('is named as RFC 7638 and RFC 8037 name theirs', () => {
    const key = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' } as const;
    expect(thumbprintOf(key)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
  });
});
