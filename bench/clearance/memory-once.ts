import { Snapshot } from '../../client/snapshot';
import { FIRST_LIST } from '../../client/snapshot-file';
import { contentOf } from '../../src/clearance/snapshots/content';
import { fileBefore, tablesOf } from '../../src/clearance/snapshots/write-file';
import { runAsChild, tell } from '../support/child';
import { median } from '../support/figures';
import { runs } from './case';
import { decideBytes, decideParsed, decideSnapshot, type Questions, questionsAbout } from './in-process';
import { MapIndex } from './map-yardstick';
import { testSigner } from './test-signer';
import { bigWorld, build, pairsOf, services, type WorldPlan } from './world';

export interface MemoryOrder extends WorldPlan {
  readonly questions: number;
}

export interface MemoryFigures {
  readonly startSeconds: number;
  readonly bytesPerPair: number;
  readonly decisionsPerSecond: number;
  readonly parsedKeyDecisionsPerSecond: number;
  readonly mapDecisionsPerSecond: number;
  readonly openMilliseconds: number;
  readonly snapshotDecisionsPerSecond: number;
}

const perSecond = (q: Questions, work: () => number, expected: number): number => {
  const started = performance.now();
  if (work() !== expected) throw new Error('two ways to the same answers gave different ones');
  return (q.count * 1000) / (performance.now() - started);
};

/** One process, one world: the index, what one would write first, and the reader of a snapshot, over the same questions. */
runAsChild(async (order: MemoryOrder) => {
  const world = bigWorld(order);
  const started = performance.now();
  const index = build(world);
  const startSeconds = (performance.now() - started) / 1000;
  const q = questionsAbout(order.recordings, (id) => index.serviceNumber(id), order.questions);
  const names = Array.from(q.services, (number) => services.find((id) => index.serviceNumber(id) === number)!);
  const licensed = decideBytes(index, q);
  const rounds = Array.from({ length: runs }, () => ({
    bytes: perSecond(q, () => decideBytes(index, q), licensed),
    parsed: perSecond(q, () => decideParsed(index, q), licensed),
  }));
  const ofSnapshot = snapshotFigures(index, q);
  const map = new MapIndex(world);
  const mapRounds = Array.from({ length: 3 }, () => perSecond(q, () => map.decideAll(q, names), licensed));
  const figures: MemoryFigures = {
    startSeconds,
    bytesPerPair: index.size.bytes / pairsOf(world),
    decisionsPerSecond: median(rounds.map(({ bytes }) => bytes)),
    parsedKeyDecisionsPerSecond: median(rounds.map(({ parsed }) => parsed)),
    mapDecisionsPerSecond: median(mapRounds),
    ...ofSnapshot,
  };
  tell(figures);
});

/** A file of everything that the first service may use: opened anew each time, its signature checked. */
function snapshotFigures(
  index: ReturnType<typeof build>,
  q: Questions,
): Pick<MemoryFigures, 'openMilliseconds' | 'snapshotDecisionsPerSecond'> {
  const [serviceId = ''] = services;
  const tables = tablesOf({ ...contentOf(index, serviceId, undefined), firstList: FIRST_LIST });
  const { kid, keys, sign } = testSigner;
  const file = sign(fileBefore(kid, { kind: 'whole', serviceId, number: 1, base: 0, madeAt: 0 }, tables));
  let snapshot = Snapshot.open(file, keys);
  const openings = Array.from({ length: runs }, () => {
    const started = performance.now();
    snapshot = Snapshot.open(file, keys);
    return performance.now() - started;
  });
  const ofService = { ...q, services: q.services.map(() => index.serviceNumber(serviceId)) };
  const licensed = decideBytes(index, ofService);
  const rounds = Array.from({ length: runs }, () => perSecond(q, () => decideSnapshot(snapshot, q), licensed));
  return { openMilliseconds: median(openings), snapshotDecisionsPerSecond: median(rounds) };
}
