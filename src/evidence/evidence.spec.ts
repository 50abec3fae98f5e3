import { compactVerify, importJWK } from 'jose';
import { canonicalText, sha256Hex } from '../kernel';
import { LABEL, PLATFORM } from '../kernel/testing/reference-terms';
import { readArchive, writeArchive } from './archive';
import {
  acceptanceOf,
  AGREEMENT,
  bundleOf,
  madeVersion,
  publishedKeys,
  repacked,
  resealed,
  sealed,
  sealKey,
  stranger,
  termsWithout,
  threeVersions,
} from './testing/bundles';
import { type PublishedKey, verifyBundle } from '.';

const [one, two, three] = threeVersions();
const versions = [one, two, three].map(({ version }) => version);

/** "part code" of every fault. */
const faultsOf = async (bytes: Buffer, keys: readonly PublishedKey[] = publishedKeys): Promise<string[]> =>
  (await verifyBundle(bytes, keys)).faults.map(({ pointer, code }) => `${pointer} ${code}`);

let bundle: Buffer;
beforeAll(async () => {
  bundle = await bundleOf(versions);
});

describe('the evidence of an agreement', () => {
  it('holds, and says who signed what, whether by a member or by a key', async () => {
    const { faults, notes, agreement, files, signatures, ...told } = await verifyBundle(bundle, publishedKeys);
    expect([faults, notes, agreement, told.versions]).toEqual([[], [], AGREEMENT, [1, 2, 3]]);
    expect(files).toBe((await readArchive(bundle)).size - 2);
    expect(signatures.map(({ version, party, signer }) => `${version} ${party} ${signer.kind}`)).toEqual([
      '1 label member',
      '1 platform key',
      '2 label member',
      '2 platform member',
      '3 label key',
      '3 platform member',
    ]);
    expect(signatures[0]).toMatchObject({ organization: LABEL, signedAt: '2025-12-10T09:00:00.000Z' });
  });

  it('is the same bytes wherever it is made', async () => {
    expect(sha256Hex(await bundleOf(versions))).toBe(sha256Hex(bundle));
    expect(await writeArchive(await readArchive(bundle))).toEqual(bundle);
  });

  it('is sealed so that any reader of JWS can check it', async () => {
    const files = await readArchive(bundle);
    const key = await importJWK(publishedKeys[1]!, 'EdDSA');
    const { payload } = await compactVerify(files.get('evidence.jws')!, key);
    expect(Buffer.from(payload).equals(files.get('evidence.json')!)).toBe(true);
  });
});

describe('the keys', () => {
  it('are those that are given, and none that a bundle names or brings', async () => {
    expect(await faultsOf(bundle, [])).toEqual([
      'evidence.json key-unknown',
      ...[1, 2, 3].flatMap((version) => [
        `v${version}/signatures.json/0 key-unknown`,
        `v${version}/signatures.json/1 key-unknown`,
        `v${version}/signatures.json signature-missing`,
        `v${version}/signatures.json signature-missing`,
      ]),
    ]);
    const other = { ...stranger.publicKey.export({ format: 'jwk' }), kid: 'seal-1' };
    expect(await faultsOf(bundle, [other])).toContain('evidence.json record-seal');
  });

  it('that sign for another purpose seal nothing', async () => {
    const keys = [{ ...publishedKeys[1]!, kid: 'access-token-2' }];
    const seal = (text: string): string => sealed(text, sealKey, '{"alg":"EdDSA","kid":"access-token-2"}');
    expect(await faultsOf(await bundleOf(versions, seal), keys)).toContain('evidence.json key-unknown');
  });

  it('that are none are passed over', async () => {
    const odd = [
      null,
      7,
      {},
      { kid: 'seal-1', kty: 'OKP', crv: 'Ed25519', x: 'AA' },
      { kid: 'seal-1', x5c: [1, 'AA'] },
    ];
    expect(await faultsOf(bundle, [...(odd as PublishedKey[]), ...publishedKeys])).toEqual([]);
  });
});

