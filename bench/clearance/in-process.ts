import type { Snapshot } from '../../client/snapshot';
import { numberAt, prefixAt, type FastIndex } from '../../src/clearance/fast-index';
import { Dice } from '../../src/clearance/fast-index/testing/random-worlds';
import { COMMERCIAL_MODELS, modelNumber, USE_TYPES, useNumber } from '../../src/kernel';
import { services, worldIsrc } from './world';

/** Questions as numbers, side by side: what is measured is the deciding, not the reading of objects. */
export interface Questions {
  readonly count: number;
  readonly isrcs: Uint8Array;
  readonly prefixes: Int32Array;
  readonly numbers: Int32Array;
  readonly services: Int32Array;
  readonly territories: Int32Array;
  readonly uses: Int32Array;
  readonly models: Int32Array;
  readonly instants: Float64Array;
}

const askedUses = ['OnDemandStream', 'PermanentDownload', 'UserMakeAvailableUserProvided', 'Podcast'];
const askedModels = ['AdvertisementSupportedModel', 'SubscriptionModel', 'PayAsYouGoModel'];

/** Nine of ten about recordings that somebody licenses, of 250 territories, in two years. */
export function questionsAbout(recordings: number, serviceNumber: (id: string) => number, count: number): Questions {
  const dice = new Dice(7);
  const isrcs = new Uint8Array(count * 12);
  const numbers = (draw: (at: number) => number): Int32Array => Int32Array.from({ length: count }, (_, at) => draw(at));
  for (let at = 0; at < count; at += 1) {
    const place = dice.chance(0.9) ? dice.below(recordings) : recordings + dice.below(1_000_000);
    isrcs.set(Buffer.from(worldIsrc(place), 'latin1'), at * 12);
  }
  const start = Date.parse('2025-06-01T00:00:00Z');
  return {
    count,
    isrcs,
    prefixes: numbers((at) => prefixAt(isrcs, at * 12)),
    numbers: numbers((at) => numberAt(isrcs, at * 12)),
    services: numbers(() => serviceNumber(dice.oneOf(services))),
    territories: numbers(() => 1 + dice.below(250)),
    uses: numbers(() => useNumber(dice.oneOf(dice.chance(0.9) ? askedUses : USE_TYPES))),
    models: numbers(() => modelNumber(dice.oneOf(dice.chance(0.9) ? askedModels : COMMERCIAL_MODELS))),
    instants: Float64Array.from({ length: count }, () => start + dice.below(730) * 86_400_000 + dice.below(86_400_000)),
  };
}

/** How many yes: so that nothing is optimised away, and so that runs can be compared. */
export function decideBytes(index: FastIndex, q: Questions): number {
  let licensed = 0;
  for (let at = 0; at < q.count; at += 1) {
    const answer = index.decideBytes(
      q.isrcs,
      at * 12,
      q.services[at]!,
      q.territories[at]!,
      q.uses[at]!,
      q.models[at]!,
      q.instants[at]!,
    );
    if (answer >= 0) licensed += 1;
  }
  return licensed;
}

export function decideParsed(index: FastIndex, q: Questions): number {
  let licensed = 0;
  for (let at = 0; at < q.count; at += 1) {
    const answer = index.decide(
      q.prefixes[at]!,
      q.numbers[at]!,
      q.services[at]!,
      q.territories[at]!,
      q.uses[at]!,
      q.models[at]!,
      q.instants[at]!,
    );
    if (answer >= 0) licensed += 1;
  }
  return licensed;
}

/** The same of a snapshot, which knows one service only. */
export function decideSnapshot(snapshot: Snapshot, q: Questions): number {
  let licensed = 0;
  for (let at = 0; at < q.count; at += 1) {
    const answer = snapshot.decide(q.isrcs, at * 12, q.territories[at]!, q.uses[at]!, q.models[at]!, q.instants[at]!);
    if (answer >= 0) licensed += 1;
  }
  return licensed;
}
