import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import {
  canonicalText,
  consistencyRanges,
  grow,
  hashesOf,
  type LedgerEntry,
  ledgerEntryText,
  ledgerSchemas,
  ledgerTypes,
  leafHash,
  merkleTree,
} from '../../kernel';
import { type PublishedKey } from '../published-keys';
import { verifyLedger } from './verify-ledger';

const uuid = (tail: number): string => `00000000-0000-4000-8000-${String(tail).padStart(12, '0')}`;
const at = '2026-02-01T12:00:00.000Z';
const key = generateKeyPairSync('ed25519');
const published: readonly PublishedKey[] = [
  { ...key.publicKey.export({ format: 'jwk' }), kid: 'ledger-1', use: 'sig', alg: 'EdDSA' },
  // The same key for another purpose, and another one for this.
  { ...key.publicKey.export({ format: 'jwk' }), kid: 'seal-1', use: 'sig', alg: 'EdDSA' },
  { ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }), kid: 'ledger-2', use: 'sig', alg: 'EdDSA' },
];

interface Header {
  readonly kid?: string;
  readonly typ?: string;
  readonly by?: KeyObject;
}
function signed(claims: object, typ: string, { kid = 'ledger-1', by = key.privateKey, ...more }: Header = {}): string {
  const encoded = (value: object): string => Buffer.from(canonicalText(value)).toString('base64url');
  const input = `${encoded({ alg: 'EdDSA', kid, typ, ...more })}.${encoded(claims)}`;
  return `${input}.${sign(null, Buffer.from(input), by).toString('base64url')}`;
}

const entry = (agreement: number, number: number, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  agreement: uuid(agreement),
  transaction: uuid(1000 * agreement + number),
  number,
  kind: 'back-fee-due',
  source: `source ${number}`,
  effectiveOn: '2026-01-31',
  bookedAt: at,
  currency: 'USD',
  legs: [
    { account: 'platform-receivable', minor: '100' },
    { account: 'label-payable', minor: '-100' },
  ],
  ...more,
});

/** A log of two agreements, in turns. */
const log = Array.from({ length: 13 }, (_, place) => entry(1 + (place % 2), 1 + Math.floor(place / 2)));

const rootOf = (entries: readonly LedgerEntry[]): string =>
  merkleTree(entries.map((one) => Buffer.from(ledgerEntryText(one)))).root.toString('base64url');

const checkpoint = (entries: readonly LedgerEntry[], header?: Header): string =>
  signed({ root: rootOf(entries), signedAt: at, size: entries.length }, ledgerTypes.checkpoint, header);

const proven = (entries: readonly LedgerEntry[], position: number): object => ({
  content: ledgerEntryText(entries[position]!),
  path: merkleTree(entries.map((one) => Buffer.from(ledgerEntryText(one))))
    .path(position)
    .map((hash) => hash.toString('base64url')),
  position,
});

const placesOf = (entries: readonly LedgerEntry[], agreement: number): number[] =>
  entries.flatMap((one, place) => (one.agreement === uuid(agreement) ? [place] : []));

interface Bundled {
  readonly places?: readonly number[];
  readonly transactions?: number;
  readonly checkpoint?: string;
  readonly extract?: Header;
  readonly agreement?: number;
}
function bundle(entries: readonly LedgerEntry[], more: Bundled = {}): Buffer {
  const {
    agreement = 1,
    places = placesOf(entries, agreement),
    transactions = placesOf(entries, agreement).length,
  } = more;
  const claims = {
    agreement: uuid(agreement),
    root: rootOf(entries),
    signedAt: at,
    size: entries.length,
    transactions,
  };
  const head = {
    checkpoint: more.checkpoint ?? checkpoint(entries),
    extract: signed(claims, ledgerTypes.extract, more.extract),
    schema: ledgerSchemas.bundle,
  };
  return lines(head, ...places.map((place) => proven(entries, place)));
}
const lines = (...values: readonly object[]): Buffer =>
  Buffer.from(values.map((value) => `${canonicalText(value)}\n`).join(''));

async function consistency(
  entries: readonly LedgerEntry[],
  sizes: readonly [number, number],
  more: { earlier?: string; later?: string } = {},
): Promise<Buffer> {
  const nodes = grow(
    { size: 0, edge: [] },
    entries.map((one) => leafHash(Buffer.from(ledgerEntryText(one)))),
  ).nodes;
  const path = await hashesOf(consistencyRanges(...sizes), (asked) =>
    Promise.resolve(
      asked.map((one) => nodes.find(({ level, place }) => level === one.level && place === one.place)!.hash),
    ),
  );
  return lines({
    earlier: more.earlier ?? checkpoint(entries.slice(0, sizes[0])),
    later: more.later ?? checkpoint(entries.slice(0, sizes[1])),
    path: path.map((hash) => hash.toString('base64url')),
    schema: ledgerSchemas.consistency,
  });
}

