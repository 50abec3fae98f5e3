import fc from 'fast-check';
import { exactText, ratio } from '../money';
import { changedJson } from '../testing/changed';
import { referenceTerms, referenceTermsJson, SOCIAL, STUDIO, termsOf, termsPaying } from '../testing/reference-terms';
import { richTermsJson } from '../testing/rich-terms';
import {
  comparables,
  mostFavouredBreaches,
  readTerms,
  remarksOf,
  type MostFavoured,
  type Royalty,
  type Terms,
} from '.';

const faultsOf = (json: unknown): string[] => {
  const reading = readTerms(json);
  return 'faults' in reading ? reading.faults.map(({ pointer, code }) => `${pointer} ${code}`) : [];
};

const label: MostFavoured = {
  id: 'no-better-platform',
  bound: 'label',
  against: 'other-platforms',
  compares: ['advance', 'floor', 'rate-per-subscriber', 'rate-per-unit', 'revenue-share'],
  from: '2026-01-01',
  until: '2028-01-01',
} as unknown as MostFavoured;
const platform = { ...label, id: 'no-better-label', bound: 'platform', against: 'other-labels' } as MostFavoured;

const promising = (royalty: unknown, clause: object = label, more: Record<string, unknown> = {}): Terms =>
  termsPaying(royalty, { mostFavoured: [clause], ...more });

const perUnit = (rate: string): Royalty => ({ kind: 'perUnit', rate });

/** "rate-per-unit least 0.002 > 0.001": what differs, without where. */
const told = (promised: Terms, offered: Terms, bound: 'label' | 'platform' = 'label'): string[] =>
  mostFavouredBreaches(promised, offered, bound).map(
    (breach) => `${breach.figure} ${breach.end} ${breach.promised} > ${breach.offered}`,
  );

describe('reading most favoured nation clauses', () => {
  it('sorts what is a set, and keeps the clauses as written', () => {
    expect(termsOf(richTermsJson()).mostFavoured).toEqual([
      {
        id: 'no-better-platform',
        bound: 'label',
        against: 'other-platforms',
        compares: ['advance', 'floor', 'rate-per-unit', 'revenue-share'],
        uses: ['OnDemandStream', 'PermanentDownload'],
        territories: ['BY', 'RU'],
        from: '2026-01-01',
        until: '2028-01-01',
      },
      {
        id: 'no-better-label',
        bound: 'platform',
        against: 'other-labels',
        compares: ['rate-per-unit'],
        from: '2026-01-01',
        until: '2027-01-01',
      },
    ]);
  });

  it.each([
    ['/mostFavoured', [], '/mostFavoured terms-empty'],
    ['/mostFavoured', 'all', '/mostFavoured terms-type'],
    ['/mostFavoured/0', null, '/mostFavoured/0 terms-type'],
    ['/mostFavoured/0/id', 'Best!', '/mostFavoured/0/id terms-id'],
    ['/mostFavoured/1/id', 'no-better-platform', '/mostFavoured/1 terms-duplicate'],
    ['/mostFavoured/0/bound', 'operator', '/mostFavoured/0/bound terms-unknown-kind'],
    ['/mostFavoured/0/bound', undefined, '/mostFavoured/0/bound terms-required'],
    ['/mostFavoured/0/against', 'everybody', '/mostFavoured/0/against terms-unknown-kind'],
    ['/mostFavoured/0/against', 'other-labels', '/mostFavoured/0/against terms-most-favoured'],
    ['/mostFavoured/1/against', 'other-platforms', '/mostFavoured/1/against terms-most-favoured'],
    ['/mostFavoured/0/compares', [], '/mostFavoured/0/compares terms-empty'],
    ['/mostFavoured/0/compares/1', 'goodwill', '/mostFavoured/0/compares/1 terms-unknown-kind'],
    ['/mostFavoured/0/uses/0', 'Yodel', '/mostFavoured/0/uses/0 terms-use-type'],
    ['/mostFavoured/0/territories/0', 'RUS', '/mostFavoured/0/territories/0 terms-territory'],
    ['/mostFavoured/0/until', '2026-01-01', '/mostFavoured/0 terms-period'],
    ['/mostFavoured/0/from', '2026-02-30', '/mostFavoured/0/from terms-date'],
    ['/mostFavoured/0/reason', 'trust', '/mostFavoured/0/reason terms-unknown-field'],
  ])('%s changed to %j is one fault', (pointer, value, expected) => {
    expect(faultsOf(changedJson(richTermsJson(), pointer, value))).toEqual([expected]);
  });

  it('are at most twenty', () => {
    const many = Array.from({ length: 21 }, (_, at) => ({ ...label, id: `clause-${at}` }));
    expect(faultsOf({ ...referenceTermsJson(), mostFavoured: many })).toEqual(['/mostFavoured terms-limit']);
  });

  it('a figure that the terms do not have where the clause holds is worth a remark', () => {
    const place = (changes: object) =>
      remarksOf(
        promising(perUnit('0.002'), { ...label, compares: ['rate-per-unit', 'revenue-share'], ...changes }),
      ).map(({ pointer, code }) => `${pointer} ${code}`);
    expect(place({})).toEqual(['/mostFavoured/0/compares/1 terms-nothing-compared']);
    expect(place({ uses: ['Podcast'] })).toHaveLength(2);
    expect(place({ uses: ['OnDemandStream'], compares: ['rate-per-unit'] })).toEqual([]);
  });
});

