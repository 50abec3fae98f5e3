import { readTerms, type Terms } from '../kernel';
import { completeTemplate, readTemplate } from './terms-template';

const label = '11111111-1111-4111-8111-111111111111';
const platform = '22222222-2222-4222-8222-222222222222';
const radio = '33333333-3333-4333-8333-333333333333';
const video = '44444444-4444-4444-8444-444444444444';
const isrcs = ['ZZA012600001', 'ZZA012600002'];

const template = {
  schema: 'accordo-terms/1',
  rules: 'accordo-rating/1',
  grants: [
    {
      id: 'streaming',
      services: ['any'],
      uses: ['OnDemandStream'],
      models: ['AdvertisementSupportedModel'],
      territories: { include: ['RU', 'KZ'] },
      exclusive: false,
    },
  ],
  term: { from: '2026-01-01', until: '2028-01-01' },
  timeZone: 'Europe/Moscow',
  reportingPeriod: 'month',
  currency: 'USD',
  royalties: [{ id: 'any', grants: ['streaming'], royalty: { kind: 'perUnit', rate: '0.0020' } }],
  advances: [],
  rounding: { mode: 'half-up', decimals: 2, apply: 'period', spread: 'largest-remainder' },
  usage: { report: { profile: 'FinancialReportingToRecordCompaniesProfileSRB', dueDays: 15 } },
  payment: { dueDays: 30 },
  rightsScope: { licensed: 'sound-recording', musicalWork: 'platform-clears' },
};

const parts = {
  parties: { label: { id: label, name: 'Label' }, platform: { id: platform, name: 'Platform' } },
  services: [
    { id: radio, name: 'Radio' },
    { id: video, name: 'Video' },
  ],
  isrcs,
};

function accepted(json: object): { template: string; terms: Terms } {
  const reading = readTemplate(json, label, isrcs);
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults));
  return reading;
}
const faultsOf = (json: object): string[] => {
  const reading = readTemplate(json, label, isrcs);
  return 'faults' in reading ? reading.faults.map(({ pointer, code }) => `${pointer} ${code}`) : [];
};
function completed(text: string): Terms {
  const reading = readTerms(completeTemplate(JSON.parse(text) as object, parts));
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults));
  return reading.terms;
}

describe('a terms template', () => {
  it('becomes terms between the parties, for every service that the platform brings', () => {
    const terms = completed(accepted(template).template);
    expect([terms.parties, terms.services]).toEqual([parts.parties, parts.services]);
    expect(terms.repertoire).toEqual({ kind: 'list', isrcs });
    expect(terms.grants[0]?.services).toEqual([radio, video]);
    expect(terms.usage.sourceOfRecord).toEqual([
      { service: radio, use: 'OnDemandStream', source: 'report' },
      { service: video, use: 'OnDemandStream', source: 'report' },
    ]);
    expect(terms.royalties[0]?.id).toBe('any');
  });

  it('is kept in canonical form, which reads as itself', () => {
    const { template: text } = accepted(template);
    expect(JSON.parse(text)).toMatchObject({ grants: [{ services: ['any'], territories: { include: ['KZ', 'RU'] } }] });
    expect(text).toContain('"rate":"0.002"');
    expect(accepted(JSON.parse(text) as object).template).toBe(text);
  });

  it('may say that events count instead of reports', () => {
    const sourceOfRecord = [{ service: 'any', use: 'OnDemandStream', source: 'events' }];
    const terms = completed(accepted({ ...template, usage: { ...template.usage, sourceOfRecord } }).template);
    expect(terms.usage.sourceOfRecord.map(({ service, source }) => [service, source])).toEqual([
      [radio, 'events'],
      [video, 'events'],
    ]);
  });

  it('may narrow a measure to the services that it names as any', () => {
    const royalty = { kind: 'perUnit', rate: '0.002', where: { services: ['any'] } };
    const { template: text } = accepted({ ...template, royalties: [{ ...template.royalties[0], royalty }] });
    expect(completed(text).royalties[0]?.royalty).toMatchObject({ where: { services: [radio, video] } });
  });

  it('has all its faults at once, with pointers into what was sent', () => {
    const { currency: _, ...rest } = template;
    const grants = [{ ...template.grants[0], services: [radio], uses: ['OnDemandStream', 'Humming'] }];
    expect(faultsOf({ ...rest, grants, surprise: 1 }).sort()).toEqual([
      '/currency terms-required',
      '/grants/0/services/0 terms-reference',
      '/grants/0/uses/1 terms-use-type',
      '/surprise terms-unknown-field',
    ]);
  });

  it('names neither parties nor services nor recordings', () => {
    const more = { parties: {}, services: [], repertoire: { kind: 'list', isrcs } };
    expect(faultsOf({ ...template, ...more })).toEqual([
      '/parties terms-unknown-field',
      '/services terms-unknown-field',
      '/repertoire terms-unknown-field',
    ]);
  });

  it.each([
    [{}],
    [{ usage: null, grants: null }],
    [{ usage: [], grants: [null, 1, { uses: 'any' }] }],
    [{ ...template, usage: {} }],
    [{ ...template, usage: { ...template.usage, sourceOfRecord: [{ service: radio }] } }],
    [{ ...template, grants: [{ ...template.grants[0], services: 'any' }] }],
  ])('is refused and never throws: %j', (json: object) => {
    expect(faultsOf(json).length).toBeGreaterThan(0);
    expect(faultsOf(json).filter((line) => /^\/(parties|services|repertoire)/.test(line))).toEqual([]);
  });
});