const inclusion = (entries: readonly LedgerEntry[], place: number): Buffer =>
  lines({ ...proven(entries, place), checkpoint: checkpoint(entries), schema: ledgerSchemas.inclusion });

const verified = (...files: readonly Buffer[]): ReturnType<typeof verifyLedger> =>
  verifyLedger(
    files.map((bytes, number) => ({ name: `file ${number}`, bytes })),
    published,
  );
const codes = (...files: readonly Buffer[]): string[] => [
  ...new Set(verified(...files).faults.map(({ code }) => code)),
];

describe('the verification of a ledger', () => {
  it('finds that a bundle, proofs and checkpoints of one log hold', async () => {
    const own = lines({
      checkpoint: checkpoint(log),
      root: rootOf(log),
      schema: ledgerSchemas.checkpoint,
      signedAt: at,
      size: 13,
    });
    const early = log.slice(0, 5);
    const files = [
      bundle(log),
      bundle(early, { agreement: 2 }),
      inclusion(log, 7),
      own,
      await consistency(log, [5, 13]),
    ];
    expect(verified(...files)).toMatchObject({
      faults: [],
      proved: 10,
      checkpoints: [{ size: 5 }, { size: 13 }],
      agreements: [
        { agreement: uuid(1), transactions: 7, size: 13 },
        { agreement: uuid(2), transactions: 2, size: 5 },
      ],
    });
    // An agreement of which nothing is booked yet.
    expect(verified(bundle(log, { agreement: 9 })).faults).toEqual([]);
  });

  it('finds a changed, removed, inserted, repeated or reordered transaction', () => {
    const places = placesOf(log, 1);
    const found = (more: Bundled, entries = log): string[] => codes(bundle(entries, more));
    expect(found({ places: places.toSpliced(2, 1) })).toEqual(['entry-missing']);
    expect(found({ places: places.slice(0, -1) })).toEqual(['entry-missing']);
    expect(found({ places: places.slice(1) })).toEqual(['entry-missing']);
    expect(found({ places: [] })).toEqual(['entry-missing']);
    expect(found({ places: places.toSpliced(3, 0, places[3]!) })).toEqual(['entry-order', 'entry-missing']);
    expect(found({ places: [places[1]!, places[0]!, ...places.slice(2)] })).toContain('entry-order');
    expect(found({ places: places.toSpliced(1, 0, 1) })).toContain('entry-agreement');
    const changed = log.with(
      4,
      entry(1, 3, {
        legs: [
          { account: 'cash', minor: '1' },
          { account: 'label-payable', minor: '-1' },
        ],
      }),
    );
    // The content is another, whatever path it comes with.
    for (const path of [proven(log, 4), proven(changed, 4)]) {
      const told = bundle(log).toString().split('\n');
      told[3] = canonicalText({ ...path, content: ledgerEntryText(changed[4]!) });
      expect(codes(Buffer.from(told.join('\n')))).toContain('entry-not-included');
    }
    const inserted = bundle(log)
      .toString()
      .split('\n')
      .toSpliced(3, 0, canonicalText(proven(changed, 4)))
      .join('\n');
    expect(codes(Buffer.from(inserted))).toContain('entry-not-included');
  });

  it('finds books that the marketplace itself signed wrongly', () => {
    const unbalanced = log.with(2, entry(1, 2, { legs: [{ account: 'cash', minor: '5' }] }));
    expect(codes(bundle(unbalanced))).toEqual(['entry-unbalanced']);
    // Number 3 given twice: one party is shown this one, the other that.
    const twice = [...log, entry(1, 3, { source: 'another' })];
    expect(codes(inclusion(twice, 4), inclusion(twice, 13))).toEqual(['ledger-forked']);
    expect(codes(bundle(twice))).toContain('entry-order');
    const nameless = log.with(2, { ...entry(1, 2), name: 'Somebody' } as LedgerEntry);
    expect(codes(bundle(nameless))).toContain('entry-unreadable');
  });

  it('finds a forked log, and says where nothing shows that two checkpoints are of one', async () => {
    const forked = log.with(0, entry(1, 1, { source: 'another past' }));
    expect(codes(bundle(log), bundle(forked))).toContain('ledger-forked');
    expect(codes(inclusion(log.slice(0, 5), 1), inclusion(forked, 1))).toEqual(['consistency-missing']);
    expect(
      codes(
        inclusion(log.slice(0, 5), 1),
        await consistency(forked, [5, 13], { earlier: checkpoint(log.slice(0, 5)) }),
      ),
    ).toEqual(['ledger-forked', 'consistency-missing']);
    expect(codes(await consistency(log, [5, 13], { later: checkpoint(forked) }))).toContain('ledger-forked');
    // By way of a checkpoint between them.
    const steps = [await consistency(log, [3, 5]), await consistency(log, [5, 13])];
    expect(codes(inclusion(log.slice(0, 3), 0), inclusion(log, 0), ...steps)).toEqual([]);
    expect(codes(inclusion(log.slice(0, 3), 0), inclusion(log, 0), steps[1]!)).toEqual(['consistency-missing']);
  });

  it('finds counts that were signed and that other files contradict', async () => {
    const places = placesOf(log, 1);
    const fewer = bundle(log, { places: places.slice(0, 5), transactions: 5 });
    expect(codes(fewer)).toEqual([]);
    expect(codes(fewer, inclusion(log, places[4]!))).toEqual([]);
    expect(codes(fewer, inclusion(log, places[6]!))).toEqual(['ledger-forked']);
    expect(codes(inclusion(log, places[6]!), fewer)).toEqual(['ledger-forked']);
    // As many in a longer log as in a shorter one had been fewer.
    const before = log.slice(0, 11);
    const both = [bundle(before), await consistency(log, [11, 13])];
    expect(codes(...both, bundle(log))).toEqual([]);
    expect(codes(...both, fewer)).toEqual(['ledger-forked']);
  });

  it('finds a transaction, or an event, under two numbers', () => {
    const again = [...log, entry(1, 8, { transaction: uuid(1003) })];
    expect(codes(bundle(again))).toEqual(['ledger-forked']);
    expect(codes(bundle([...log, entry(1, 8, { source: 'source 3' })]))).toEqual(['ledger-forked']);
  });

  it('finds a forged checkpoint or extract', () => {
    const stranger = generateKeyPairSync('ed25519').privateKey;
    const forgeries: [Header, string][] = [
      [{ by: stranger }, 'checkpoint-seal'],
      [{ kid: 'ledger-2' }, 'checkpoint-seal'],
      [{ kid: 'ledger-3' }, 'key-unknown'],
      [{ kid: 'seal-1' }, 'key-unknown'],
      [{ typ: ledgerTypes.extract }, 'checkpoint-seal'],
      [{ crit: [] } as Header, 'checkpoint-seal'],
    ];
    for (const [header, code] of forgeries) {
      expect(codes(bundle(log, { checkpoint: checkpoint(log, header) }))).toEqual([code]);
      if (header.typ === undefined) expect(codes(bundle(log, { extract: header }))).toEqual([code]);
    }
    expect(codes(bundle(log, { extract: { typ: ledgerTypes.checkpoint } }))).toEqual(['checkpoint-seal']);
    expect(codes(bundle(log, { checkpoint: checkpoint(log.slice(0, 9)) }))).toContain('checkpoint-differs');
    expect(codes(bundle(log, { checkpoint: 'a.b.c' }))).toEqual(['checkpoint-seal']);
    const told = { root: rootOf(log), schema: ledgerSchemas.checkpoint, signedAt: at, size: 13 };
    for (const other of [{ size: 12 }, { root: rootOf(log.slice(1)) }, { signedAt: '2026-02-01T12:00:00.001Z' }])
      expect(codes(lines({ ...told, checkpoint: checkpoint(log), ...other }))).toEqual(['checkpoint-differs']);
  });

  it('finds any byte that differs, and whatever is cut or added', async () => {
    for (const sound of [bundle(log.slice(0, 5)), inclusion(log, 3), await consistency(log, [6, 13])]) {
      const missed: number[] = [];
      // The end of the only line is no part of an answer.
      const length = sound.length - (sound.indexOf(10) === sound.length - 1 ? 1 : 0);
      for (let place = 0; place < length; place += 1) {
        const changed = Buffer.from(sound);
        changed.writeUInt8(changed.readUInt8(place) ^ (1 + (place % 255)), place);
        if (codes(changed).length === 0) missed.push(place);
      }
      expect(missed).toEqual([]);
      for (const other of [sound.subarray(0, length - 1), Buffer.concat([sound, Buffer.from(' ')]), Buffer.alloc(0)])
        expect(codes(other)).not.toEqual([]);
    }
    expect(codes(Buffer.from('{"schema":"accordo-evidence/1"}'))).toEqual(['ledger-file']);
    expect(codes(Buffer.from('['.repeat(100_000)))).toEqual(['ledger-file']);
  });
});
