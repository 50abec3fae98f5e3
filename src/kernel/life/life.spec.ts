import fc from 'fast-check';
import { calendarDateOf, monthsOf } from '../calendar';
import { decideUse, type UseQuestion } from '../matching';
import { termsHash, type Terms } from '../terms';
import { ISRCS, referenceTerms, SOCIAL } from '../testing/reference-terms';
import {
  amendmentFaults,
  asKnownAt,
  carriedAcross,
  dueMoves,
  endOf,
  grantsOfLife,
  type Life,
  type LifeEvent,
  monthsClosedWith,
  monthsOfLife,
  openConditions,
  periodNameOfMonth,
  periodsOfLife,
  stateOf,
  termsOfMonth,
  timetableOf,
  versionOn,
} from '.';

const day = calendarDateOf;
const signedAt = new Date('2025-12-20T09:00:00Z');

/** A life of the reference terms; events are recorded at the given instants, in order. */
function life(changes: Partial<Terms>, events: readonly (readonly [string, LifeEvent])[] = []): Life {
  return {
    versions: [
      {
        number: 1,
        effectiveFrom: day('2026-01-01'),
        concludedAt: signedAt,
        terms: { ...referenceTerms(), ...changes },
      },
    ],
    facts: events.map(([at, event], index) => ({ ...event, number: index + 1, recordedAt: new Date(at) })),
  };
}

const activated = ['2026-01-01T00:00:00+03:00', { kind: 'activated', from: day('2026-01-01') }] as const;

const ask = (of: Life, on: string, changes: Partial<UseQuestion> = {}): string => {
  const question = { service: SOCIAL, isrc: ISRCS[0], territory: 'RU', use: 'OnDemandStream', day: day(on) };
  const model = 'AdvertisementSupportedModel';
  const decision = decideUse(grantsOfLife(of, 'a'), { ...question, model, ...changes });
  return decision.licensed ? decision.clause : decision.reason;
};

const download = { use: 'PermanentDownload', model: 'PayAsYouGoModel' };

describe('a life in which nothing happens', () => {
  it('executes the signed text itself, and ends with its term', () => {
    const plain = life({}, [activated]);
    expect(termsHash(termsOfMonth(plain, '2026-05'))).toBe(termsHash(referenceTerms()));
    expect(endOf(plain)).toEqual({ until: '2028-01-01', because: 'term', sellOffUntil: '2028-01-01' });
    expect(stateOf(plain)).toBe('active');
    expect(timetableOf(plain, day('2026-01-02'))).toEqual([{ kind: 'expire', on: '2028-01-01', moves: true }]);
    expect([ask(plain, '2025-12-31'), ask(plain, '2026-01-01'), ask(plain, '2028-01-01')]).toEqual([
      'not-yet',
      'streaming',
      'expired',
    ]);
  });
});

describe('conditions precedent', () => {
  const conditions = [
    { id: 'paid', kind: 'advance-paid', advance: 'advance', withinDays: 30 },
    { id: 'fee', kind: 'back-fee-paid', withinDays: 20 },
  ] as const;

  it('license nothing before the last is met, and let the agreement lapse after the first day missed', () => {
    const waiting = life({ conditions });
    expect(stateOf(waiting)).toBe('concluded');
    expect(openConditions(waiting)).toEqual(['paid', 'fee']);
    expect(ask(waiting, '2026-02-01')).toBe('not-yet');
    expect(dueMoves(waiting, day('2026-01-09'))).toEqual([]);
    expect(dueMoves(waiting, day('2026-01-10'))).toEqual([{ kind: 'lapse', on: '2026-01-10', moves: true }]);
  });

  it('begin the licence on the day on which the last was met', () => {
    const met = life({ conditions }, [
      ['2026-01-05T10:00:00Z', { kind: 'condition-met', condition: 'fee' }],
      ['2026-01-07T10:00:00Z', { kind: 'condition-met', condition: 'paid' }],
      ['2026-01-07T10:00:00Z', { kind: 'activated', from: day('2026-01-07') }],
    ]);
    expect([ask(met, '2026-01-06'), ask(met, '2026-01-07')]).toEqual(['not-yet', 'streaming']);
  });
});

describe('suspension', () => {
  it('stops the days that lie in it whole, and no others', () => {
    const suspended = life({}, [
      activated,
      ['2026-03-01T10:00:00Z', { kind: 'breach-notified', by: 'label', what: 'no report', cureBy: day('2026-03-31') }],
      ['2026-03-10T10:00:00Z', { kind: 'suspended', breach: 2 }],
      ['2026-03-20T10:00:00Z', { kind: 'breach-cured', breach: 2 }],
      ['2026-03-20T10:00:00Z', { kind: 'resumed' }],
    ]);
    expect(['2026-03-10', '2026-03-11', '2026-03-19', '2026-03-20'].map((on) => ask(suspended, on))).toEqual([
      'streaming',
      'suspended',
      'suspended',
      'streaming',
    ]);
    const then = asKnownAt(suspended, new Date('2026-03-15T00:00:00Z'));
    expect(then && stateOf(then)).toBe('suspended');
    expect(stateOf(suspended)).toBe('active');
  });
});

