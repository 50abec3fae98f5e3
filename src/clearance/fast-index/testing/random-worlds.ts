import {
  calendarDateOf,
  type CalendarDate,
  COMMERCIAL_MODELS,
  datedGrantsOf,
  dayAfter,
  type GrantOfVersion,
  type InstantQuestion,
  type LifeEvent,
  type SignedVersion,
  startOfDayInZone,
  type Terms,
  type UseType,
  WORLDWIDE_TERRITORIES,
} from '../../../kernel';
import { LABEL, referenceTerms } from '../../../kernel/testing/reference-terms';
import type { IndexedAgreement } from '../fast-index';

/** Reproducible dice: the same seed throws the same numbers (mulberry32). */
export class Dice {
  constructor(private state: number) {}

  /** A number from 0 up to, not including, one. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(part: number): boolean {
    return this.next() < part;
  }

  oneOf<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)]!;
  }

  someOf<Value>(values: readonly Value[], part: number): Value[] {
    const some = values.filter(() => this.chance(part));
    return some.length > 0 ? some : [this.oneOf(values)];
  }
}

export interface RandomWorld {
  readonly agreements: readonly IndexedAgreement[];
  /** What the kernel reads out of them, in the order in which agreements answer. */
  readonly grants: readonly GrantOfVersion[];
  question(): InstantQuestion;
}

export const worldServices = ['music', 'video', 'radio', 'games'].map(
  (_, place) => `00000000-0000-4000-8000-00000000c00${place}`,
);
const zones = ['Europe/Moscow', 'UTC', 'America/New_York', 'Pacific/Auckland', 'Asia/Kathmandu', 'Pacific/Apia'];
const uses: readonly UseType[] = [
  'Stream',
  'OnDemandStream',
  'NonInteractiveStream',
  'Download',
  'PermanentDownload',
  'KioskDownload',
  'UserMakeAvailableUserProvided',
  'Dub',
  'UseAsRingtone',
  'accordo:AiTraining',
];
const models = COMMERCIAL_MODELS.slice(0, 5);
const territories = ['RU', 'BY', 'KZ', 'US', 'DE', 'NZ', 'NP', 'XK'];
const pool = Array.from({ length: 40 }, (_, at) => `ZZ${at % 3 === 0 ? 'A0Z' : 'B12'}26${String(at).padStart(5, '0')}`);
const day = (dice: Dice): CalendarDate => dayAfter(calendarDateOf('2025-11-20'), dice.below(900));

/** A few agreements of one platform as life makes them: amended, suspended, ended, waiting, in zones all over the world. */
export function randomWorld(seed: number, agreementCount = 6): RandomWorld {
  const dice = new Dice(seed);
  const agreements = Array.from({ length: agreementCount }, (_, place) => randomAgreement(dice, place + 1));
  const grants = agreements.flatMap(({ id, life }) => datedGrantsOf(life, id));
  return { agreements, grants, question: () => randomQuestion(dice, grants) };
}

/** An id for the agreement of an ordinal. */
export const agreementId = (ordinal: number): string => `00000000-0000-4000-8000-${String(ordinal).padStart(12, '0')}`;

function randomAgreement(dice: Dice, ordinal: number): IndexedAgreement {
  const from = day(dice);
  const until = dayAfter(from, 30 + dice.below(700));
  const timeZone = dice.oneOf(zones);
  const first = randomTerms(dice, { from, until, timeZone });
  const versions: SignedVersion[] = [
    { number: 1, effectiveFrom: from, concludedAt: startOfDayInZone(dayAfter(from, -30), 'UTC'), terms: first },
  ];
  for (let effective = from; versions.length < 4 && dice.chance(0.4);) {
    effective = dayAfter(effective, dice.below(90));
    if (effective >= until) break;
    const terms = randomTerms(dice, { from, until: dayAfter(until, dice.below(60)), timeZone });
    const concludedAt = startOfDayInZone(dayAfter(effective, -dice.below(60)), 'UTC');
    versions.push({ number: versions.length + 1, effectiveFrom: effective, concludedAt, terms });
  }
  const id = agreementId(ordinal);
  return { id, labelId: LABEL, ordinal, life: { versions, facts: randomFacts(dice, versions) } };
}

