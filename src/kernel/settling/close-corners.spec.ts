import { monthPeriod, periodOf, reportingPeriodNamed } from '../calendar';
import { moneyText } from '../money';
import { ratePeriod, RatingRefused, restateClauses, spreadOverRecordings, type UsageSum } from '../rating';
import { readTerms, type Terms } from '../terms';
import { contextOf, downloads, ISRCS, plays, referenceTerms, referenceTermsJson } from '../testing/reference-terms';
import { closePeriod, heldSalesBetween, openingCarried, simulate, type ClosedPeriod, type CloseFacts } from '.';

const [ONE, TWO] = ISRCS;
const CENT_A_PLAY = { id: 'streaming', grants: ['streaming'], royalty: { kind: 'perUnit', rate: '0.01' } };
const DOWNLOADS = { id: 'downloads', grants: ['downloads'], royalty: { kind: 'perUnit', rate: '0.36' } };

const termsWith = (changes: Record<string, unknown>): Terms =>
  referenceTerms({ royalties: [CENT_A_PLAY, DOWNLOADS], advances: [], settlement: undefined, ...changes });

/** What was sold for money, at a price of its own. */
const sold = (sales: string, more: Partial<UsageSum> = {}): UsageSum => ({ ...downloads(ONE, 0n), sales, ...more });
const worth = (dollars: bigint): UsageSum[] => [plays(ONE, dollars * 100n)];

interface Month {
  readonly usage: Iterable<UsageSum>;
  readonly facts?: CloseFacts;
  readonly figures?: Readonly<Record<string, string>>;
}

function close(terms: Terms, months: readonly Month[], first = 1): ClosedPeriod[] {
  return simulate(terms, {
    periods: months.map(({ usage, facts, figures }, place) => ({
      period: `2026-${String(place + first).padStart(2, '0')}`,
      usage,
      context: { ...contextOf(0n, '0'), ...(figures ? { figures } : {}) },
      ...(facts ? { facts } : {}),
    })),
  });
}

const payable = (periods: readonly ClosedPeriod[]) =>
  periods.map(({ settled }) => moneyText({ minor: settled.payable, currency: 'USD' }));

function refusal(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof RatingRefused) return error.faults.map(({ pointer, code }) => `${pointer} ${code}`);
    throw error;
  }
  return [];
}

describe('a term that begins within a reporting period', () => {
  const term = { from: '2026-01-15', until: '2027-01-15' };

  it('has the royalties of its first period in the guarantee that begins with it', () => {
    const guarantees = [
      {
        id: 'first',
        per: 'interval',
        crossed: false,
        topUpRecoups: true,
        intervals: [{ from: '2026-01-15', until: '2026-03-01', amount: '100.00' }],
      },
    ];
    const months = close(termsWith({ term, guarantees }), [{ usage: worth(90n) }, { usage: worth(20n) }]);
    expect(payable(months)).toEqual(['90.00', '20.00']);
  });

  it('shares out its first period by the split that begins with it', () => {
    const splits = [{ from: '2026-01-15', until: '2027-01-15', shares: [{ payee: 'artist', share: '1' }] }];
    const [first] = close(termsWith({ term, splits }), [{ usage: worth(1n) }]);
    expect(first?.settled.payment?.shares).toMatchObject([{ payee: 'artist', minor: 100n }]);
  });

  it('has a minimum fee whose year began before it', () => {
    const figures = [{ id: 'channels', unit: 'count', per: 'agreement', definition: 'channels' }];
    const years = [{ from: '2025-12-01', until: '2026-12-01', dueOn: '2026-01-31' }];
    const minimumFees = [{ id: 'fee', figure: 'channels', rate: '100.00', years }];
    const months = close(termsWith({ term, figures, minimumFees }), [
      { usage: worth(90n), figures: { channels: '1' } },
      { usage: worth(20n) },
    ]);
    expect(payable(months)).toEqual(['0.00', '10.00']);
  });
});

