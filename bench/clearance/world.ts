import { FastIndex, type IndexedAgreement } from '../../src/clearance/fast-index';
import { agreementId, Dice } from '../../src/clearance/fast-index/testing/random-worlds';
import {
  calendarDateOf,
  type CalendarDate,
  dayAfter,
  startOfDayInZone,
  type Terms,
  type UseType,
} from '../../src/kernel';
import { LABEL, referenceTerms } from '../../src/kernel/testing/reference-terms';

export interface WorldPlan {
  readonly recordings: number;
  readonly agreements: number;
  /** Lists drawn from one label's catalogue, or from everything there is: the harder case, in which hardly two recordings share a list. */
  readonly scattered: boolean;
}

export const services = ['1', '2', '3', '4'].map((tail) => `00000000-0000-4000-8000-00000000c00${tail}`);
const zones = ['Europe/Moscow', 'UTC', 'America/New_York', 'Asia/Tokyo'];
const uses: readonly UseType[] = ['Stream', 'Download', 'UserMakeAvailableUserProvided', 'Podcast', 'UseAsRingtone'];
const models = ['AdvertisementSupportedModel', 'SubscriptionModel', 'PayAsYouGoModel'] as const;

export const worldIsrc = (place: number): string =>
  `ZZ${String.fromCharCode(65 + (Math.floor(place / 100_000) % 26))}${String(Math.floor(place / 10_000) % 10)}B26${String(place % 100_000).padStart(5, '0')}`;

/** Agreements that license on the whole 1.8 of them for each recording: worldwide less some, ten uses, one or two clauses, dates that differ. */
export function bigWorld({ recordings, agreements, scattered }: WorldPlan): IndexedAgreement[] {
  const dice = new Dice(20_261_129);
  const labels = agreements / 2;
  const catalogue = recordings / labels;
  return Array.from({ length: agreements }, (_, place): IndexedAgreement => {
    const label = place % labels;
    const own = Array.from({ length: catalogue }, (_, track) =>
      scattered ? dice.below(recordings) : label * catalogue + track,
    );
    const isrcs = [...new Set(own)].filter(() => dice.chance(0.9)).map(worldIsrc);
    const from = dayAfter(calendarDateOf('2025-01-01'), dice.below(500));
    const terms = termsOf(dice, isrcs, { from, until: dayAfter(from, 365 + dice.below(700)) });
    const concludedAt = startOfDayInZone(from, 'UTC');
    const versions = [{ number: 1, effectiveFrom: from, concludedAt, terms }];
    const facts = [{ kind: 'activated', from, number: 1, recordedAt: concludedAt }] as const;
    return { id: agreementId(place + 1), labelId: LABEL, ordinal: place + 1, life: { versions, facts } };
  });
}

function termsOf(dice: Dice, isrcs: string[], term: { from: CalendarDate; until: CalendarDate }): Terms {
  const reference = referenceTerms();
  const grant = (id: string): Terms['grants'][number] => ({
    id,
    services: dice.someOf(services, 0.7),
    uses: dice.someOf(uses, 0.6),
    models: dice.someOf(models, 0.6),
    territories: dice.chance(0.5)
      ? { worldwideExcept: dice.someOf(['US', 'JP', 'CN', 'DE'], 0.3) }
      : { include: ['RU', 'BY', 'KZ', 'AM', 'AZ', 'KG', 'MD', 'TJ', 'UZ', 'DE', 'FR'] },
    exclusive: false,
  });
  const grants = dice.chance(0.5) ? [grant('streaming')] : [grant('downloads'), grant('streaming')];
  return { ...reference, grants, term, timeZone: dice.oneOf(zones), repertoire: { ...reference.repertoire, isrcs } };
}

export function build(world: readonly IndexedAgreement[]): FastIndex {
  const index = new FastIndex();
  for (const agreement of world) index.place(agreement);
  return index;
}

export const pairsOf = (world: readonly IndexedAgreement[]): number =>
  world.reduce((sum, { life }) => sum + life.versions[0]!.terms.repertoire.isrcs.length, 0);