function randomTerms(
  dice: Dice,
  { from, until, timeZone }: { from: CalendarDate; until: CalendarDate; timeZone: string },
): Terms {
  const reference = referenceTerms();
  const grants = ['downloads', 'streaming', 'uploads'].slice(0, 1 + dice.below(3)).map((id) => ({
    id,
    services: dice.someOf(worldServices.slice(0, 3), 0.6),
    uses: dice.someOf(uses, 0.3),
    models: dice.someOf(models, 0.4),
    territories: dice.chance(0.4)
      ? { worldwideExcept: dice.someOf(territories, 0.3) }
      : { include: dice.someOf(territories, 0.5) },
    exclusive: false,
  }));
  const sellOff = { days: 1 + dice.below(40), grants: [dice.oneOf(grants).id] };
  return {
    ...reference,
    grants,
    timeZone,
    term: { from, until },
    repertoire: { ...reference.repertoire, isrcs: dice.someOf(pool, 0.4) },
    ...(dice.chance(0.5) ? { termination: { sellOff } } : {}),
  };
}

/** What may have happened, in an order that can be. */
function randomFacts(dice: Dice, versions: readonly SignedVersion[]): IndexedAgreement['life']['facts'] {
  const { from, until } = versions[0]!.terms.term;
  const events: (readonly [Date, LifeEvent])[] = [];
  let at = startOfDayInZone(dayAfter(from, -20), 'UTC').getTime();
  const happens = (event: LifeEvent): void => {
    at += dice.below(60 * 86_400_000);
    events.push([new Date(at), event]);
  };
  if (dice.chance(0.85)) {
    happens({ kind: 'activated', from: dayAfter(from, dice.chance(0.3) ? dice.below(40) : 0) });
    while (dice.chance(0.35)) {
      happens({ kind: 'suspended', breach: 1 });
      if (dice.chance(0.8)) happens({ kind: 'resumed' });
      else break;
    }
    for (const withdrawal of randomWithdrawals(dice, versions, () => events.length)) happens(withdrawal);
    if (dice.chance(0.2)) happens({ kind: 'renewed', until: dayAfter(until, 365) });
    if (dice.chance(0.2)) happens({ kind: 'notice-given', by: 'label', until: dayAfter(from, dice.below(300)) });
  }
  if (dice.chance(0.2)) happens({ kind: 'terminated', because: 'breach', until: dayAfter(from, dice.below(400) - 20) });
  return events.map(([recordedAt, event], index) => ({ ...event, number: index + 1, recordedAt }));
}

/** Of recordings that some version lists, mostly, from days before, in and after the term; some are revoked. */
function* randomWithdrawals(
  dice: Dice,
  versions: readonly SignedVersion[],
  recorded: () => number,
): Generator<LifeEvent> {
  const { from } = versions[0]!.terms.term;
  while (dice.chance(0.5)) {
    const isrcs = dice.someOf(dice.chance(0.9) ? dice.oneOf(versions).terms.repertoire.isrcs : pool, 0.4);
    yield { kind: 'withdrawal-notified', isrcs, from: dayAfter(from, dice.below(500) - 20), reason: 'Rights lost.' };
    if (dice.chance(0.25)) yield { kind: 'withdrawal-revoked', withdrawal: recorded() };
  }
}

/** Mostly near something: a grant's recordings and codes, the milliseconds around its boundaries. */
function randomQuestion(dice: Dice, grants: readonly GrantOfVersion[]): InstantQuestion {
  const grant = grants.length > 0 && dice.chance(0.7) ? dice.oneOf(grants) : undefined;
  const isrcs = grant?.isrcs && dice.chance(0.8) ? [...grant.isrcs] : [...pool, 'ZZX990000001', 'Song No. 7'];
  return {
    isrc: dice.oneOf(isrcs),
    service: dice.oneOf(grant && dice.chance(0.6) ? [...grant.services] : [...worldServices, 'nobody']),
    territory: dice.chance(0.9) ? dice.oneOf(territories) : dice.oneOf(['Worldwide', 'ru', ...WORLDWIDE_TERRITORIES]),
    use: dice.chance(0.95) ? dice.oneOf(uses) : 'Whistle',
    model: dice.chance(0.95) ? dice.oneOf(models) : 'Barter',
    instant: grant && dice.chance(0.6) ? boundary(dice, grant) : startOfDayInZone(day(dice), dice.oneOf(zones)),
  };
}

function boundary(dice: Dice, { inForce, timeZone, pauses }: GrantOfVersion): Date {
  const ends = [inForce.from, inForce.until].map((end) => startOfDayInZone(end, timeZone));
  const turns = pauses.flatMap(({ from, until }) => [from, ...(until ? [until] : [])]);
  const instant = dice.oneOf([...ends, ...turns.filter((turn) => turn.getTime() > -1e15)]);
  return new Date(instant.getTime() + dice.oneOf([-1, 0, 1, 3_600_000]));
}
