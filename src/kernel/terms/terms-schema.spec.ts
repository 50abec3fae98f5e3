import { Ajv2020 } from 'ajv/dist/2020';
import fc from 'fast-check';
import { changedJson, pointersOf, valueAt } from '../testing/changed';
import { referenceTermsJson, termsOf } from '../testing/reference-terms';
import { richTermsJson } from '../testing/rich-terms';
import { canonicalTerms, readTerms, termsSchema, type JsonSchema, type Royalty, type RoyaltyKind } from '.';

const ajv = new Ajv2020({ strict: true, allErrors: false });
const accepts = ajv.compile(termsSchema);
const reads = (json: unknown): boolean => 'terms' in readTerms(json);

const rich = richTermsJson();
const canonicalRich: unknown = JSON.parse(canonicalTerms(termsOf(rich)));
const changed = (pointer: string, value: unknown): unknown => changedJson(rich, pointer, value);

/** Pointers of the objects in the rich terms, the document itself first. */
const OBJECTS = ['', ...pointersOf(rich)].filter((pointer) => {
  const value = valueAt(rich, pointer);
  return typeof value === 'object' && value !== null && !Array.isArray(value);
});

const FLAT: Royalty = { kind: 'flat', amount: '1' };
const SELECTION = {
  services: ['00000000-0000-4000-8000-0000000000c1'],
  uses: ['OnDemandStream'],
  models: ['SubscriptionModel'],
  territories: ['RU'],
} as const;

/** Every way to write every kind. */
const ROYALTIES: Readonly<Record<RoyaltyKind, readonly Royalty[]>> = {
  perUnit: [
    { kind: 'perUnit', name: 'streams', measure: 'units', where: SELECTION, rate: '0.0020' },
    { kind: 'perUnit', price: '0.60', share: '1.00' },
    { kind: 'perUnit', rateByFlag: { flag: 'growth-target-met', ifTrue: '0.002', ifFalse: '0.003' } },
  ],
  tiered: [
    {
      kind: 'tiered',
      counter: 'term',
      method: 'graduated',
      tiers: [
        { upTo: '1000', rate: '0.01', flat: '0' },
        { upTo: null, rate: '0.005', flat: '10' },
      ],
    },
    {
      kind: 'tiered',
      counter: 'period',
      method: 'volume',
      tiers: [{ upTo: null, rate: '1', flat: '0' }],
      flatAtZero: true,
    },
    { kind: 'tiered', counter: 'period', method: 'package', freeUnits: '100', size: '1000', price: '5' },
  ],
  perSubscriber: [
    { kind: 'perSubscriber', rate: '0.5', subscribers: 'subscribers' },
    { kind: 'perSubscriber', rate: '0.5', subscribers: 'subscribers', by: 'plays' },
  ],
  revenueShare: [
    { kind: 'revenueShare', share: '0.25', base: 'netMusicAdvertisingRevenue', by: 'plays' },
    {
      kind: 'revenueShare',
      share: '0.25',
      base: 'gross-revenue',
      where: SELECTION,
      deductions: [
        { name: 'agency', kind: 'percent', rate: '0.15', of: 'original', cap: '100' },
        { name: 'delivery', kind: 'fixed', amount: '10' },
      ],
      by: { part: 'units', whole: 'allPlays', ifWholeIsZero: '0' },
    },
    { kind: 'revenueShare', share: '0.25', base: 'gross-revenue', by: { figure: 'music-share' } },
  ],
  percentage: [
    { kind: 'percentage', rate: '0.3' },
    {
      kind: 'percentage',
      rate: '0.3',
      measure: 'sales',
      adjustments: ['0.75', '2/3'],
      fixedPerSale: '0.02',
      free: { sales: '3', amount: '10' },
    },
  ],
  flat: [FLAT, { kind: 'flat', amount: '1', spread: 'recordings' }],
  greaterOf: [{ kind: 'greaterOf', name: 'the better', of: [FLAT, FLAT] }],
  lesserOf: [{ kind: 'lesserOf', of: [FLAT] }],
  sum: [{ kind: 'sum', of: [FLAT, { kind: 'floor', amount: '1', of: FLAT }] }],
  floor: [{ kind: 'floor', amount: '4000', of: FLAT }],
  cap: [{ kind: 'cap', name: 'ceiling', amount: '4000', of: FLAT }],
  less: [{ kind: 'less', of: FLAT, deduct: [FLAT], notBelow: '0' }],
  usageShare: [{ kind: 'usageShare', by: { figure: 'music-share' }, of: FLAT }],
  prorated: [{ kind: 'prorated', active: { from: '2026-01-15', until: null }, of: FLAT }],
  escalation: [
    {
      kind: 'escalation',
      trigger: 'usageDate',
      steps: [
        { from: null, until: '2027-01-01', of: FLAT },
        { from: '2027-01-01', until: null, of: { kind: 'perUnit', rate: '1' } },
      ],
    },
  ],
};

