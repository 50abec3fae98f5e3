import { simulate, type SimulatedPeriod } from '../kernel';
import { changedJson, pointersOf } from '../kernel/testing/changed';
import { ISRCS, plays, referenceTermsJson, SOCIAL, STUDIO, termsOf } from '../kernel/testing/reference-terms';
import { richTermsJson } from '../kernel/testing/rich-terms';
import { FilesRefused } from './file-faults';
import { rateFiles, type RateResult } from './rate-files';
import { rateJson } from './rate-json';

type Json = Record<string, unknown>;

/** The rich terms with one other agreement in the pool. */
function richJson(): Json {
  const recoupment = { negative: 'unrecouped', expenses: 'before-recoupment', pooledWith: [OTHER] };
  return { ...richTermsJson(), recoupment };
}

const OTHER = '00000000-0000-4000-8000-0000000000e1';
const RICH = termsOf(richJson());
const SERVICES = [
  { service: SOCIAL, allPlays: '90000000', netMusicAdvertisingRevenue: '900000.00', figures: { subscribers: '5' } },
  { service: STUDIO, allPlays: '0', netMusicAdvertisingRevenue: '0' },
];
const FACTS = {
  expenses: '12.50',
  creditsRequested: { advertising: '100.00' },
  pool: [{ account: OTHER, opening: '5.00', earned: '-1.00' }],
  taxes: { withholding: { rate: '0.10', source: 'treaty' }, vat: { rate: '0.2', source: 'law' } },
  exchange: { rate: '80.5', source: 'cbr', on: '2026-06-30' },
};
const context = (period: string, more: Json = {}): Json => ({
  period,
  services: SERVICES,
  figures: { channels: '40' },
  facts: FACTS,
  ...more,
});
const usageRow = (quantity: string, more: Json = {}): Json => {
  const { returns: _, ...row } = plays(ISRCS[0], 0n);
  return { ...row, quantity, ...more };
};

interface Told {
  readonly terms?: unknown;
  readonly usage: unknown;
  readonly context: unknown;
  readonly carried?: unknown;
}

function rate({ terms = richJson(), usage, context: figures, carried }: Told): RateResult {
  const file = (name: string, json: unknown) => ({
    name,
    text: typeof json === 'string' ? json : JSON.stringify(json),
  });
  return rateFiles({
    terms: file('terms', terms),
    usage: file('usage', usage),
    context: file('context', figures),
    ...(carried === undefined ? {} : { carried: file('carried', carried) }),
  });
}

function faultsOf(told: Told): string[] {
  try {
    rate(told);
  } catch (error) {
    if (error instanceof FilesRefused) return error.faults.map(({ file, place, code }) => `${file} ${place} ${code}`);
    throw error;
  }
  return [];
}