describe('a forger without our key', () => {
  it.each<[string, (files: Map<string, Buffer>) => unknown, string[]]>([
    ['takes a file out', (files) => files.delete('v1/terms.json'), ['v1/terms.json file-missing']],
    ['adds one', (files) => files.set('v1/more.txt', Buffer.from('!')), ['v1/more.txt file-unlisted']],
    ['changes the terms', (files) => files.set('v1/terms.json', Buffer.from('{}')), ['v1/terms.json file-changed']],
    ['takes the record out', (files) => files.delete('evidence.json'), ['evidence.json file-missing']],
    ['takes its seal out', (files) => files.delete('evidence.jws'), ['evidence.jws file-missing']],
    [
      'takes the last version out',
      (files) => [...files.keys()].filter((name) => name.startsWith('v3/')).forEach((name) => files.delete(name)),
      ['manifest', 'prose.en', 'prose.ru', 'schedule-a', 'signatures', 'terms'].map(
        (name) => `v3/${name}.${/prose|schedule/.test(name) ? 'txt' : 'json'} file-missing`,
      ),
    ],
  ])('%s: exactly that is told', async (_, change, faults) => {
    expect(await faultsOf(await repacked(bundle, (files) => void change(files)))).toEqual(faults);
  });

  it.each<[string, string]>([
    ['is of nothing', '{"schema":"x"}'],
    ['lists nothing', `{"agreement":"${AGREEMENT}","files":[null],"madeAt":"x","schema":"accordo-evidence/1"}`],
    ['is null', 'null'],
    ['is spelt otherwise', '{ "schema": "accordo-evidence/1" }'],
    ['is deep', '['.repeat(100_000)],
  ])('writes a record that %s', async (_, record) => {
    const bytes = await repacked(bundle, (files) => files.set('evidence.json', Buffer.from(record)));
    expect(await faultsOf(bytes)).toEqual(['evidence.json record-seal', 'evidence.json record-not-canonical']);
  });

  it('replaces the terms and seals a record of its own: neither holds', async () => {
    const forged = madeVersion({ number: 1, terms: termsWithout(2), previous: null });
    const seal = (text: string): string => sealed(text, stranger.privateKey);
    const bytes = await resealed(
      bundle,
      (files) => files.set('v1/terms.json', Buffer.from(forged.version.termsText)),
      seal,
    );
    expect(await faultsOf(bytes)).toEqual(
      expect.arrayContaining(['evidence.json record-seal', 'v1/terms.json manifest-terms']),
    );
  });

  it('packs the same files in another way', async () => {
    expect(await faultsOf(Buffer.concat([Buffer.from('#!/bin/sh\n'), bundle]))).toEqual([
      'container bundle-unreadable',
    ]);
    const late = Buffer.from(bundle);
    late.writeUInt16LE(0x5000, bundle.indexOf('PK\x03\x04') + 10);
    expect(await faultsOf(late)).toEqual(['container bundle-container']);
  });
});

describe('what we seal ourselves', () => {
  it.each<[string, (files: Map<string, Buffer>) => unknown, string]>([
    ['without signatures', (files) => files.delete('v1/signatures.json'), 'v1/signatures.json file-missing'],
    ['without a manifest', (files) => files.delete('v2/manifest.json'), 'v2/manifest.json file-missing'],
    ['without the words', (files) => files.delete('v2/prose.ru.txt'), 'v2/prose.ru.txt file-missing'],
    ['without its life', (files) => files.delete('life.json'), 'life.json file-missing'],
    ['with more', (files) => files.set('v1/side-letter.txt', Buffer.from('!')), 'v1/side-letter.txt file-unknown'],
    [
      'under two names',
      (files) => files.set('v01/terms.json', files.get('v1/terms.json')!),
      'v01/terms.json file-unknown',
    ],
    [
      'with a life that is none',
      (files) => files.set('life.json', Buffer.from('[ ]')),
      'life.json record-not-canonical',
    ],
    [
      'with an acceptance that is none',
      (files) => files.set('framework.json', Buffer.from('[{}]')),
      'framework.json/0 framework-acceptance',
    ],
    [
      'with another framework agreement than was accepted',
      (files) =>
        files.set('framework.json', Buffer.from(canonicalText([{ ...acceptanceOf(LABEL), text: 'Something else.' }]))),
      'framework.json/0 framework-text',
    ],
  ])('is no proof %s', async (_, change, fault) => {
    expect(await faultsOf(await resealed(bundle, (files) => void change(files)))).toContain(fault);
  });

  it('is noted where a party accepted no framework agreement before it signed', async () => {
    const late = { ...acceptanceOf(LABEL), acceptedAt: '2026-01-01T00:00:00.000Z' };
    const files = (all: Map<string, Buffer>): void =>
      void all.set('framework.json', Buffer.from(canonicalText([late, acceptanceOf(PLATFORM)])));
    const { faults, notes } = await verifyBundle(await resealed(bundle, files), publishedKeys);
    expect([faults, notes.filter((note) => note.startsWith('framework.json'))]).toEqual([
      [],
      [expect.stringContaining(LABEL)],
    ]);
  });

  it('is no proof without the version that was signed first, or with a gap', async () => {
    expect(await faultsOf(await bundleOf([two.version, three.version]))).toContain('v1 file-missing');
    expect(await faultsOf(await bundleOf([one.version, three.version]))).toEqual([
      'v3/manifest.json manifest-previous',
    ]);
  });

  it('is no proof for the other party', async () => {
    const { faults } = await verifyBundle(
      await bundleOf([{ ...one.version, signatures: one.version.signatures.slice(0, 1) }]),
      publishedKeys,
    );
    expect(faults).toEqual([
      {
        pointer: 'v1/signatures.json',
        code: 'signature-missing',
        message: expect.stringContaining('(platform)') as string,
      },
    ]);
    expect(one.version.signatures[1]!.statement).toContain(PLATFORM);
  });
});
