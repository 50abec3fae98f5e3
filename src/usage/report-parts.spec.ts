import type { DomainError } from '../platform/errors/domain-error';
import { contextsTogether, type KeptContext } from './report-parts';

const context: KeptContext = {
  lineNumber: 2,
  summaryRecordId: 'S1',
  commercialModel: 'AdvertisementSupportedModel',
  useType: 'Stream',
  territory: 'RU',
  periodStart: '2026-01-01',
  periodEnd: '2026-01-31',
  serviceDescriptions: [null],
  usages: '10',
  allocatedUsages: '10',
  netRevenue: '5.00',
  musicUsageRatio: '0.5',
  currencyOfAccounting: 'USD',
};

const together = (changes: Partial<KeptContext>): unknown => {
  try {
    return contextsTogether([
      { number: 1, contexts: [context] },
      { number: 2, contexts: [{ ...context, ...changes }] },
    ]);
  } catch (error) {
    return (error as DomainError).faults.map(({ code }) => code);
  }
};

describe('a sales context of several files', () => {
  const whole = { ...context, usages: 10n, allocatedUsages: 10n };

  it('is one where all say the same of it', () => {
    expect(together({})).toEqual([whole]);
    expect(together({ currencyOfAccounting: null })).toEqual([whole]);
  });

  it('has neither revenue nor music part where files tell parts of it', () => {
    const unknown = { ...whole, netRevenue: null, musicUsageRatio: null };
    expect(together({ netRevenue: '6.00' })).toEqual([unknown]);
    expect(together({ netRevenue: '6.00', musicUsageRatio: '1' })).toEqual([unknown]);
    expect(together({ usages: '12' })).toEqual([{ ...unknown, usages: 12n, allocatedUsages: 12n }]);
  });

  it('is of one place and currency, and the same use has one music part', () => {
    const differ = ['report-files-differ'];
    expect(together({ territory: 'KZ' })).toEqual(differ);
    expect(together({ currencyOfAccounting: 'EUR' })).toEqual(differ);
    expect(together({ currencyOfAccounting: 'EUR', netRevenue: '6.00' })).toEqual(differ);
    expect(together({ musicUsageRatio: '1' })).toEqual(differ);
  });
});