describe('terms with every money clause', () => {
  const quarters = ['2026-Q1', '2026-Q2', '2026-Q3', '2026-Q4', '2027-Q1'];
  const quantity = (place: number) => 3_000_000 + place * 250_000;

  it('close from files quarter after quarter as the kernel closes them, each carrying on from the JSON of the one before', () => {
    let carried: unknown;
    const fromFiles = quarters.map((period, place) => {
      const result = rate({
        usage: [usageRow(String(quantity(place)))],
        context: context(period),
        ...(carried === undefined ? {} : { carried }),
      });
      ({ carried } = JSON.parse(rateJson(result)) as { carried: unknown });
      return result.settled;
    });
    const periods = quarters.map((period, place): SimulatedPeriod => ({
      period,
      usage: [plays(ISRCS[0], BigInt(quantity(place)))],
      context: {
        services: SERVICES.map((figures) => ({ ...figures, allPlays: BigInt(figures.allPlays) })),
        figures: { channels: '40' },
      },
      facts: {
        ...FACTS,
        expenses: 1250n,
        creditsRequested: { advertising: 10000n },
        pool: [{ account: OTHER, opening: 500n, earned: -100n }],
      },
    }));
    expect(fromFiles).toEqual(simulate(RICH, { periods }).map(({ settled }) => settled));
  });

  it('tells each step and what is paid after tax as JSON, the amounts as text', () => {
    const result = rate({ usage: [usageRow('80000000')], context: context('2026-Q1') });
    const told = JSON.parse(rateJson(result)) as { steps: Json[]; payment: Record<string, Json>; payable: string };
    expect(told.steps.map(({ step }) => step)).toEqual(
      expect.arrayContaining(['expenses', 'recoupment', 'in-kind-credit']),
    );
    expect(told.steps.find(({ step }) => step === 'expenses')).toEqual({
      clause: '17.2',
      step: 'expenses',
      formula: expect.any(String) as string,
      amount: '-12.50',
    });
    expect(told.payment).toMatchObject({
      vat: { treatment: 'reverse-charge', source: 'law' },
      withholding: { treatment: 'grossed-up', source: 'treaty', net: told.payable },
      exchange: { currency: 'RUB', rate: '80.5', on: '2026-06-30' },
      shares: [{ payee: 'Mist Harbour' }, { payee: 'Northlight Records' }],
    });
  });

  it('need the amounts of a restated period’s lines, since each line is rounded', () => {
    const booked = { total: '100.00', clauses: [{ clause: 'streaming', exact: '100', kind: 'cap', amount: '100.00' }] };
    const restated = { period: '2026-Q1', services: SERVICES, usage: [usageRow('9')], booked, heldSales: {} };
    const told = (restates: unknown[]) => ({
      usage: [usageRow('9000000')],
      context: context('2026-Q2', { restates }),
      carried: rate({ usage: [], context: context('2026-Q1') }).settled.carried,
    });
    expect(rate(told([restated])).lines).toContain('"line":"restatement"');
    const [{ amount: _, ...line }] = booked.clauses as [(typeof booked.clauses)[0]];
    expect(faultsOf(told([{ ...restated, booked: { ...booked, clauses: [line] } }]))).toEqual([
      'context /restates/0/booked/clauses/0/amount context-booked',
    ]);
  });

  it.each<[Json, string[]]>([
    [{ expenses: 12.5 }, ['/facts/expenses context-amount']],
    [{ expenses: '-1.00' }, ['/facts/expenses context-amount']],
    [{ expenses: '0.001' }, ['/facts/expenses context-amount']],
    [{ expense: '1.00' }, ['/facts/expense context-unknown-field']],
    [{ exercised: ['second-year', 'signing'] }, ['/facts/exercised/1 facts-not-agreed']],
    [{ creditsRequested: { adverts: '1.00' } }, ['/facts/creditsRequested/adverts facts-not-agreed']],
    [{ pool: [] }, ['/facts/pool facts-missing']],
    [{ pool: [...FACTS.pool, ...FACTS.pool] }, ['/facts/pool context-duplicate']],
    [{ pool: [{ ...FACTS.pool[0], account: 'x' }] }, ['/facts/pool/0/account facts-not-agreed']],
    [{ pool: undefined }, ['/facts/pool facts-missing']],
    [
      { taxes: { withholding: { rate: '1', source: '' } } },
      ['rate context-rate', 'source context-text'].map((end) => `/facts/taxes/withholding/${end}`),
    ],
    [{ taxes: { vat: { rate: '-0.1', source: 'law' } } }, ['/facts/taxes/vat/rate context-rate']],
    [
      { exchange: { rate: '0', source: 'cbr', on: '2026-02-30' } },
      ['rate context-rate', 'on context-date'].map((end) => `/facts/exchange/${end}`),
    ],
  ])('%#: facts that are malformed or have no clause are faults', (facts, expected) => {
    const told = { usage: [], context: context('2026-Q1', { facts: { ...FACTS, ...facts } }) };
    expect(faultsOf(told)).toEqual(expected.map((fault) => `context ${fault}`));
  });

  it('facts of plain terms have no clause', () => {
    const facts = { ...FACTS, expenses: '0' };
    const terms = referenceTermsJson();
    expect(faultsOf({ terms, usage: [], context: { period: '2026-01', services: SERVICES, facts } })).toEqual([
      'context /facts/creditsRequested/advertising facts-not-agreed',
      'context /facts/pool/0/account facts-not-agreed',
      'context /facts/taxes facts-not-agreed',
      'context /facts/exchange facts-not-agreed',
    ]);
  });

  it('balances must be of these terms, and whole', () => {
    const { carried } = rate({ usage: [], context: context('2026-Q1') }).settled;
    const { clauses, ...totals } = carried;
    const told = (balances: unknown) => ({ usage: [], context: context('2026-Q2'), carried: balances });
    expect(faultsOf(told(carried))).toEqual([]);
    expect(faultsOf(told(totals))).toEqual(['carried /clauses carried-clauses']);
    expect(faultsOf(told({ ...carried, clauses: { ...clauses, waiting: 5, reserves: { 'claw-back': [] } } }))).toEqual([
      'carried /clauses/reserves/claw-back carried-type',
      'carried /clauses/waiting carried-minor-units',
    ]);
    const guarantees = { monthly: { earned: {}, toppedUp: '0' } };
    expect(faultsOf(told({ ...carried, clauses: { ...clauses, guarantees } }))).toEqual([
      'carried /clauses/guarantees/monthly carried-clauses',
    ]);
  });

  it('the figures that a fee counts are missed where they belong', () => {
    expect(faultsOf({ usage: [], context: context('2026-Q1', { figures: {} }) })).toEqual([
      'context /figures/channels context-missing',
    ]);
  });
});

