import { calendarDateOf } from '../calendar';
import { decideAt, decideUse } from '../matching';
import { ISRCS, referenceTerms, SOCIAL } from '../testing/reference-terms';
import { type Terms } from '../terms';
import {
  asKnownAt,
  datedGrantsOf,
  earliestWithdrawal,
  grantsOfLife,
  heldDays,
  type Life,
  type LifeEvent,
  spansOf,
  termsOfMonth,
  termsToAmend,
  overtakenByWithdrawals,
  timetableOf,
  withdrawalFaults,
  withdrawalRoom,
} from '.';

const day = calendarDateOf;
const [first, second] = ISRCS as readonly [string, string, ...string[]];
const activated: LifeEvent = { kind: 'activated', from: day('2026-01-01') };
const withdrawal = (from: string, isrcs: readonly string[] = [first]): LifeEvent => ({
  kind: 'withdrawal-notified',
  isrcs,
  from: day(from),
  reason: 'The rights go back to the artist.',
});

/** Recorded one after the other, from 10 January on, each on the 10th of a month. */
function life(events: readonly LifeEvent[], later: readonly Life['versions'][number][] = []): Life {
  const terms = referenceTerms();
  return {
    versions: [
      { number: 1, effectiveFrom: day('2026-01-01'), concludedAt: new Date('2025-12-20T09:00:00Z'), terms },
      ...later,
    ],
    facts: [activated, ...events].map((event, place) => ({
      ...event,
      number: place + 1,
      recordedAt: place === 0 ? new Date('2025-12-20T09:00:00Z') : new Date(Date.UTC(2026, place - 1, 10, 9)),
    })),
  };
}

const signed = (number: number, concludedAt: string, effectiveFrom: string, changes: Partial<Terms> = {}) => ({
  number,
  effectiveFrom: day(effectiveFrom),
  concludedAt: new Date(concludedAt),
  terms: { ...referenceTerms(), ...changes },
});

const context = { service: SOCIAL, territory: 'RU', use: 'OnDemandStream', model: 'AdvertisementSupportedModel' };

/** By days, as usage is read: the clause, or why not. */
function onDay(of: Life, on: string, isrc = first): string {
  const decision = decideUse(grantsOfLife(of, 'a'), { ...context, isrc, day: day(on) });
  return decision.licensed ? decision.clause : decision.reason;
}

/** By instants, as clearance asks: the clause and until when that is true, or why not. */
function at(of: Life, instant: string, isrc = first): string {
  const decision = decideAt(datedGrantsOf(of, 'a'), { ...context, isrc, instant: new Date(instant) });
  return decision.licensed ? `${decision.grant.clause} until ${decision.trueUntil.toISOString()}` : decision.reason;
}

describe('a withdrawal of recordings', () => {
  const withdrawn = life([withdrawal('2026-03-01')]);

  it('ends their licence with its day, in the zone of the terms, and leaves the others theirs', () => {
    expect(['2026-02-28', '2026-03-01', '2027-12-31', '2028-01-01'].map((on) => onDay(withdrawn, on))).toEqual([
      'streaming',
      'withdrawn',
      'withdrawn',
      'expired',
    ]);
    expect(onDay(withdrawn, '2026-03-01', second)).toBe('streaming');
    // Moscow is three hours before UTC.
    expect(at(withdrawn, '2026-02-28T20:59:59.999Z')).toBe('streaming until 2026-02-28T21:00:00.000Z');
    expect(at(withdrawn, '2026-02-28T21:00:00Z')).toBe('withdrawn');
    expect(at(withdrawn, '2026-02-28T21:00:00Z', second)).toBe('streaming until 2027-12-31T21:00:00.000Z');
  });

  it('is in the calendar before it begins, and not known before it was notified', () => {
    expect(timetableOf(withdrawn, day('2026-02-01'))).toContainEqual({
      kind: 'withdrawal-begins',
      on: '2026-03-01',
      moves: false,
    });
    const before = asKnownAt(withdrawn, new Date('2026-01-10T08:59:59Z'))!;
    expect(onDay(before, '2026-03-01')).toBe('streaming');
  });

  it('comes no more once it is revoked; the earliest of several counts', () => {
    const revoked: LifeEvent = { kind: 'withdrawal-revoked', withdrawal: 2 };
    const two = [withdrawal('2026-05-01'), withdrawal('2026-07-01', [first, second])];
    expect(onDay(life([withdrawal('2026-05-01'), revoked]), '2026-05-01')).toBe('streaming');
    expect([onDay(life(two), '2026-05-01'), onDay(life(two), '2026-05-01', second)]).toEqual([
      'withdrawn',
      'streaming',
    ]);
    const later = life([...two, revoked]);
    expect([onDay(later, '2026-06-30'), onDay(later, '2026-07-01'), onDay(later, '2026-07-01', second)]).toEqual([
      'streaming',
      'withdrawn',
      'withdrawn',
    ]);
  });

  it('outlasts a suspension, and what an ended one would bring back', () => {
    const suspended = life([withdrawal('2026-03-01'), { kind: 'suspended', breach: 1 }, { kind: 'resumed' }]);
    expect(at(suspended, '2026-02-10T09:00:00Z')).toBe('suspended');
    expect(at(suspended, '2026-03-09T00:00:00Z')).toBe('withdrawn');
    expect(at(suspended, '2026-03-11T00:00:00Z')).toBe('withdrawn');
    expect(at(suspended, '2026-03-09T00:00:00Z', second)).toBe('suspended');
    expect(['2026-02-15', '2026-03-05', '2026-03-15'].map((on) => onDay(suspended, on))).toEqual([
      'suspended',
      'withdrawn',
      'withdrawn',
    ]);
  });

  it('frees the rights from its day on: none are left where it comes before the first day', () => {
    const held = (of: Life) => spansOf(of).map((span) => `${span.isrcs.length} ${heldDays(span)?.until ?? 'none'}`);
    const others = ISRCS.length - 1;
    expect(new Set(held(withdrawn))).toEqual(new Set([`${others} 2028-01-01`, '1 2026-03-01']));
    expect(new Set(held(life([withdrawal('2025-12-30')])))).toEqual(new Set([`${others} 2028-01-01`, '1 none']));
  });

  it('leaves the text that a month is rated under as it was signed', () => {
    expect(termsOfMonth(withdrawn, '2026-05')).toEqual(referenceTerms());
  });
});