describe('figures that can be compared', () => {
  const figures = (royalty: unknown, more: Record<string, unknown> = {}): Record<string, string> => {
    const [part] = comparables(termsPaying(royalty, more)).filter(({ grant }) => grant === 'streaming');
    return Object.fromEntries(
      Object.entries(part?.figures ?? {}).map(([figure, { least, most }]) => [
        figure,
        `${exactText(least)}..${exactText(most)}`,
      ]),
    );
  };
  const tiers = [
    { upTo: '1000', rate: '0.003', flat: '0' },
    { upTo: null, rate: '0.001', flat: '0' },
  ];
  const flags = [{ id: 'grown', unit: 'flag', per: 'agreement', definition: 'grown' }];
  const sold = [{ id: 'shop-revenue', unit: 'money', per: 'service', definition: 'revenue' }];

  it.each<[string, unknown, string | undefined]>([
    ['a rate', perUnit('0.0020'), '0.002..0.002'],
    ['a share of a price', { kind: 'perUnit', price: '0.60', share: '1/3' }, '0.2..0.2'],
    ['tiers', { kind: 'tiered', method: 'graduated', counter: 'period', tiers }, '0.001..0.003'],
    [
      'the greatest of',
      { kind: 'greaterOf', of: [perUnit('1'), { kind: 'tiered', method: 'graduated', counter: 'period', tiers }] },
      '1..1',
    ],
    ['the least of', { kind: 'lesserOf', of: [perUnit('1'), perUnit('3')] }, '1..1'],
    ['the sum', { kind: 'sum', of: [perUnit('1'), perUnit('3'), { kind: 'flat', amount: '9' }] }, '4..4'],
    ['one less another', { kind: 'less', of: perUnit('3'), deduct: [perUnit('1')] }, '2..2'],
    ['one less more than it', { kind: 'less', of: perUnit('1'), deduct: [perUnit('3')] }, '0..0'],
    ['what is bounded', { kind: 'cap', amount: '9', of: { kind: 'floor', amount: '4', of: perUnit('2') } }, '2..2'],
    ['a flat', { kind: 'flat', amount: '9' }, undefined],
  ])('%s: what a unit earns, from the least to the most', (_name, royalty, expected) => {
    expect(figures(royalty)['rate-per-unit']).toBe(expected);
  });

  it('a rate by a flag is either of its rates', () => {
    const rateByFlag = { flag: 'grown', ifTrue: '0.003', ifFalse: '0.002' };
    expect(figures({ kind: 'perUnit', rateByFlag }, { figures: flags })['rate-per-unit']).toBe('0.002..0.003');
  });

  it('packages cost nothing for free units, and a full one its price by its size', () => {
    const packages = { kind: 'tiered', method: 'package', counter: 'period', size: '1000', price: '5' };
    expect(figures({ ...packages, freeUnits: '0' })['rate-per-unit']).toBe('0.005..0.005');
    expect(figures({ ...packages, freeUnits: '10' })['rate-per-unit']).toBe('0..0.005');
  });

  it('shares of revenue, percentages of money among them, whatever the base', () => {
    const share = { kind: 'revenueShare', share: '0.25', base: 'netMusicAdvertisingRevenue', by: 'plays' };
    expect(figures(share)['revenue-share']).toBe('0.25..0.25');
    const percentage = { kind: 'percentage', rate: '0.40', measure: 'shop-revenue', adjustments: ['0.75'] };
    expect(figures(percentage, { figures: sold })['revenue-share']).toBe('0.3..0.3');
  });

  it('floors and flats by the month, and no floor is one of nothing', () => {
    const floor = { kind: 'floor', amount: '3000', of: perUnit('0.002') };
    expect(figures(floor).floor).toBe('3000..3000');
    expect(figures(floor, { reportingPeriod: 'quarter' }).floor).toBe('1000..1000');
    expect(figures({ kind: 'greaterOf', of: [perUnit('1'), { kind: 'flat', amount: '50' }] }).floor).toBe('50..50');
    expect(figures(perUnit('1')).floor).toBe('0..0');
  });

  it('the sum of the advances that depend on no option', () => {
    const advances = [
      { id: 'first', amount: '100', due: 'signature', recoupableFrom: 'all' },
      { id: 'second', amount: '50', due: 'signature', recoupableFrom: 'all' },
      { id: 'third', amount: '7', due: 'signature', recoupableFrom: 'all', option: true },
    ];
    expect(figures(perUnit('1'), { advances }).advance).toBe('150..150');
    expect(figures(perUnit('1'), { advances: [] }).advance).toBe('0..0');
  });

  it('tells apart what a royalty tells apart, services among it', () => {
    const royalty = {
      kind: 'sum',
      of: [
        { kind: 'perUnit', rate: '0.002', where: { services: [SOCIAL] } },
        { kind: 'perUnit', rate: '0.003', where: { services: [STUDIO], territories: ['RU'] } },
      ],
    };
    const parts = comparables(termsPaying(royalty)).filter(({ grant }) => grant === 'streaming');
    const rates = parts.map(({ services, territories, figures: { 'rate-per-unit': rate } }) =>
      [[...services].join(), territories.size, rate === undefined ? null : exactText(rate.most)].join(' '),
    );
    expect(rates.sort()).toEqual(
      [`${SOCIAL} 1 0.002`, `${SOCIAL} 8 0.002`, `${STUDIO} 1 0.003`, `${STUDIO} 8 `].sort(),
    );
  });

  it('takes what is narrowed beyond measure as what may hold anywhere', () => {
    const codes = ['RU', 'BY', 'KZ', 'AM', 'AZ', 'KG', 'MD', 'TJ', 'UZ'];
    const uses = ['OnDemandStream', 'UserMakeAvailableUserProvided'];
    const of = codes.flatMap((code, at) =>
      uses.flatMap((use) => [SOCIAL, STUDIO].map((service) => ({ service, use, code, rate: `0.00${at + 1}` }))),
    );
    const narrowed = of.slice(0, 32).map(({ service, use, code, rate }) => ({
      kind: 'perUnit',
      rate,
      where: { services: [service], uses: [use], territories: [code] },
    }));
    const grants = Array.from({ length: 6 }, (_, at) => ({
      id: `grant-${at}`,
      services: [SOCIAL, STUDIO],
      uses,
      models: ['AdvertisementSupportedModel'],
      territories: { include: codes },
      exclusive: false,
    }));
    const terms = referenceTerms({
      grants,
      royalties: [{ id: 'all', grants: grants.map(({ id }) => id), royalty: { kind: 'greaterOf', of: narrowed } }],
    });
    const parts = comparables(terms);
    expect(parts).toHaveLength(6);
    expect(
      parts.map(({ figures: { 'rate-per-unit': rate } }) => [exactText(rate!.least), exactText(rate!.most)]),
    ).toEqual(parts.map(() => ['0', '0.008']));
  });
});

