import { Injectable } from '@nestjs/common';
import { ownersOfRecordings } from '../../catalogue';
import type { Actor } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { errorCodes } from '../../platform/errors/codes';
import type { Fault } from '../../platform/errors/domain-error';
import { TallyWake } from '../alerts/wake';
import { type EventMatcher, type Match, saleUntold } from './event-matcher';
import { insertMovements, sharedOf } from './event-shares';
import { findEvents, insertEvents, insertEventsAlone, type MatchedEvent, type StoredEvent } from './events.repository';
import { PlatformGrants } from './platform-grants';
import { PlatformServices } from './platform-services';
import { differencesBetween, type EventReading, fault, type UsageEvent } from './usage-event';

/** What became of one event. An accepted one counts for an agreement or is held, with the reason; a duplicate is answered as it was. */
export type EventAnswer =
  | {
      readonly source: string;
      readonly id: string;
      readonly outcome: 'accepted' | 'duplicate';
      readonly agreementId: string | null;
      readonly held: string | null;
    }
  | {
      readonly source: string | null;
      readonly id: string | null;
      readonly outcome: 'rejected';
      readonly status: number;
      readonly code: 'usage-event-invalid' | 'usage-event-differs';
      readonly faults: readonly Fault[];
    };

/** As many at once; a longer stream goes in by batches. */
export const eventsMax = 1_000;
/** Clocks differ a little. */
const aheadMax = 5 * 60_000;

/**
 * Takes a batch in. Everything of it is committed, to disk, before anything is answered; repeated, in whole or in part, in any order or twice at
 * once, it changes nothing and is answered the same. Each event is answered by itself, in its place.
 */
@Injectable()
export class TakeEvents {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly grants: PlatformGrants,
    private readonly services: PlatformServices,
    private readonly wake: TallyWake,
  ) {}

  async execute(actor: Actor, readings: readonly EventReading[]): Promise<EventAnswer[]> {
    return (await this.alone(actor, readings)) ?? (await this.inTransaction(actor, readings));
  }

  /**
   * In one message to the database, where all is known that a batch would ask it for before: most batches. Undefined, and nothing is taken, where it is
   * not: something was signed since, or recordings are shared, unlicensed or unknown.
   */
  private async alone(actor: Actor, readings: readonly EventReading[]): Promise<EventAnswer[] | undefined> {
    const { organizationId: platformId } = actor;
    const at = this.clock.now();
    const own = this.services.known(platformId, readings);
    const grants = this.grants.kept(platformId);
    if (own === undefined || grants === undefined) return undefined;
    const checked = readings.map((reading) => checkNow(reading, own, at));
    const matched = matchedBy(grants.matcher, firstOfEach(checked));
    if (matched.length === 0 || matched.some(isBeyondOneMessage)) return undefined;
    const inserted = await insertEventsAlone(this.database, { platformId, at, stamp: grants.stamp }, matched);
    if (inserted === undefined) return undefined;
    const known = knownAs(matched);
    if (Number(inserted.added) < matched.length) {
      await this.database.withTenant(actor, (tx) => noteEarlier(tx, platformId, known, inserted.position), 'read');
    }
    const answers = checked.map((reading) => answerOf(reading, known));
    // Apart from the events: whoever sends them again, for want of an answer, asks once more.
    if (answers.some(isCounted) && !this.wake.comes(platformId)) {
      const tallied = await this.database.withTenant(actor, (tx) => this.wake.ask(tx, platformId));
      if (tallied !== undefined) this.wake.committed(platformId, tallied);
    }
    return answers;
  }

  private async inTransaction(actor: Actor, readings: readonly EventReading[]): Promise<EventAnswer[]> {
    const { organizationId } = actor;
    const { answers, tallied } = await this.database.withTenant(actor, async (tx) => {
      const all = await this.within(tx, actor, readings);
      return { answers: all, tallied: all.some(isCounted) ? await this.wake.ask(tx, organizationId) : undefined };
    });
    if (tallied !== undefined) this.wake.committed(organizationId, tallied);
    return answers;
  }

  /** As execute, in a transaction of the caller's: only what it commits is acknowledged. */
  async within(tx: Tx, actor: Actor, readings: readonly EventReading[]): Promise<EventAnswer[]> {
    const at = this.clock.now();
    const own = await this.services.of(tx, actor.organizationId, readings);
    const matcher = await this.grants.of(tx, actor.organizationId);
    const now = readings.map((reading) => checkNow(reading, own, at));
    const matches = matchesOf(matcher, now);
    const checked = await refuseUntold(tx, actor.organizationId, matches, now);
    const events = firstOfEach(checked);
    if (events.length === 0) return checked.map((reading) => answerOf(reading, new Map()));
    const first = events.map((event) => ({ event, match: matches.get(event)! }));
    const matched = await tellUnknown(tx, matcher, first);
    const known = await tx.asSystem(() => store(tx, actor.organizationId, matched, at));
    return checked.map((reading) => answerOf(reading, known));
  }
}