describe('what cannot be withdrawn', () => {
  const limited = (shareMax?: string) => {
    const { versions, facts } = life([withdrawal('2026-06-01')]);
    const termination = { withdrawal: { days: 30, ...(shareMax === undefined ? {} : { shareMax }) } };
    return { versions: versions.map((one) => ({ ...one, terms: { ...one.terms, termination } })), facts };
  };
  const refusals = (of: Life, from: string, isrcs: readonly string[]) =>
    withdrawalFaults(of, { isrcs, from: day(from) }).map(({ pointer, message }) => `${pointer} ${message}`);

  it('is what is not licensed on its day or a later one', () => {
    expect(refusals(limited(), '2026-06-01', [second, 'ZZB990000001', first])).toEqual([
      '/isrcs/1 ZZB990000001 is not licensed from 2026-06-01 on',
      `/isrcs/2 ${first} is not licensed from 2026-06-01 on`,
    ]);
    expect(refusals(limited(), '2026-05-31', [first])).toEqual([]);
    expect(refusals(limited(), '2028-01-01', [second])).toHaveLength(1);
  });

  it('is more than the terms allow, what was withdrawn before included', () => {
    const all = ISRCS.length;
    expect(refusals(limited(`1/${all}`), '2026-07-01', [second])).toEqual([
      `/isrcs the terms allow 1 of their ${all} recordings to be withdrawn, and it would be 2`,
    ]);
    expect(refusals(limited(`2/${all}`), '2026-07-01', [second])).toEqual([]);
    // The same once more, but earlier.
    expect(refusals(limited(`1/${all}`), '2026-05-01', [first])).toEqual([]);
  });
});

describe('where a renewal lies ahead', () => {
  const renewing = (events: readonly LifeEvent[]): Life => {
    const { versions, facts } = life(events);
    const renewal = { months: 12, times: 1, noticeDays: 60 };
    return { versions: versions.map((one) => ({ ...one, terms: { ...one.terms, renewal } })), facts };
  };
  const possible = (of: Life, isrc = first) =>
    withdrawalFaults(of, { isrcs: [isrc], from: day('2028-02-01') }).length === 0;

  it('recordings may be withdrawn from a day of the term that it would bring', () => {
    expect(possible(renewing([]))).toBe(true);
    expect(possible(renewing([{ kind: 'renewal-declined', by: 'label' }]))).toBe(false);
    expect(possible(renewing([{ kind: 'renewed', until: day('2029-01-01') }]))).toBe(true);
    const gone = renewing([withdrawal('2027-06-01')]);
    expect([possible(gone), possible(gone, second)]).toEqual([false, true]);
    const renewed = renewing([withdrawal('2028-02-01'), { kind: 'renewed', until: day('2029-01-01') }]);
    expect(['2028-01-31', '2028-02-01'].map((on) => onDay(renewed, on))).toEqual(['streaming', 'withdrawn']);
    expect(onDay(renewing([withdrawal('2028-02-01')]), '2028-02-01')).toBe('expired');
  });
});