describe('breaches of most favoured nation clauses', () => {
  const share = (of: string) => ({ kind: 'revenueShare', share: of, base: 'netMusicAdvertisingRevenue', by: 'plays' });

  it('say which clause and figure, by how much, and where', () => {
    const offered = termsPaying(perUnit('0.0015'));
    expect(mostFavouredBreaches(promising(perUnit('0.0020')), offered, 'label')).toEqual([
      {
        clause: 'no-better-platform',
        number: '24.1',
        figure: 'rate-per-unit',
        end: 'least',
        promised: '0.002',
        offered: '0.0015',
        difference: '0.0005',
        currency: 'USD',
        uses: ['OnDemandStream', 'UserMakeAvailableUserProvided'],
        models: ['AdvertisementSupportedModel'],
        territories: ['AM', 'AZ', 'BY', 'KG', 'KZ', 'MD', 'RU', 'TJ', 'UZ'],
      },
    ]);
  });

  it('a label is bound from below, a platform from above, and each only by its own clauses', () => {
    const [low, high] = [termsPaying(share('0.20')), termsPaying(share('0.30'))];
    expect(told(promising(share('0.25')), low)).toEqual(['revenue-share least 0.25 > 0.2']);
    expect(told(promising(share('0.25')), high)).toEqual([]);
    expect(told(promising(share('0.25'), platform), high, 'platform')).toEqual(['revenue-share least 0.25 > 0.3']);
    expect(told(promising(share('0.25'), platform), low, 'platform')).toEqual([]);
    expect(told(promising(share('0.25'), platform), low, 'label')).toEqual([]);
  });

  it('a missing floor or advance is one of nothing, a missing rate is not compared', () => {
    const floor = { kind: 'floor', amount: '4000', of: perUnit('0.002') };
    const offered = termsPaying({ kind: 'sum', of: [share('0.25')] }, { advances: [] });
    expect(told(promising(floor), offered)).toEqual(['advance least 12000 > 0', 'floor least 4000 > 0']);
  });

  it('money of another currency is not compared, shares are', () => {
    const offered = termsPaying({ kind: 'sum', of: [share('0.1'), perUnit('0.00001')] }, { currency: 'EUR' });
    expect(told(promising({ kind: 'sum', of: [share('0.2'), perUnit('0.002')] }), offered)).toEqual([
      'revenue-share least 0.2 > 0.1',
    ]);
  });

  it('a use covers those under it, in the clause and in what is offered', () => {
    const json = JSON.parse(
      JSON.stringify(termsPaying(perUnit('0.001'))).replaceAll('"OnDemandStream"', '"Stream"'),
    ) as object;
    const clause = { ...label, compares: ['rate-per-unit'], uses: ['Stream'] };
    const [breach] = mostFavouredBreaches(promising(perUnit('0.002'), clause), termsOf(json), 'label');
    expect(breach?.uses).toEqual(['OnDemandStream']);
  });

  it('only steps of an escalation that the clause and the offer can both meet count', () => {
    const escalation = {
      kind: 'escalation',
      trigger: 'usageDate',
      steps: [
        { from: null, until: '2027-01-01', of: perUnit('0.001') },
        { from: '2027-01-01', until: null, of: perUnit('0.003') },
      ],
    };
    const clause = { ...label, compares: ['rate-per-unit'] };
    expect(told(promising(perUnit('0.002'), clause), termsPaying(escalation))).toEqual([
      'rate-per-unit least 0.002 > 0.001',
    ]);
    expect(told(promising(perUnit('0.002'), { ...clause, from: '2027-01-01' }), termsPaying(escalation))).toEqual([]);
  });

  it('only what is better is told, at the end where it is', () => {
    const tiers = (first: string, second: string) => ({
      kind: 'tiered',
      method: 'graduated',
      counter: 'period',
      tiers: [
        { upTo: '1000', rate: first, flat: '0' },
        { upTo: null, rate: second, flat: '0' },
      ],
    });
    expect(told(promising(tiers('3', '1')), termsPaying(tiers('2', '1')))).toEqual(['rate-per-unit most 3 > 2']);
    expect(told(promising(tiers('3', '1')), termsPaying(tiers('0.5', '4')))).toEqual(['rate-per-unit least 1 > 0.5']);
  });
});