/** Each event once: the first of its id. */
function firstOfEach(checked: readonly EventReading[]): UsageEvent[] {
  const first = new Map<string, UsageEvent>();
  for (const reading of checked) {
    if (!('event' in reading)) continue;
    const key = keyOf(reading.event);
    if (!first.has(key)) first.set(key, reading.event);
  }
  return [...first.values()];
}

const matchedBy = (matcher: EventMatcher, events: readonly UsageEvent[]): MatchedEvent[] =>
  events.map((event) => ({ event, match: matcher.match(event) }));

/** Where each event belongs, also one whose id another before it has. */
function matchesOf(matcher: EventMatcher, checked: readonly EventReading[]): Map<UsageEvent, Match> {
  const matches = new Map<UsageEvent, Match>();
  for (const reading of checked) {
    if ('event' in reading) matches.set(reading.event, matcher.match(reading.event));
  }
  return matches;
}

const isUnlicensed = (match: Match): boolean => match.held === 'no-agreement' && match.labelId === null;
const isBeyondOneMessage = ({ event, match }: MatchedEvent): boolean =>
  isUnlicensed(match) || isShared(match) || saleUntold(match, event) !== undefined;
const isShared = (match: Match): boolean => match.held === null && match.parts !== undefined;
const isCounted = (answer: EventAnswer): boolean => answer.outcome !== 'rejected' && answer.agreementId !== null;

/**
 * An event that does not tell what it was sold for, where its agreement pays by that, would keep its month from being closed for good: it is not taken. One that is there
 * already, of a time when nobody asked, is answered as it was. `matches`: of all events that are checked.
 */
async function refuseUntold(
  tx: Tx,
  platformId: string,
  matches: ReadonlyMap<UsageEvent, Match>,
  checked: readonly EventReading[],
): Promise<readonly EventReading[]> {
  const untold = new Map<UsageEvent, string>();
  for (const [event, match] of matches) {
    const currency = saleUntold(match, event);
    if (currency !== undefined) untold.set(event, currency);
  }
  if (untold.size === 0) return checked;
  const there = new Set((await findEvents(tx, platformId, [...untold.keys()])).map(({ event }) => keyOf(event)));
  return checked.map((reading) => {
    const currency = 'event' in reading ? untold.get(reading.event) : undefined;
    if (!('event' in reading) || currency === undefined || there.has(keyOf(reading.event))) return reading;
    const { source, id, sold } = reading.event;
    const code = sold === null ? 'sales-missing' : 'sales-currency';
    const message = `the agreement that covers this use pays by what it was sold for, told in ${currency}`;
    return { source, id, faults: [fault('/data/sold', code, message)] };
  });
}