describe('where several texts list a recording', () => {
  const texts = (...rights: readonly (Terms['termination'] | undefined)[]): Life => {
    const days = ['2026-01-01', '2026-06-01', '2026-09-01'];
    const versions = rights.map((termination, place) => {
      const { termination: _, ...terms } = referenceTerms();
      const text = termination === undefined ? terms : { ...terms, termination };
      return { ...signed(place + 1, `2025-12-2${place}T09:00:00Z`, days[place]!), terms: text };
    });
    return { versions, facts: life([]).facts };
  };
  const right = (days: number, shareMax?: string): Terms['termination'] => ({
    withdrawal: { days, ...(shareMax === undefined ? {} : { shareMax }) },
  });
  const earliest = (of: Life, today: string) => earliestWithdrawal(of, [first], day(today));

  it('each gives the right, with its own days, or holds no more on the day', () => {
    expect(earliest(texts(right(90), right(30)), '2026-01-10')).toBe('2026-04-10');
    expect(earliest(texts(right(90), right(30)), '2026-05-10')).toBe('2026-06-09');
    expect(earliest(texts(right(90), right(10)), '2026-05-10')).toBe('2026-06-01');
    expect(earliest(texts(undefined, right(30)), '2026-01-10')).toBe('2026-06-01');
    expect(earliest(texts(right(30), right(90)), '2026-01-10')).toBe('2026-04-10');
    expect(earliest(texts(right(30), undefined), '2026-01-10')).toBeUndefined();
    expect(earliest(texts(right(30), undefined, right(30)), '2026-01-10')).toBe('2026-09-01');
  });

  it('each allows its own share', () => {
    const refusals = (from: string) =>
      withdrawalFaults(texts(right(30, '0'), right(30)), { isrcs: [first], from: day(from) }).map(
        ({ message }) => message,
      );
    expect(refusals('2026-05-31')).toEqual([
      `the terms allow 0 of their ${ISRCS.length} recordings to be withdrawn, and it would be 1`,
    ]);
    expect(refusals('2026-06-01')).toEqual([]);
  });
});

it('all notices together name no more than ten thousand recordings of a short list, revoked ones included', () => {
  const revoked: LifeEvent = { kind: 'withdrawal-revoked', withdrawal: 2 };
  expect(withdrawalRoom(life([withdrawal('2026-03-01', [first, second]), revoked]))).toBe(9998);
});

describe('an amendment', () => {
  it('is overtaken by a withdrawal of what it lists that was notified after it was proposed', () => {
    const overtaken = (madeAt: string, effectiveFrom: string) =>
      overtakenByWithdrawals(life([withdrawal('2026-03-15')]), {
        madeAt: new Date(madeAt),
        effectiveFrom: day(effectiveFrom),
        terms: referenceTerms(),
      }).map(({ pointer }) => pointer);
    expect(overtaken('2026-01-09T09:00:00Z', '2026-04-01')).toEqual(['/repertoire/isrcs/0']);
    expect(overtaken('2026-01-09T09:00:00Z', '2026-03-01')).toEqual([]);
    expect(overtaken('2026-01-11T09:00:00Z', '2026-04-01')).toEqual([]);
  });

  it('starts from what is not withdrawn by its first day', () => {
    const of = life([withdrawal('2026-03-15')]);
    expect(termsToAmend(of, day('2026-03-01')).repertoire.isrcs).toEqual(ISRCS);
    expect(termsToAmend(of, day('2026-04-01')).repertoire.isrcs).toEqual(ISRCS.slice(1));
    expect(termsToAmend(life([]), day('2026-04-01'))).toEqual(referenceTerms());
  });

  it('that was signed before the notice, or begins before the day, does not bring a recording back', () => {
    const early = life([withdrawal('2026-05-15')], [signed(2, '2026-01-05T09:00:00Z', '2026-06-01')]);
    expect([onDay(early, '2026-05-20'), onDay(early, '2026-06-01')]).toEqual(['withdrawn', 'withdrawn']);
    const sooner = life([withdrawal('2026-05-15')], [signed(2, '2026-02-05T09:00:00Z', '2026-04-01')]);
    expect([onDay(sooner, '2026-04-01'), onDay(sooner, '2026-05-15')]).toEqual(['streaming', 'withdrawn']);
  });

  it('that lists it once it is withdrawn licenses it again', () => {
    const of = life([withdrawal('2026-03-15')], [signed(2, '2026-04-05T09:00:00Z', '2026-05-01')]);
    expect([onDay(of, '2026-04-30'), onDay(of, '2026-05-01')]).toEqual(['withdrawn', 'streaming']);
    expect(at(of, '2026-04-30T21:00:00Z')).toBe('streaming until 2027-12-31T21:00:00.000Z');
    // A withdrawal that is notified after it is one from the amended text.
    const again = life(
      [withdrawal('2026-03-15'), withdrawal('2026-03-20'), withdrawal('2026-03-21'), withdrawal('2026-08-01')],
      [signed(2, '2026-04-05T09:00:00Z', '2026-05-01')],
    );
    expect([onDay(again, '2026-07-31'), onDay(again, '2026-08-01')]).toEqual(['streaming', 'withdrawn']);
  });
});