describe('laws of most favoured nations', () => {
  const rate = fc.integer({ min: 1, max: 9999 }).map((number) => `0.${String(number).padStart(5, '0')}`);
  const leaf: fc.Arbitrary<Royalty> = fc.oneof(
    rate.map((of): Royalty => ({ kind: 'perUnit', rate: of })),
    rate.map((of): Royalty => ({ kind: 'revenueShare', share: of, base: 'netMusicAdvertisingRevenue', by: 'plays' })),
    rate.map((of): Royalty => ({ kind: 'perUnit', rate: of, where: { territories: ['RU'] } })),
    rate.map((of): Royalty => ({ kind: 'perUnit', rate: of, where: { uses: ['OnDemandStream'], services: [SOCIAL] } })),
    fc.integer({ min: 0, max: 999 }).map((amount): Royalty => ({ kind: 'flat', amount: String(amount) })),
  );
  const { royalty } = fc.letrec<{ royalty: Royalty }>((tie) => ({
    royalty: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc.record({
        kind: fc.constantFrom<'greaterOf' | 'lesserOf' | 'sum'>('greaterOf', 'lesserOf', 'sum'),
        of: fc.array(tie('royalty'), { minLength: 1, maxLength: 3 }),
      }),
      fc.record({
        kind: fc.constantFrom<'floor' | 'cap'>('floor', 'cap'),
        amount: fc.constant('77'),
        of: tie('royalty'),
      }),
      fc.record({
        kind: fc.constant('less' as const),
        of: tie('royalty'),
        deduct: fc.array(leaf, { minLength: 1, maxLength: 2 }),
      }),
    ),
  }));
  const clause = fc.constantFrom(label, platform);

  it('the same terms break no promise', () => {
    fc.assert(
      fc.property(royalty, clause, (of, promise) => {
        const terms = promising(of, promise);
        expect(mostFavouredBreaches(terms, terms, promise.bound)).toEqual([]);
      }),
    );
  });

  it('an offer that is better in a compared figure breaks it, and says by exactly how much', () => {
    const better = fc.tuple(rate, rate).filter(([a, b]) => a !== b);
    fc.assert(
      fc.property(better, clause, royalty, ([a, b], promise, other) => {
        const [low, high] = [a, b].sort() as [string, string];
        const [kept, offered] = promise.bound === 'label' ? [high, low] : [low, high];
        // Beside whatever else is paid alike.
        const paying = (of: string): Royalty => ({ kind: 'sum', of: [perUnit(of), other] });
        const found = mostFavouredBreaches(
          promising(paying(kept), promise),
          termsPaying(paying(offered)),
          promise.bound,
        );
        const unit = found.filter(({ figure }) => figure === 'rate-per-unit');
        expect(unit.length).toBeGreaterThan(0);
        const gap = BigInt(high.slice(2)) - BigInt(low.slice(2));
        for (const { difference } of unit) expect(difference).toBe(exactText(ratio(gap, 100_000n)));
      }),
    );
  });

  it('what has no use, no territory or no day in common with the promise does not break it', () => {
    const elsewhere = fc.constantFrom<object>(
      { uses: ['Podcast'] },
      { territories: ['US', 'CA'] },
      { from: '2028-01-01', until: '2030-01-01' },
      { from: '2024-01-01', until: '2026-01-01' },
    );
    fc.assert(
      fc.property(royalty, royalty, clause, elsewhere, (of, other, promise, changes) => {
        const terms = promising(of, { ...promise, ...changes });
        expect(mostFavouredBreaches(terms, termsPaying(other), promise.bound)).toEqual([]);
      }),
    );
  });
});
