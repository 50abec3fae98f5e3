import { type Terms, type UsageSum } from '../kernel';
import { referenceTerms, SOCIAL } from '../kernel/testing/reference-terms';
import type { Tx } from '../platform/database/tx';
import { reportDaysOf } from './report-days';

/** Nothing is asked of the database where no clause pays by the day of a report. */
const tx = undefined as unknown as Tx;
const month = '2026-02';
const [february, january] = ['2026-02-01', '2026-01-01'].map((first, at) => ({ id: `report-${at}`, month: first }));

const sumOf = (usedOn?: string): UsageSum => ({
  ...{ isrc: 'ZZA012600001', service: SOCIAL, territory: 'RU', quantity: 5n, returns: 0n },
  ...{ use: 'OnDemandStream', model: 'AdvertisementSupportedModel' },
  ...(usedOn === undefined ? {} : { usedOn }),
});

const dated = (day: string): Terms => {
  const terms = referenceTerms();
  const steps = [
    { from: null, until: day, of: { kind: 'perUnit' as const, rate: '0.01' } },
    { from: day, until: null, of: { kind: 'perUnit' as const, rate: '0.02' } },
  ];
  const royalties = terms.royalties.map((clause) => ({
    ...clause,
    royalty: { kind: 'escalation' as const, trigger: 'usageDate' as const, steps },
  }));
  return { ...terms, royalties } as Terms;
};

describe('days of use of a report that stands in for a period’s own', () => {
  const usedOn = async (terms: Terms, report: typeof january, own?: string): Promise<string | undefined> => {
    const days = await reportDaysOf(tx, terms, { terms, month, reportIds: [report!.id] });
    return days(report!)(sumOf(own)).usedOn;
  };

  it('are its first day where another rate begins within it, and none otherwise', async () => {
    expect(await usedOn(dated('2026-02-15'), january)).toBe('2026-02-01');
    expect(await usedOn(dated('2026-02-15'), february, '2026-02-15')).toBe('2026-02-15');
    expect(await usedOn(dated('2026-01-15'), january, '2026-01-15')).toBeUndefined();
  });
});