/** A recording that no agreement names is unlicensed where a licensor has it in its catalogue, and unknown otherwise. */
async function tellUnknown(
  tx: Tx,
  { labelIds }: EventMatcher,
  matched: readonly MatchedEvent[],
): Promise<MatchedEvent[]> {
  const unlicensed = matched.filter(({ match }) => isUnlicensed(match));
  if (unlicensed.length === 0) return [...matched];
  const isrcs = [...new Set(unlicensed.map(({ event }) => event.isrc))];
  const owners = await ownersOfRecordings(tx, labelIds, isrcs);
  const ofUnlicensed = (isrc: string): Match => {
    const labelId = owners.get(isrc) ?? null;
    const held = labelId === null ? 'unknown-recording' : 'no-agreement';
    return { agreementId: null, labelId, month: null, held };
  };
  const named = new Set(unlicensed);
  return matched.map((one) => (named.has(one) ? { event: one.event, match: ofUnlicensed(one.event.isrc) } : one));
}

interface KnownEvent extends Pick<StoredEvent, 'event' | 'agreementId' | 'held'> {
  /** Whether somebody sent it before; the first of its id to be answered is accepted otherwise. */
  before: boolean;
}

async function store(
  tx: Tx,
  platformId: string,
  matched: readonly MatchedEvent[],
  at: Date,
): Promise<Map<string, KnownEvent>> {
  const { added, position } = await insertEvents(tx, { platformId, at }, matched);
  const known = knownAs(matched);
  if (Number(added) < matched.length) await noteEarlier(tx, platformId, known, position);
  const own = matched.filter(({ event }) => known.get(keyOf(event))?.before === false);
  await insertMovements(tx, platformId, sharedOf(own));
  return known;
}

const knownAs = (matched: readonly MatchedEvent[]): Map<string, KnownEvent> =>
  new Map(
    matched.map(({ event, match: { agreementId, held } }) => [
      keyOf(event),
      { event, agreementId, held, before: false },
    ]),
  );

/** Puts in the place of an event the one of its id that came before the batch at `position`. */
async function noteEarlier(
  tx: Tx,
  platformId: string,
  known: Map<string, KnownEvent>,
  position: bigint,
): Promise<void> {
  const ids = [...known.values()].map(({ event }) => event);
  for (const { position: of, ...event } of await findEvents(tx, platformId, ids)) {
    if (of !== position) known.set(keyOf(event.event), { ...event, before: true });
  }
}

/** What only the moment and the sender can tell. */
export function checkNow(reading: EventReading, services: ReadonlySet<string>, now: Date): EventReading {
  if (!('event' in reading)) return reading;
  const { event } = reading;
  const faults: Fault[] = [];
  if (event.instant > now.getTime() + aheadMax)
    faults.push(fault('/time', 'event-ahead', 'time lies more than five minutes ahead'));
  if (!services.has(event.serviceId))
    faults.push(fault('/data/serviceId', 'service-unknown', 'serviceId is none of your services'));
  return faults.length === 0 ? reading : { source: event.source, id: event.id, faults };
}

function answerOf(reading: EventReading, known: Map<string, KnownEvent>): EventAnswer {
  if (!('event' in reading)) {
    const { source, id, faults } = reading;
    return { source, id, outcome: 'rejected', ...refusal('usage-event-invalid'), faults };
  }
  const { source, id } = reading.event;
  const there = known.get(keyOf(reading.event));
  if (there === undefined) throw new Error(`event ${id} was neither there nor added`);
  const faults = there.event === reading.event ? [] : differencesBetween(there.event, reading.event);
  if (faults.length > 0) return { source, id, outcome: 'rejected', ...refusal('usage-event-differs'), faults };
  const outcome = there.before ? 'duplicate' : 'accepted';
  there.before = true;
  return { source, id, outcome, agreementId: there.agreementId, held: there.held };
}

const refusal = <Code extends 'usage-event-invalid' | 'usage-event-differs'>(
  code: Code,
): { status: number; code: Code } => ({ status: errorCodes[code].status, code });

/** Neither may hold a blank that the other could begin with: a source has none. */
const keyOf = ({ source, id }: Pick<UsageEvent, 'source' | 'id'>): string => `${source} ${id}`;