describe('renewal', () => {
  const renewal = { months: 12, times: 1, noticeDays: 60 };

  it('comes by itself when the time for a no is over, so often and no oftener', () => {
    const running = life({ renewal }, [activated]);
    expect(dueMoves(running, day('2027-11-02'))).toEqual([]);
    expect(dueMoves(running, day('2027-11-03'))).toEqual([{ kind: 'renew', on: '2027-11-03', moves: true }]);
    expect(timetableOf(running, day('2027-01-01'))).toContainEqual({
      kind: 'renewal-notice-ends',
      on: '2027-11-02',
      moves: false,
    });
    const renewed = life({ renewal }, [
      activated,
      ['2027-11-02T21:00:00Z', { kind: 'renewed', until: day('2029-01-01') }],
    ]);
    expect(endOf(renewed).until).toBe('2029-01-01');
    expect(ask(renewed, '2028-06-01')).toBe('streaming');
    expect(termsOfMonth(renewed, '2028-06').term).toEqual({ from: '2026-01-01', until: '2029-01-01' });
    expect(dueMoves(renewed, day('2028-12-31'))).toEqual([]);
    expect(dueMoves(renewed, day('2029-01-01'))).toEqual([{ kind: 'expire', on: '2029-01-01', moves: true }]);
  });

  it('does not come when a party said no', () => {
    const declined = life({ renewal }, [
      activated,
      ['2027-06-01T10:00:00Z', { kind: 'renewal-declined', by: 'platform' }],
    ]);
    expect(dueMoves(declined, day('2027-12-31'))).toEqual([]);
    expect(dueMoves(declined, day('2028-01-01'))).toEqual([{ kind: 'expire', on: '2028-01-01', moves: true }]);
  });
});

describe('termination', () => {
  const termination = { notice: { by: 'either' as const, days: 90 }, sellOff: { days: 45, grants: ['downloads'] } };
  const noticed = (because: 'notice' | 'breach'): Life =>
    life({ termination }, [
      activated,
      [
        '2026-06-01T10:00:00Z',
        because === 'notice'
          ? { kind: 'notice-given', by: 'label', until: day('2026-09-15') }
          : { kind: 'terminated', because, until: day('2026-09-15') },
      ],
    ]);

  it('by notice ends on its day, and sells off what the terms name', () => {
    const ended = noticed('notice');
    expect(endOf(ended)).toEqual({ until: '2026-09-15', because: 'notice', sellOffUntil: '2026-10-30' });
    expect([ask(ended, '2026-09-14'), ask(ended, '2026-09-15')]).toEqual(['streaming', 'expired']);
    expect([ask(ended, '2026-10-29', download), ask(ended, '2026-10-30', download)]).toEqual(['downloads', 'expired']);
    expect(monthsOfLife(ended).at(-1)).toBe('2026-10');
    expect(dueMoves(ended, day('2026-09-15'))).toEqual([{ kind: 'terminate', on: '2026-09-15', moves: true }]);
  });

  it('is closed by whole quarters where these are reported, each under the terms of its beginning', () => {
    const { versions, facts } = noticed('notice');
    const quarterly = {
      versions: versions.map((one) => ({ ...one, terms: { ...one.terms, reportingPeriod: 'quarter' as const } })),
      facts,
    };
    expect(periodsOfLife(quarterly)).toEqual(['2026-01', '2026-04', '2026-07', '2026-10']);
    expect(monthsClosedWith(quarterly, '2026-11')).toEqual(['2026-10']);
    expect(periodNameOfMonth(quarterly, '2026-08')).toBe('2026-Q3');
    const clauses = (month: string) => termsOfMonth(quarterly, month).royalties.map(({ id }) => id);
    expect([clauses('2026-09').length, clauses('2026-10')]).toEqual([2, ['downloads']]);
  });

  it('leaves of the terms what is sold off', () => {
    const ended = noticed('notice');
    expect(
      termsOfMonth(ended, '2026-09')
        .royalties.map(({ id }) => id)
        .sort(),
    ).toEqual(['downloads', 'streaming']);
    const left = termsOfMonth(ended, '2026-10');
    expect([left.royalties.map(({ id }) => id), left.grants.map(({ id }) => id)]).toEqual([
      ['downloads'],
      ['downloads'],
    ]);
  });

  it('for breach sells nothing off', () => {
    expect(endOf(noticed('breach')).sellOffUntil).toBe('2026-09-15');
    expect(ask(noticed('breach'), '2026-09-15', download)).toBe('expired');
  });
});