describe('the published schema of terms', () => {
  it('accepts what a party writes, and the canonical form of it', () => {
    const short = { ...referenceTermsJson(), timeZone: 'UTC' };
    for (const json of [referenceTermsJson(), rich, canonicalRich, short]) {
      accepts(json);
      expect(accepts.errors ?? []).toEqual([]);
    }
  });

  it.each(Object.entries(ROYALTIES).flatMap(([kind, examples]) => examples.map((royalty) => [kind, royalty] as const)))(
    'accepts a %s: %j, and with no member more or less',
    (_kind, royalty) => {
      const place = '/royalties/0/royalty';
      expect(accepts(changed(place, royalty))).toBe(true);
      expect(accepts(changed(place, { ...royalty, surprise: '1' }))).toBe(false);
      expect(accepts(changed(place, { ...royalty, kind: 'lottery' }))).toBe(false);
      expect(accepts(changed(place, { kind: royalty.kind }))).toBe(false);
    },
  );

  it('a royalty may stand in a royalty many times over', () => {
    let royalty: unknown = FLAT;
    for (let level = 1; level < 64; level++) royalty = { kind: 'sum', of: [royalty] };
    expect(accepts(changed('/royalties/0/royalty', royalty))).toBe(true);
  });

  it.each([
    ['/schema', 'accordo-terms/2'],
    ['/rules', undefined],
    ['/parties/label/id', 'label'],
    ['/parties/label/name', '  '],
    ['/services', []],
    ['/repertoire/kind', 'all'],
    ['/repertoire/isrcs/0', 'USBENCH0100001'],
    ['/grants/0/id', 'Streaming!'],
    ['/grants/0/uses/0', 'Yodel'],
    ['/grants/0/uses/0', 'Unknown'],
    ['/grants/0/models/0', 'Barter'],
    ['/grants/0/territories', {}],
    ['/grants/0/territories', { include: ['RU'], worldwideExcept: [] }],
    ['/grants/0/territories/include/0', 'RUS'],
    ['/grants/0/exclusive', 'no'],
    ['/term/from', '2026-13-01'],
    ['/timeZone', '+03:00'],
    ['/reportingPeriod', 'fortnight'],
    ['/currency', 'XAU'],
    ['/royalties/0/royalty/kind', 'lottery'],
    ['/royalties/0/royalty/amount', 4000],
    ['/royalties/0/royalty/amount', '4e3'],
    ['/royalties/0/royalty/of', undefined],
    ['/royalties/1/royalty/of/0/share', '1.01'],
    ['/royalties/1/royalty/of/0/rate', '1'],
    ['/royalties/1/royalty/of', []],
    ['/figures', []],
    ['/figures/0/unit', 'litre'],
    ['/guarantees/0/per', undefined],
    ['/guarantees/0/crossed', true],
    ['/guarantees/0/clauses', []],
    ['/guarantees/1/intervals/0/instalments/0/on', 'soon'],
    ['/minimumFees/0/years/0/dueOn', undefined],
    ['/inKindCredits/0/carryOver', 'yes'],
    ['/advances/1/due', 'delivery'],
    ['/advances/1/due', []],
    ['/advances/1/recoupableFrom', 'streaming'],
    ['/advances/1/option', false],
    ['/recoupment/pooledWith/0', 'the other'],
    ['/recoupment/negative', 'paid-back'],
    ['/reserves/0/release/0/afterPeriods', 0],
    ['/reserves/0/release/0/afterPeriods', '1'],
    ['/reserves/0/rate', '1.0001'],
    ['/breakage/allocateBy', 'goodwill'],
    ['/splits/0/shares/0/payee', ''],
    ['/taxes/vat', 'forgotten'],
    ['/exchange/payIn', 'roubles'],
    ['/audit/fullYearsBack', 21],
    ['/audit/costShift/comparison', 'near'],
    ['/texts/prevailing', 'de'],
    ['/texts/precedence', undefined],
    ['/conditions', []],
    ['/conditions/0/kind', 'board-consents'],
    ['/conditions/0/advance', undefined],
    ['/conditions/1/advance', 'signing'],
    ['/conditions/1/withinDays', 3651],
    ['/renewal/months', 0],
    ['/renewal/times', 101],
    ['/renewal/times', undefined],
    ['/renewal/noticeDays', '90'],
    ['/termination', {}],
    ['/termination/notice/by', 'both'],
    ['/termination/breach/suspension', 'soon'],
    ['/termination/sellOff/grants', []],
    ['/termination/withdrawal', {}],
    ['/termination/withdrawal', { days: 30, shareMax: '10 %' }],
    ['/settlement/effect', 'never'],
    ['/mostFavoured', []],
    ['/mostFavoured/0/bound', 'operator'],
    ['/mostFavoured/0/against', 'other-labels'],
    ['/mostFavoured/0/compares', []],
    ['/mostFavoured/0/compares/0', 'goodwill'],
    ['/mostFavoured/0/uses', []],
    ['/mostFavoured/1/from', undefined],
    ['/rounding/decimals', 10],
    ['/rounding/apply', 'posting'],
    ['/usage/report/profile', 'a profile'],
    ['/usage/sourceOfRecord', []],
    ['/payment/dueDays', 1.5],
    ['/payment/lateInterest/dayCount', '30/360'],
    ['/rightsScope/licensed', 'everything'],
  ])('%s changed to %j is refused by the schema and by the reader', (pointer, value) => {
    expect([accepts(changed(pointer, value)), reads(changed(pointer, value))]).toEqual([false, false]);
  });

  it('whatever it refuses, the reader refuses', () => {
    const leaf = fc.constantFrom<unknown>(null, [], {}, [[]], [{}], '', '1', '01.0', '1.5', 0, 1, 1.5, -1, true, false);
    const words = fc.constantFrom('all', 'signature', 'month', 'downloads', 'RUB', 'ru', '2026-02-30', 'line', 'units');
    // Values from elsewhere in the same terms are nearly right.
    const elsewhere = fc.constantFrom(...pointersOf(rich)).map((pointer) => valueAt(rich, pointer));
    const value = fc.oneof(leaf, words, elsewhere, fc.constant(undefined), fc.jsonValue({ maxDepth: 2 }));
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...pointersOf(rich)), value, (pointer, anything) => {
        const json = changed(pointer, anything);
        if (accepts(json)) return;
        refused++;
        expect(reads(json)).toBe(false);
      }),
      { numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(500);
  });
});