describe('a term that was ended before its time, within a reporting period', () => {
  const money = {
    advances: [
      { id: 'start', amount: '10.00', due: 'signature', recoupableFrom: 'all' },
      { id: 'later', amount: '50.00', due: [{ on: '2026-11-01', amount: '50.00' }], recoupableFrom: 'all' },
    ],
    figures: [{ id: 'channels', unit: 'count', per: 'agreement', definition: 'channels' }],
    minimumFees: [
      {
        ...{ id: 'fee', figure: 'channels', rate: '20.00' },
        years: [{ from: '2026-07-01', until: '2027-07-01', dueOn: '2026-07-01' }],
      },
    ],
    guarantees: [
      {
        ...{ id: 'least', per: 'interval', crossed: false, topUpRecoups: false },
        intervals: [{ from: '2026-01-01', until: '2026-12-01', amount: '500.00' }],
      },
    ],
    inKindCredits: [
      {
        ...{ id: 'spots', kind: 'spots', carryOver: true },
        intervals: [{ from: '2026-06-01', until: '2027-01-01', amount: '70.00' }],
      },
    ],
  };

  it('has in no close what was to come after its last month, however long its periods are', () => {
    const closes = (reportingPeriod: string, periods: readonly (readonly [period: string, dollars: bigint])[]) => {
      const terms = { ...termsWith({ ...money, reportingPeriod }), term: periodOf('2026-01-01', '2026-02-10') };
      return simulate(terms, {
        periods: periods.map(([period, dollars]) => ({
          ...{ period, usage: worth(dollars), context: { ...contextOf(0n, '0'), figures: { channels: '3' } } },
          facts: { creditsRequested: { spots: 100n } },
        })),
      });
    };
    const byYear = closes('year', [['2026', 100n]]);
    const byMonth = closes('month', [
      ['2026-01', 60n],
      ['2026-02', 40n],
    ]);
    expect([payable(byYear), payable(byMonth)]).toEqual([['90.00'], ['50.00', '40.00']]);
    const left = ({ settled }: ClosedPeriod) => {
      const { recoupment, fees, credits } = settled.carried.clauses!;
      return { added: recoupment.advances.map(({ advance, added }) => `${advance} ${added}`), fees, credits };
    };
    expect(left(byYear[0]!)).toEqual(left(byMonth[1]!));
  });
});

describe('a guarantee for each period that is due in full', () => {
  it('holds for no period outside its days', () => {
    const active = { from: '2026-02-10', until: '2026-03-01' };
    const guarantees = [{ id: 'monthly', per: 'period', amount: '50.00', prorated: false, topUpRecoups: true, active }];
    const months = close(termsWith({ guarantees }), [{ usage: [] }, { usage: [] }, { usage: [] }]);
    expect(payable(months)).toEqual(['0.00', '50.00', '0.00']);
  });
});

describe('the count of a minimum fee', () => {
  const years = [{ from: '2026-01-01', until: '2027-01-01', dueOn: '2026-01-31' }];
  const termsBy = (per: 'agreement' | 'service', figure = 'channels') =>
    termsWith({
      figures: [{ id: 'channels', unit: 'count', per, definition: 'channels' }],
      minimumFees: [{ id: 'fee', figure, rate: '1.00', years }],
    });
  const feeOf = (terms: Terms, context: Parameters<typeof closePeriod>[0]['context']) =>
    closePeriod({
      terms,
      period: monthPeriod('2026-01'),
      usage: worth(100n),
      context,
      carried: openingCarried(terms),
    }).settled.carried.clauses?.fees;
  const services = contextOf(0n, '0').services;

  it('is not below zero', () => {
    const context = { services, figures: { channels: '-3' } };
    expect(refusal(() => feeOf(termsBy('agreement'), context))).toEqual(['/context/figures/channels context-figure']);
  });

  it('is of the services of these terms, each once', () => {
    const counted = services.map((one) => ({ ...one, figures: { channels: '2' } }));
    const foreign = { service: '00000000-0000-4000-8000-0000000000ff', figures: { channels: '50' } };
    const context = { services: [...counted, foreign], figures: { channels: '90' } };
    expect(feeOf(termsBy('service'), context)).toEqual({ 'fee 2026-01-01': '400' });
    expect(refusal(() => feeOf(termsBy('service'), { services: [...counted, ...counted] }))).toEqual([
      '/context/services/2 context-duplicate',
    ]);
  });

  it('may be a figure that every report carries', () => {
    const { services: reported } = contextOf(7n, '0');
    expect(feeOf(termsBy('agreement', 'allPlays'), { services: reported })).toEqual({ 'fee 2026-01-01': '700' });
  });
});

