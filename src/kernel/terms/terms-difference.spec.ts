import { differingClauses, differingValues, readTerms, type Terms } from '.';

const label = '11111111-1111-4111-8111-111111111111';
const platform = '22222222-2222-4222-8222-222222222222';
const radio = '33333333-3333-4333-8333-333333333333';

const base = {
  schema: 'accordo-terms/1',
  rules: 'accordo-rating/1',
  parties: { label: { id: label, name: 'Label' }, platform: { id: platform, name: 'Platform' } },
  services: [{ id: radio, name: 'Radio' }],
  repertoire: { kind: 'list', isrcs: ['ZZA012600001', 'ZZA012600002', 'ZZA012600003'] },
  grants: [
    {
      id: 'streaming',
      services: [radio],
      uses: ['OnDemandStream'],
      models: ['AdvertisementSupportedModel'],
      territories: { include: ['KZ', 'RU'] },
      exclusive: false,
    },
  ],
  term: { from: '2026-01-01', until: '2028-01-01' },
  timeZone: 'Europe/Moscow',
  reportingPeriod: 'month',
  currency: 'USD',
  royalties: [{ id: 'streaming', grants: ['streaming'], royalty: { kind: 'perUnit', rate: '0.0025' } }],
  advances: [] as object[],
  rounding: { mode: 'half-up', decimals: 2, apply: 'period', spread: 'largest-remainder' },
  usage: {
    sourceOfRecord: [{ service: radio, use: 'OnDemandStream', source: 'report' }],
    report: { profile: 'FinancialReportingToRecordCompaniesProfileSRB', dueDays: 15 },
  },
  payment: { dueDays: 30 },
  rightsScope: { licensed: 'sound-recording', musicalWork: 'platform-clears' },
};

function terms(changes: Partial<typeof base> = {}): Terms {
  const reading = readTerms({ ...base, ...changes });
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults));
  return reading.terms;
}

describe('the difference of two terms', () => {
  it('is empty between equal terms', () => {
    expect(differingClauses(terms(), terms())).toEqual([]);
    expect(differingValues(terms(), terms())).toEqual([]);
  });

  it('names the clause of a changed rate in words, and its value by pointer', () => {
    const later = terms({
      royalties: [{ id: 'streaming', grants: ['streaming'], royalty: { kind: 'perUnit', rate: '0.0020' } }],
    });
    const clauses = differingClauses(terms(), later);
    expect(clauses.map(({ clause }) => clause)).toEqual(['6.1']);
    expect(clauses[0]?.before).toContain('0.0025');
    expect(clauses[0]?.after).toContain('0.002');
    expect(differingValues(terms(), later)).toEqual([
      { pointer: '/royalties/0/royalty/rate', change: 'changed', before: '0.0025', after: '0.002' },
    ]);
  });

  it('tells which recordings left and came, whatever their places', () => {
    const later = terms({ repertoire: { kind: 'list', isrcs: ['ZZA012600000', 'ZZA012600002', 'ZZA012600003'] } });
    expect(differingValues(terms(), later)).toEqual([
      { pointer: '/repertoire/isrcs/0', change: 'removed', before: 'ZZA012600001' },
      { pointer: '/repertoire/isrcs/0', change: 'added', after: 'ZZA012600000' },
    ]);
  });

  it('shows a clause that only one side has', () => {
    const advance = { id: 'advance', amount: '12000', due: 'signature', recoupableFrom: 'all' };
    const later = terms({ advances: [advance] });
    const [clause] = differingClauses(terms(), later);
    expect(clause).toMatchObject({ clause: '7.1', before: null });
    expect(clause?.after).toContain('12000');
    expect(differingValues(later, terms())).toEqual([{ pointer: '/advances/0', change: 'removed', before: advance }]);
  });

  it('sees a change of kind as a change, not as two members of the same name', () => {
    const later = terms({
      royalties: [
        {
          id: 'streaming',
          grants: ['streaming'],
          royalty: { kind: 'floor', amount: '4000', of: { kind: 'perUnit', rate: '0.0025' } } as never,
        },
      ],
    });
    expect(differingValues(terms(), later).map(({ pointer, change }) => `${change} ${pointer}`)).toEqual([
      'removed /royalties/0/royalty/rate',
      'changed /royalties/0/royalty/kind',
      'added /royalties/0/royalty/amount',
      'added /royalties/0/royalty/of',
    ]);
  });

  it('tells a factor that stands there twice', () => {
    const budget = (adjustments: string[]): Terms =>
      terms({
        royalties: [
          {
            id: 'streaming',
            grants: ['streaming'],
            royalty: { kind: 'percentage', rate: '0.1', adjustments } as never,
          },
        ],
      });
    expect(differingValues(budget(['0.5']), budget(['0.5', '0.5']))).toEqual([
      { pointer: '/royalties/0/royalty/adjustments/1', change: 'added', after: '0.5' },
    ]);
  });

  it('is told in the language that is asked for', () => {
    const later = terms({ payment: { dueDays: 45 } });
    expect(differingClauses(terms(), later, 'ru')).toEqual([
      {
        clause: '11',
        before: expect.stringMatching(/30 дней/) as string,
        after: expect.stringMatching(/45 дней/) as string,
      },
    ]);
  });
});