describe('usage beyond units', () => {
  /** 10 % of sales up to 1,000 in all, 20 % above, a counter running through the term; in euros of the year. */
  const escalating = (): Json => ({
    ...referenceTermsJson(),
    reportingPeriod: 'half-year',
    advances: [],
    royalties: [
      {
        id: 'streaming',
        grants: ['streaming'],
        royalty: {
          kind: 'tiered',
          measure: 'sales',
          counter: 'term',
          method: 'graduated',
          tiers: [
            { upTo: '1000', rate: '0.10', flat: '0' },
            { upTo: null, rate: '0.20', flat: '0' },
          ],
        },
      },
      { id: 'downloads', grants: ['downloads'], royalty: { kind: 'flat', amount: '0' } },
    ],
  });
  const first = { period: '2026-H1', services: [], usage: [usageRow('9', { sales: '900.00' })] };
  const later = (more: Json = {}): Json => ({ period: '2026-H2', services: [], ...more });
  const sold = [
    usageRow('2', { sales: '200.00', controlledShare: '1/2' }),
    usageRow('1', { sales: '100', returns: '' }),
  ];

  it('sales and controlled shares are read, and earlier periods count', () => {
    // 900 before; 100 + 200 × ½ = 200 now: 100 at a tenth, 100 at a fifth.
    expect(
      JSON.parse(rateJson(rate({ terms: escalating(), usage: sold, context: later({ earlier: [first] }) }))),
    ).toMatchObject({
      period: '2026-H2',
      total: '30.00',
      steps: [],
    });
  });

  it('is the same as CSV with columns in another order', () => {
    const names = ['sales', 'controlledShare', 'quantity', 'isrc', 'service', 'territory', 'use', 'model'];
    const csv = [names.join(), ...sold.map((row) => names.map((name) => row[name] ?? '').join())].join('\n');
    const told = { terms: escalating(), context: later({ earlier: [first] }) };
    expect(rate({ ...told, usage: csv }).lines).toBe(rate({ ...told, usage: sold }).lines);
  });

  it('a restated period starts from those before it', () => {
    const restated = { ...first, usage: [usageRow('9', { sales: '950.00' })] };
    const booked = { total: '90.00', clauses: [{ clause: 'streaming', exact: '90' }] };
    const told = later({ earlier: [restated], restates: [{ ...restated, booked }] });
    const { lines } = rate({ terms: escalating(), usage: sold, context: told });
    expect(lines).toContain('"booked":"90.00","clauses":[{"amount":"5.00","clause":"streaming","exact":"5"}]');
    // 50 at a tenth and 150 at a fifth.
    expect(lines).toContain('"amount":"35.00","exact":"35","line":"total"');
  });

  it('with a restated period all that counted on from it are restated', () => {
    const terms = { ...escalating(), reportingPeriod: 'quarter' };
    const quarter = (period: string, sales: string): Json => ({
      period,
      services: [],
      usage: [usageRow('9', { sales })],
    });
    const [q1, q2] = [quarter('2026-Q1', '950.00'), quarter('2026-Q2', '100.00')];
    const restating = (...restates: Json[]) => ({
      terms,
      usage: sold,
      context: { period: '2026-Q3', services: [], earlier: [q1, q2], restates },
    });
    // Paid before: 900 at a tenth; then 100 at a tenth. Of the second quarter 50 now lie above 1,000.
    const first = { ...q1, booked: { total: '90.00', clauses: [{ clause: 'streaming', exact: '90' }] } };
    const second = { ...q2, booked: { total: '10.00', clauses: [{ clause: 'streaming', exact: '10' }] } };
    expect(faultsOf(restating(first))).toEqual(['context /restates restated-periods-missing']);
    expect(faultsOf(restating(second))).toEqual([]);
    const { lines } = rate(restating(first, second));
    expect(lines).toContain('{"amount":"5.00","clause":"streaming","exact":"5"}');
  });

  it.each<[unknown, Json, string[]]>([
    [sold, later(), ['context /earlier earlier-periods-missing']],
    [sold, later({ earlier: [] }), ['context /earlier earlier-periods-missing']],
    [sold, later({ earlier: [first, first] }), ['context /earlier/1/period context-period']],
    [
      sold,
      later({ earlier: [{ ...first, usage: [usageRow('1'), usageRow('1', { isrc: 'ZZAB12699999' })] }] }),
      ['context /earlier/0/usage/1 usage-not-licensed'],
    ],
    [
      [usageRow('1', { sales: 5, usedOn: '2026-02-30', controlledShare: '1.1', reportedOn: 'May', sale: 7 })],
      later({ earlier: [first] }),
      ['usage /0 usage-cell'],
    ],
  ])('%#: what is missing or malformed is told with its place', (usage, told, expected) => {
    const faults = faultsOf({ terms: escalating(), usage, context: told });
    expect([...new Set(faults)]).toEqual(expected);
  });

  it('tells every cell of a row', () => {
    const row = usageRow('1', { sales: 5, usedOn: '2026-02-30', controlledShare: '1.1', reportedOn: 'May', sale: 7 });
    expect(faultsOf({ terms: escalating(), usage: [row], context: later({ earlier: [first] }) })).toHaveLength(5);
  });

  it('days decide under an escalation within the period, and are asked for in the usage file', () => {
    const step = (from: string | null, until: string | null, rate: string) => ({
      from,
      until,
      of: { kind: 'perUnit', rate },
    });
    const terms: Json = {
      ...escalating(),
      royalties: [
        {
          id: 'streaming',
          grants: ['streaming'],
          royalty: {
            kind: 'escalation',
            trigger: 'usageDate',
            steps: [step(null, '2026-03-15', '1'), step('2026-03-15', null, '2')],
          },
        },
        { id: 'downloads', grants: ['downloads'], royalty: { kind: 'flat', amount: '0' } },
      ],
    };
    const used = ['2026-03-14', '2026-03-15'].map((usedOn) => usageRow('10', { usedOn }));
    const told = { terms, context: { period: '2026-H1' } };
    expect(JSON.parse(rateJson(rate({ ...told, usage: used })))).toMatchObject({ total: '30.00' });
    expect(faultsOf({ ...told, usage: [usageRow('10')] })).toEqual(['usage  usage-date-missing']);
  });
});