describe('a minimum fee and a guarantee of one name', () => {
  it('are refused, for their balances would be one', () => {
    const json = {
      ...referenceTermsJson(),
      figures: [{ id: 'channels', unit: 'count', per: 'agreement', definition: 'channels' }],
      minimumFees: [
        {
          id: 'annual',
          figure: 'channels',
          rate: '1.00',
          years: [{ from: '2026-01-01', until: '2027-01-01', dueOn: '2026-01-31' }],
        },
      ],
      guarantees: [{ id: 'annual', per: 'period', amount: '1.00', prorated: false, topUpRecoups: true }],
    };
    const reading = readTerms(json);
    expect('faults' in reading && reading.faults.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual([
      '/minimumFees/0/id terms-duplicate',
    ]);
  });
});

describe('ids that every JavaScript object has', () => {
  it.each([
    [{ royalties: [{ ...CENT_A_PLAY, id: 'constructor' }, DOWNLOADS] }, '/royalties/0/id'],
    [{ figures: [{ id: 'toString', unit: 'count', per: 'service', definition: 'x' }] }, '/figures/0/id'],
  ])('are reserved: %j', (changes, pointer) => {
    const reading = readTerms({ ...referenceTermsJson(), ...changes });
    expect('faults' in reading && reading.faults.map((fault) => `${fault.pointer} ${fault.code}`)).toEqual([
      `${pointer} terms-reserved-id`,
    ]);
  });
});

describe('facts', () => {
  const terms = termsWith({
    inKindCredits: [
      {
        id: 'ads',
        kind: 'space',
        carryOver: true,
        intervals: [{ from: '2026-01-01', until: '2027-01-01', amount: '5.00' }],
      },
    ],
    taxes: { withholding: 'deducted', vat: 'added' },
    exchange: { payIn: 'EUR', source: 'ecb', rateOf: 'payment' },
  });
  const of = (facts: CloseFacts) => refusal(() => close(terms, [{ usage: worth(1n), facts }]));
  const source = 'law';

  it('are refused when they could not be', () => {
    expect(of({ creditsRequested: { ads: -1n } })).toEqual(['/facts/creditsRequested/ads facts-negative']);
    expect(of({ taxes: { withholding: { rate: '1', source } } })).toEqual(['/facts/taxes/withholding/rate facts-rate']);
    expect(of({ taxes: { vat: { rate: 'much', source } } })).toEqual(['/facts/taxes/vat/rate facts-rate']);
    expect(of({ exchange: { rate: '0', source, on: '2026-01-31' } })).toEqual(['/facts/exchange/rate facts-rate']);
    expect(of({ exchange: { rate: '1/3', source, on: '2026-01-31' } })).toEqual([]);
  });

  it('need not name an option again that was exercised before', () => {
    const advances = [{ id: 'more', amount: '10.00', due: 'signature', recoupableFrom: 'all', option: true }];
    const months = close(termsWith({ advances }), [
      { usage: worth(4n), facts: { exercised: ['more'] } },
      { usage: worth(9n) },
    ]);
    expect(payable(months)).toEqual(['0.00', '3.00']);
  });
});

describe('what waits for the minimum payout', () => {
  it('meets a result below zero before it is paid', () => {
    const terms = termsWith({
      term: { from: '2026-01-01', until: '2026-03-01' },
      payment: { dueDays: 30, minimumPayout: '100.00' },
    });
    const back = downloads(ONE, 0n, 100n);
    const months = close(terms, [{ usage: worth(60n) }, { usage: [back] }]);
    expect(payable(months)).toEqual(['0.00', '24.00']);
    expect(months[1]?.settled.carriedForward).toBe(0n);
  });
});

describe('reserves on sales', () => {
  const release = [{ afterPeriods: 1, share: '1' }];
  const reserves = [{ id: 'returns', clauses: ['downloads'], rate: '0.20', basis: 'sales', release }];
  const tiers = [
    { upTo: '1000', rate: '0.10', flat: '0' },
    { upTo: null, rate: '0.20', flat: '0' },
  ];
  const byTiers = (counter: 'period' | 'term') =>
    termsWith({
      reserves,
      royalties: [
        CENT_A_PLAY,
        {
          id: 'downloads',
          grants: ['downloads'],
          royalty: { kind: 'tiered', method: 'graduated', measure: 'sales', counter, tiers },
        },
      ],
    });

  it('leave recordings that sum to their clause where sales come one by one', () => {
    const usage = [sold('600', { sale: 'a' }), sold('400', { sale: 'b', isrc: TWO })];
    const [first] = close(byTiers('period'), [{ usage }]);
    if (!first) throw new Error('nothing closed');
    expect(first.rated.totalExact).toBe('80');
    expect(spreadOverRecordings(first.rated)).toEqual([4800n, 3200n]);
  });

  it('are released with the last period, which holds nothing: what was sold is paid for in the end', () => {
    const late = [{ ...reserves[0], release: [{ afterPeriods: 6, share: '1' }] }];
    const royalty = { kind: 'percentage', rate: '0.10' };
    const terms = termsWith({
      reserves: late,
      term: { from: '2026-01-01', until: '2026-03-01' },
      royalties: [CENT_A_PLAY, { id: 'downloads', grants: ['downloads'], royalty }],
    });
    const months = close(terms, [{ usage: [sold('100')] }, { usage: [sold('50')] }]);
    expect(payable(months)).toEqual(['8.00', '7.00']);
  });

  it('held what the balances before and after a close say: with it a month is rated as it was closed', () => {
    const usage = [sold('600'), sold('400', { isrc: TWO })];
    const terms = byTiers('period');
    const [first, second] = close(terms, [{ usage }, { usage }]);
    if (!first || !second) throw new Error('nothing closed');
    const heldSales = heldSalesBetween(terms, { before: first.settled.carried, after: second.settled.carried });
    expect(heldSales).toEqual({ downloads: '0' });
    const held = heldSalesBetween(terms, { before: openingCarried(terms), after: first.settled.carried });
    expect(held).toEqual({ downloads: '-200' });
    const rated = ratePeriod({
      terms,
      period: monthPeriod('2026-01'),
      usage,
      context: { services: [] },
      heldSales: held,
    });
    expect(rated.totalExact).toBe(first.rated.totalExact);
  });

  it('hold nothing of sales that a counter of the term counts', () => {
    const months = close(byTiers('term'), [{ usage: [sold('1000')] }, { usage: [] }]);
    expect(payable(months)).toEqual(['100.00', '0.00']);
  });
});

describe('reserves on royalties', () => {
  const release = [{ afterPeriods: 1, share: '1' }];
  const reserves = [{ id: 'returns', clauses: ['downloads'], rate: '0.50', basis: 'royalties', release }];
  const paying = (royalty: unknown) =>
    termsWith({ reserves, royalties: [CENT_A_PLAY, { id: 'downloads', grants: ['downloads'], royalty }] });

  it('hold of sales that come without a count of units', () => {
    const months = close(paying({ kind: 'percentage', rate: '0.10' }), [{ usage: [sold('100')] }, { usage: [] }]);
    expect(payable(months)).toEqual(['5.00', '5.00']);
  });

  it('are released as a whole with the last period, which holds nothing: none comes after it', () => {
    const late = [{ id: 'returns', rate: '0.50', basis: 'royalties', release: [{ afterPeriods: 6, share: '1' }] }];
    const terms = termsWith({ reserves: late, term: { from: '2026-01-01', until: '2026-03-01' } });
    expect(payable(close(terms, [{ usage: worth(100n) }, { usage: worth(10n) }]))).toEqual(['50.00', '60.00']);
  });

  it('hold of units that all came back, whatever part of the recording is the label’s', () => {
    const rows = (controlledShare?: string) => [
      { ...downloads(ONE, 10n, 10n), ...(controlledShare === undefined ? {} : { controlledShare }) },
      downloads(TWO, 20n),
    ];
    const months = (controlledShare?: string) =>
      payable(close(paying({ kind: 'perUnit', rate: '1' }), [{ usage: rows(controlledShare) }]));
    expect(months()).toEqual(['5.00']);
    expect(months('1')).toEqual(['5.00']);
    expect(months('0.5')).toEqual(['7.50']);
  });
});

describe('a restatement where each line is rounded', () => {
  it('books what only the rounding of lines changed', () => {
    const terms = termsWith({
      royalties: [{ ...CENT_A_PLAY, royalty: { kind: 'perUnit', rate: '0.005' } }, DOWNLOADS],
      rounding: { mode: 'half-up', decimals: 2, apply: 'line', spread: 'largest-remainder' },
    });
    const rate = (usage: UsageSum[]) =>
      ratePeriod({ terms, period: reportingPeriodNamed('2026-01'), usage, context: contextOf(0n, '0') });
    const restated = restateClauses(rate([plays(ONE, 1n), plays(TWO, 1n)]), rate([plays(ONE, 2n)]));
    expect(restated.delta.minor).toBe(-1n);
    expect(restated.clauses).toEqual([{ clause: 'streaming', exact: '0', amount: '-0.01' }]);
  });
});

describe('a simulation', () => {
  it('counts usage that can be read only once in later periods, too', () => {
    const tiers = [
      { upTo: '100', rate: '0.01', flat: '0' },
      { upTo: null, rate: '0.02', flat: '0' },
    ];
    const royalty = { kind: 'tiered', method: 'graduated', counter: 'term', tiers };
    const terms = termsWith({ royalties: [{ ...CENT_A_PLAY, royalty }, DOWNLOADS] });
    const once = () => [plays(ONE, 100n)].values();
    expect(payable(close(terms, [{ usage: once() }, { usage: once() }]))).toEqual(['1.00', '2.00']);
  });
});

describe('a pool', () => {
  const other = '00000000-0000-4000-8000-0000000000e1';
  const recoupment = { negative: 'carried-forward', expenses: 'none', pooledWith: [other] };
  const terms = termsWith({
    recoupment,
    advances: [{ id: 'advance', amount: '50.00', due: 'signature', recoupableFrom: ['downloads'] }],
  });
  const withOther = (opening: bigint, earned: bigint) =>
    close(terms, [{ usage: worth(30n), facts: { pool: [{ account: other, opening, earned }] } }]);

  it('does not pay out royalties of others for an advance that named clauses alone recoup', () => {
    expect(payable(withOther(0n, 4000n))).toEqual(['30.00']);
  });

  it('has what no advance of this agreement could take', () => {
    expect(payable(withOther(2000n, 0n))).toEqual(['10.00']);
  });
});