describe('amendments', () => {
  const [first, ...rest] = referenceTerms().repertoire.isrcs;
  const fewer: Terms = { ...referenceTerms(), repertoire: { kind: 'list', isrcs: rest } };
  const amended: Life = {
    ...life({}, [activated]),
    versions: [
      ...life({}).versions,
      { number: 2, effectiveFrom: day('2026-04-01'), concludedAt: new Date('2026-03-10T00:00:00Z'), terms: fewer },
    ],
  };

  it('hold from their day on, for clearance and for rating', () => {
    expect([ask(amended, '2026-03-31', { isrc: first! }), ask(amended, '2026-04-01', { isrc: first! })]).toEqual([
      'streaming',
      'expired',
    ]);
    expect(termsOfMonth(amended, '2026-03').repertoire.isrcs).toContain(first);
    expect(termsOfMonth(amended, '2026-04').repertoire.isrcs).not.toContain(first);
  });

  it('begin with a reporting period, since that is rated under one text', () => {
    const given = { before: referenceTerms({ reportingPeriod: 'quarter' }), notBefore: day('2026-01-01') };
    const after: Terms = { ...fewer, reportingPeriod: 'quarter' };
    const refusals = (from: string) => amendmentFaults({ ...given, after, effectiveFrom: day(from) });
    expect(refusals('2026-04-01')).toEqual([]);
    expect(refusals('2026-05-01')).toMatchObject([
      {
        pointer: '/effectiveFrom',
        message: 'must be the first day of a quarter: a quarter is rated under one text',
      },
    ]);
  });

  it('tell what was in force on a day as known on another', () => {
    const before = asKnownAt(amended, new Date('2026-03-09T00:00:00Z'));
    expect(before && versionOn(before, day('2026-05-01')).number).toBe(1);
    expect(versionOn(amended, day('2026-05-01')).number).toBe(2);
    expect(asKnownAt(amended, new Date('2025-12-01T00:00:00Z'))).toBeUndefined();
  });

  const given = {
    before: referenceTerms(),
    after: fewer,
    effectiveFrom: day('2026-04-01'),
    notBefore: day('2026-01-01'),
  };
  it.each([
    [{}, []],
    [{ effectiveFrom: day('2026-04-02') }, ['/effectiveFrom']],
    [{ effectiveFrom: day('2025-12-01') }, ['/effectiveFrom', '/effectiveFrom']],
    [{ effectiveFrom: day('2028-01-01') }, ['/effectiveFrom']],
    [{ notBefore: day('2026-05-01') }, ['/effectiveFrom']],
    [{ after: given_(fewer, { currency: 'EUR' }) }, ['/currency']],
    [{ after: given_(fewer, { timeZone: 'UTC' }) }, ['/timeZone']],
    [{ after: given_(fewer, { advances: [] }) }, ['/advances/advance']],
    [{ after: referenceTerms() }, ['']],
  ])('%#: are refused where they cannot be', (changes, pointers) => {
    expect(amendmentFaults({ ...given, ...changes }).map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it('bring new advances into the balances', () => {
    const more: Terms = {
      ...fewer,
      advances: [...fewer.advances, { id: 'second', amount: '500', due: 'signature', recoupableFrom: 'all' }],
    };
    const carried = { royaltiesToDate: '1', recoupedToDate: '1', advancesToDate: '1200000' };
    expect(carriedAcross(carried, fewer, more).advancesToDate).toBe('1250000');
    expect(carriedAcross(carried, fewer, fewer)).toBe(carried);
  });
});

function given_(terms: Terms, changes: Partial<Terms>): Terms {
  return { ...terms, ...changes };
}

describe('laws', () => {
  const events = fc.array(
    fc.constantFrom<LifeEvent>(
      { kind: 'breach-notified', by: 'label', what: 'x', cureBy: day('2026-12-31') },
      { kind: 'suspended', breach: 1 },
      { kind: 'resumed' },
      { kind: 'renewed', until: day('2029-01-01') },
      { kind: 'notice-given', by: 'label', until: day('2027-03-16') },
      { kind: 'terminated', because: 'breach', until: day('2026-11-05') },
    ),
    { maxLength: 8 },
  );
  const lives = events.map((list) =>
    life({}, [activated, ...list.map((event, index) => [`2026-0${index + 1}-15T10:00:00Z`, event] as const)]),
  );

  it('every day of the licence answers once: licensed, suspended or not, never by two grants', () => {
    fc.assert(
      fc.property(lives, fc.integer({ min: 0, max: 1200 }), (of, offset) => {
        const on = day(new Date(Date.UTC(2026, 0, 1 + offset)).toISOString().slice(0, 10));
        const holding = grantsOfLife(of, 'a').filter(
          ({ inForce, clause }) => clause === 'streaming' && inForce.from <= on && on < inForce.until,
        );
        expect(holding.length).toBe(on < endOf(of).until ? 1 : 0);
      }),
    );
  });

  it('months of the life are those of the licensed days, and each has terms that run then', () => {
    fc.assert(
      fc.property(lives, (of) => {
        const months = monthsOfLife(of);
        expect(months).toEqual(monthsOf({ from: day('2026-01-01'), until: endOf(of).sellOffUntil }));
        for (const month of months) expect(termsOfMonth(of, month).term.until > `${month}-01`).toBe(true);
      }),
    );
  });
});