describe('a restatement under a reserve on sales', () => {
  const booked = { total: '0.00', clauses: [] };
  const restated = { period: '2026-Q1', services: SERVICES, usage: [usageRow('9')], booked };
  const told = (more: Json) => ({
    usage: [],
    context: context('2026-Q2', { restates: [{ ...restated, ...more }] }),
    carried: rate({ usage: [], context: context('2026-Q1') }).settled.carried,
  });

  it('says what the reserve held then', () => {
    expect(faultsOf(told({}))).toEqual(['context /restates/0/heldSales context-type']);
    expect(faultsOf(told({ heldSales: { sales: '-1' } }))).toEqual([
      'context /restates/0/heldSales/sales context-booked',
    ]);
    expect(faultsOf(told({ heldSales: { downloads: '-20.00' } }))).toEqual([]);
  });

  it('which nothing did where there is none', () => {
    const terms = { ...richJson(), reserves: undefined };
    const { usage, context: figures } = told({ heldSales: {} });
    expect(faultsOf({ terms, usage, context: figures })).toEqual([
      'context /restates/0/heldSales context-unknown-field',
    ]);
  });
});

describe('whatever stands in the files', () => {
  const odd = [undefined, null, 7, '', '-1', '1/0', '9999', []];
  const carried: unknown = JSON.parse(
    JSON.stringify(rate({ usage: [usageRow('80000000')], context: context('2026-Q1') }).settled.carried),
  );
  const booked = { total: '1.00', clauses: [{ clause: 'streaming', exact: '1', amount: '1.00' }] };
  const told = { services: SERVICES, figures: { channels: '40' }, usage: [usageRow('9')] };
  const files = {
    usage: [
      usageRow('9000000', { returns: '1', sales: '5.00', controlledShare: '0.5', usedOn: '2026-04-01', sale: 'a' }),
    ],
    context: context('2026-Q2', {
      earlier: [{ ...told, period: '2026-Q1' }],
      restates: [{ ...told, period: '2026-Q1', booked, heldSales: { downloads: '-1' } }],
    }),
    carried,
  };

  it.each(['usage', 'context', 'carried'] as const)('it is rated or refused with its faults: %s', (name) => {
    expect(faultsOf(files)).toEqual([]);
    for (const pointer of pointersOf(files[name])) {
      for (const value of odd) {
        // Anything but a refusal of files is thrown on, and fails here.
        const faults = faultsOf({ ...files, [name]: changedJson(files[name], pointer, value) });
        expect(faults.every((fault) => /^(usage|context|carried) (\/.*)? [a-z-]+$/.test(fault))).toBe(true);
      }
    }
  });
});
