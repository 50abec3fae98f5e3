import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PublishedKeys } from '../../../client/keys';
import { Snapshot } from '../../../client/snapshot';
import { FIRST_LIST, openFile } from '../../../client/snapshot-file';
import { asKnownAt, type InstantQuestion } from '../../kernel';
import { Keyring } from '../../platform/keyring/keyring';
import { FastIndex } from '../fast-index';
import { byIndex, byTheBook, difference, indexOf, type PlainAnswer } from '../fast-index/testing/oracle';
import { Dice, randomWorld, worldServices } from '../fast-index/testing/random-worlds';
import { contentOf, contentOfFile, deltaBetween, type SnapshotContent } from './content';
import { signedFile, tablesOf } from './write-file';

let folder: string;
let keyring: Keyring;
let keys: PublishedKeys;
const madeAt = Date.parse('2026-07-01T00:00:00Z');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'accordo-snapshots-'));
  keyring = await Keyring.open(join(folder, 'keyring.json'), new Date(madeAt));
  keys = { keys: keyring.publicKeys() as PublishedKeys['keys'] };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const whole = (content: SnapshotContent, serviceId: string, number: number): Promise<Buffer> =>
  signedFile(
    keyring,
    { kind: 'whole', serviceId, number, base: 0, madeAt },
    tablesOf({ ...content, firstList: FIRST_LIST }),
  );

const delta = (older: SnapshotContent, newer: SnapshotContent, serviceId: string): Promise<Buffer> =>
  signedFile(keyring, { kind: 'delta', serviceId, number: 2, base: 1, madeAt }, tablesOf(deltaBetween(older, newer)));

function bySnapshot(snapshot: Snapshot, { isrc, territory, use, model, instant }: InstantQuestion): PlainAnswer {
  const answer = snapshot.answer({ isrc, territory, useType: use, commercialModel: model, at: instant });
  if (!answer.licensed) return { reason: answer.reason };
  const { agreementId, version, clause, trueUntil } = answer;
  return { agreementId, version, clause, trueUntil: trueUntil.toISOString() };
}

describe('snapshots', () => {
  it('answer 20,000 random questions as the kernel does, opened whole and made newer by a delta', async () => {
    const differences: (object | undefined)[] = [];
    let licensed = 0;
    for (let seed = 1; seed <= 100; seed += 1) {
      const world = randomWorld(seed);
      const early = new FastIndex();
      for (const agreement of world.agreements) {
        const life = asKnownAt(agreement.life, new Date('2026-04-01T00:00:00Z'));
        if (life) early.place({ ...agreement, life: { ...life, versions: life.versions.slice(0, 1) } });
      }
      const now = indexOf(world.agreements);
      const snapshots = new Map<string, Snapshot[]>();
      for (const service of worldServices) {
        const first = await whole(contentOf(early, service, undefined), service, 1);
        const before = contentOfFile(openFile(first, keys));
        const content = contentOf(now, service, before);
        const renewed = Snapshot.open(first, keys);
        renewed.apply(await delta(before, content, service), keys);
        snapshots.set(service, [Snapshot.open(await whole(content, service, 2), keys), renewed]);
      }
      for (let asked = 0; asked < 200; asked += 1) {
        const question = { ...world.question(), service: worldServices[asked % worldServices.length]! };
        const expected = byTheBook(world.grants, question);
        if ('agreementId' in expected) licensed += 1;
        differences.push(difference(expected, byIndex(now, question), { seed, question }));
        for (const snapshot of snapshots.get(question.service)!)
          differences.push(difference(expected, bySnapshot(snapshot, question), { seed, question }));
      }
    }
    expect(differences).toHaveLength(60_000);
    expect(differences.filter((found) => found !== undefined)).toEqual([]);
    expect(licensed).toBeGreaterThan(500);
  });

  it('open only as they were signed: 2,000 changed, cut and foreign files do not', async () => {
    const [service = ''] = worldServices;
    const file = await whole(contentOf(indexOf(randomWorld(5).agreements), service, undefined), service, 1);
    expect(Snapshot.open(file, keys).size).toBeGreaterThan(10);
    const dice = new Dice(1);
    let opened = 0;
    const attempt = (bytes: Uint8Array, by = keys): void => {
      try {
        Snapshot.open(bytes, by);
        opened += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    };
    for (let tries = 0; tries < 1000; tries += 1) {
      const changed = Uint8Array.from(file);
      const at = dice.below(file.length);
      changed[at] = changed[at]! ^ (1 + dice.below(255));
      attempt(changed);
      attempt(file.subarray(0, dice.below(file.length)));
    }
    const others = keyring.publicKeys().filter(({ kid }) => !kid.startsWith('clearance-'));
    attempt(file, { keys: others as PublishedKeys['keys'] });
    attempt(Buffer.concat([file, Buffer.from([0])]));
    expect(opened).toBe(0);
  });

  it('take only their own deltas', async () => {
    const [service = '', other = ''] = worldServices;
    const index = indexOf(randomWorld(6).agreements);
    const content = contentOf(index, service, undefined);
    const file = await whole(content, service, 1);
    const next = await delta(content, content, service);
    expect(() => Snapshot.open(next, keys)).toThrow('a delta needs the snapshot');
    const snapshot = Snapshot.open(await whole(contentOf(index, other, undefined), other, 1), keys);
    expect(() => snapshot.apply(next, keys)).toThrow(`no delta of snapshot 1 of service ${other}`);
    const own = Snapshot.open(file, keys);
    expect(() => own.apply(file, keys)).toThrow('no delta of snapshot 1');
    own.apply(next, keys);
    expect([own.number, own.serviceId, own.madeAt]).toEqual([2, service, new Date(madeAt)]);
    expect(() => own.apply(next, keys)).toThrow('no delta of snapshot 2');
  });
});