describe('the schema and the reader know the same members', () => {
  it.each(OBJECTS)('neither has room for a surprise in %j', (pointer) => {
    const json = changed(`${pointer}/surprise`, 1);
    expect([accepts(json), reads(json)]).toEqual([false, false]);
  });

  it('a member that the schema can do without, the reader can do without, and the other way round', () => {
    const differing = pointersOf(rich).filter((pointer) => {
      if (Array.isArray(valueAt(rich, pointer.slice(0, pointer.lastIndexOf('/'))))) return false;
      const without = changed(pointer, undefined);
      return accepts(without) !== reads(without);
    });
    // Two places at once: a condition waits for the fee of the settlement, sales are those of named royalties, and the minimum fee counts a
    // figure of the list.
    expect(differing).toEqual(['/settlement', '/figures', '/reserves/0/clauses']);
  });

  it('every member in the schema is one that the rich terms have, so that the reader is known to read it', () => {
    const seen = new Set<string>();
    for (const pointer of OBJECTS) {
      for (const name of Object.keys(Object(valueAt(rich, pointer)))) seen.add(`${nameless(pointer)}/${name}`);
    }
    expect(membersOf(termsSchema).filter((path) => !seen.has(path))).toEqual([]);
  });
});

/** A pointer without the numbers in it: where something stands in any list. */
function nameless(pointer: string): string {
  return pointer.replace(/\/\d+/g, '/*');
}

/** The paths of all members that the schema names, lists as `*`. Royalties are recursive and are not followed. */
function membersOf(schema: JsonSchema, path = ''): string[] {
  const { properties = {}, items, oneOf = [] } = schema as SchemaNode;
  return [
    ...Object.entries(properties).flatMap(([name, member]) => [
      `${path}/${name}`,
      ...membersOf(member, `${path}/${name}`),
    ]),
    ...(items ? membersOf(items, `${path}/*`) : []),
    ...oneOf.flatMap((branch) => membersOf(branch, path)),
  ];
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
}
