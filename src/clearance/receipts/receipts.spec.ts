import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PublishedKeys } from '../../../client/keys';
import { readReceipt, type Receipt, RECEIPT_TYPE } from '../../../client/receipt';
import { calendarDateOf } from '../../kernel';
import { Keyring } from '../../platform/keyring/keyring';
import type { ClearanceAnswer } from '../answers';
import { Dice } from '../fast-index/testing/random-worlds';
import { type AnsweredQuestion, Receipts } from './receipts';

let folder: string;
let keyring: Keyring;
let keys: PublishedKeys;
const now = new Date('2026-02-01T12:00:00.500Z');
const platformId = '00000000-0000-4000-8000-0000000000b1';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'accordo-receipts-'));
  keyring = await Keyring.open(join(folder, 'keyring.json'), now);
  keys = { keys: keyring.publicKeys() as PublishedKeys['keys'] };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const question = (at: number): AnsweredQuestion => ({
  serviceId: '00000000-0000-4000-8000-0000000000c1',
  isrc: `ZZA0126${String(at).padStart(5, '0')}`,
  territory: 'RU',
  useType: 'OnDemandStream',
  commercialModel: 'AdvertisementSupportedModel',
  at: now.toISOString(),
});
const answer = (at: number): ClearanceAnswer =>
  at % 3 === 0
    ? { licensed: false, reason: 'expired', labelIds: [] }
    : {
        licensed: true,
        agreementId: '00000000-0000-4000-8000-0000000000d1',
        clause: 'streaming',
        until: calendarDateOf('2028-01-01'),
        rightsScope: { licensed: 'sound-recording', musicalWork: 'platform-clears' },
      };

async function receipts(count: number): Promise<Receipt[]> {
  const places = Array.from({ length: count }, (_, at) => at);
  const { jws, statements } = await new Receipts(keyring).issue(
    platformId,
    places.map(question),
    places.map(answer),
    now,
  );
  return statements.map((statement) => ({ jws, ...statement }));
}

describe('a receipt', () => {
  it('is read offline with the published keys, whatever the size of its batch and its place in it', async () => {
    for (let count = 1; count <= 40; count += 1) {
      const issued = await receipts(count);
      issued.forEach((receipt, at) => {
        expect(readReceipt(receipt, keys, now)).toEqual({
          platformId,
          issuedAt: new Date('2026-02-01T12:00:00Z'),
          expiresAt: new Date('2026-02-02T12:00:00Z'),
          question: question(at),
          answer: answer(at),
        });
      });
    }
  });

  it('holds from its second on for a day', async () => {
    const [receipt] = (await receipts(3)) as [Receipt];
    const reads = (at: string): boolean => readReceipt(receipt, keys, new Date(at)) !== undefined;
    expect(
      ['2026-02-01T11:59:59.999Z', '2026-02-01T12:00:00Z', '2026-02-02T11:59:59.999Z', '2026-02-02T12:00:00Z'].map(
        reads,
      ),
    ).toEqual([false, true, true, false]);
  });

  it('is none when it was forged, altered or has expired: of 10,000 none is read', async () => {
    const issued = await receipts(13);
    const others = await receipts(12);
    const dice = new Dice(11);
    const genuine = new Set(issued.map(({ jws }) => jws));
    // The one forgery among them that is the genuine header under the genuine signature is none.
    const forgeries = forged(issued).filter(({ receipt }) => !genuine.has(receipt.jws));
    const attempts = [expiredOnes(issued), forgeries, altered(issued, others, dice, 9_000)].flat();
    expect(attempts.length).toBeGreaterThan(10_000);
    const read = attempts.filter(({ receipt, at }) => readReceipt(receipt, keys, at) !== undefined);
    expect(read).toEqual([]);
  });
});

interface Attempt {
  readonly receipt: Receipt;
  readonly at: Date;
}

const expiredOnes = (issued: readonly Receipt[]): Attempt[] =>
  issued.flatMap((receipt) =>
    Array.from({ length: 60 }, (_, day) => ({ receipt, at: new Date(now.getTime() + (day + 1) * 86_400_000) })),
  );

/** Whole and sound, but by keys that are not published for clearance, or under headers that promise something else. */
function forged(issued: readonly Receipt[]): Attempt[] {
  const { privateKey } = generateKeyPairSync('ed25519');
  const known = keys.keys.map(({ kid = '' }) => kid);
  const headers = [...known, 'clearance-0000000000000000', '', '__proto__'].flatMap((kid) =>
    ['EdDSA', 'none', 'HS256', 'ES256'].map((alg) => ({ alg, kid, typ: RECEIPT_TYPE })),
  );
  const encoded = (text: string): string => Buffer.from(text).toString('base64url');
  return issued.flatMap((receipt) => {
    const [ownHeader = '', payload = '', signature = ''] = receipt.jws.split('.');
    return headers
      .flatMap((header) => {
        const input = `${encoded(JSON.stringify(header))}.${payload}`;
        const own = sign(null, Buffer.from(input), privateKey).toString('base64url');
        return [own, signature, ''].map((last) => ({ receipt: { ...receipt, jws: `${input}.${last}` }, at: now }));
      })
      .concat([
        { receipt: { ...receipt, jws: `${ownHeader}.${payload}` }, at: now },
        { receipt: { ...receipt, jws: `${receipt.jws}.` }, at: now },
        { receipt: { ...receipt, jws: `${receipt.jws}=` }, at: now },
      ]);
  });
}

/** Every part changed by a character, cut, lengthened, or taken from another receipt. */
function altered(issued: readonly Receipt[], others: readonly Receipt[], dice: Dice, count: number): Attempt[] {
  const changed = (text: string): string => {
    const at = dice.below(text.length);
    const other = String.fromCharCode(33 + ((text.charCodeAt(at) - 33 + 1 + dice.below(90)) % 94));
    return text.slice(0, at) + other + text.slice(at + 1);
  };
  return Array.from({ length: count }, () => {
    const place = dice.below(issued.length);
    const receipt = issued[place]!;
    const neighbour = issued[(place + 1 + dice.below(issued.length - 1)) % issued.length]!;
    const step = dice.below(receipt.path.length);
    const made = dice.oneOf<() => Receipt>([
      () => ({ ...receipt, jws: changed(receipt.jws) }),
      () => ({ ...receipt, statement: changed(receipt.statement) }),
      () => ({ ...receipt, path: receipt.path.map((hash, at) => (at === step ? changed(hash) : hash)) }),
      () => ({ ...receipt, path: receipt.path.toSpliced(step, 1) }),
      () => ({ ...receipt, path: receipt.path.toSpliced(step, 0, receipt.path[step]!) }),
      () => ({ ...receipt, statement: neighbour.statement }),
      () => ({ ...receipt, jws: dice.oneOf(others).jws }),
      () => ({ ...receipt, statement: receipt.statement.replace(/"index":\d+/, `"index":${place + 13}`) }),
      () => ({ ...receipt, statement: `${receipt.statement} ` }),
    ])();
    return { receipt: made, at: now };
  });
}
