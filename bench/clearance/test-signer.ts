import { generateKeyPairSync, sign } from 'node:crypto';
import type { PublishedKeys } from '../../client/keys';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const kid = 'clearance-0000000000000000';

/** A key of the benchmark's own, for files that need no server. */
export const testSigner = {
  kid,
  keys: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid }] } satisfies PublishedKeys,
  sign: (unsigned: Buffer): Buffer => Buffer.concat([unsigned, sign(null, unsigned, privateKey)]),
};
