import { type SourceOfRecord, type Terms } from './terms';
import { countsFrom, sourceOfRecord } from './source-of-record';

const termsWith = (...sources: SourceOfRecord[]): Pick<Terms, 'usage'> => ({
  usage: { sourceOfRecord: sources, report: { profile: 'P', dueDays: 15 } },
});

describe('the source of record of a use', () => {
  const terms = termsWith(
    { service: 'radio', use: 'Stream', source: 'events' },
    { service: 'radio', use: 'Simulcast', source: 'report' },
    { service: 'video', use: 'Stream', source: 'report' },
  );

  it.each([
    ['radio', 'Stream', 'events'],
    ['radio', 'OnDemandStream', 'events'],
    ['radio', 'Simulcast', 'report'],
    ['video', 'OnDemandStream', 'report'],
    ['radio', 'PermanentDownload', 'report'],
    ['nowhere', 'Stream', 'report'],
    ['radio', 'toString', 'report'],
  ])('of %s and %s is: %s', (service, use, source) => {
    expect(sourceOfRecord(terms, service, use)).toBe(source);
  });

  it('is asked whether there is any of it', () => {
    expect([countsFrom(terms, 'events'), countsFrom(terms, 'report')]).toEqual([true, true]);
    const reported = termsWith({ service: 'radio', use: 'Stream', source: 'report' });
    expect([countsFrom(reported, 'events'), countsFrom(reported, 'report')]).toEqual([false, true]);
  });
});
