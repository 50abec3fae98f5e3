import { monthPeriod } from '../calendar';
import { type Terms } from '../terms';
import { downloads, ISRCS, plays, termsPaying } from '../testing/reference-terms';
import { modelNumber, useModelNumber, useNumber } from '../uses';
import { detailsAsked, sumWithoutSales } from '.';

const step = (from: string | null, until: string | null) => ({ from, until, of: { kind: 'perUnit', rate: '0.01' } });
const dated = (trigger: string) => ({
  kind: 'escalation',
  trigger,
  steps: [step(null, '2026-02-01'), step('2026-02-01', '2026-02-15'), step('2026-02-20', null)],
});
const stream = useModelNumber(useNumber('OnDemandStream'), modelNumber('AdvertisementSupportedModel'));
const upload = useModelNumber(useNumber('UserMakeAvailableUserProvided'), modelNumber('AdvertisementSupportedModel'));
const asked = (terms: Terms, month: string) => [...detailsAsked(terms, monthPeriod(month))];

describe('what usage is asked for beside units', () => {
  it('is nothing where units are enough', () => {
    expect(asked(termsPaying({ kind: 'perUnit', rate: '0.01' }), '2026-02')).toEqual([]);
    expect(asked(termsPaying(dated('usageDate')), '2026-01')).toEqual([]);
  });

  it('is the day, of every use of the clause, in a month within which a step begins or ends', () => {
    const details = { sales: false, usageDays: ['2026-02-15', '2026-02-20'], reportDays: [] };
    expect(asked(termsPaying(dated('usageDate')), '2026-02')).toEqual([
      [stream, details],
      [upload, details],
    ]);
  });

  it('is the day of the report in every month, once it is asked for', () => {
    const [[, details] = []] = asked(termsPaying(dated('reportDate')), '2026-01');
    expect(details).toEqual({ sales: false, usageDays: [], reportDays: ['2026-02-01', '2026-02-15', '2026-02-20'] });
  });

  it('is what it was sold for, of those uses alone', () => {
    const terms = termsPaying({ kind: 'greaterOf', of: [dated('usageDate'), { kind: 'percentage', rate: '0.5' }] });
    const period = monthPeriod('2026-02');
    const sold = plays(ISRCS[0], 1n, { sales: '0' });
    expect(sumWithoutSales(terms, period, [sold, downloads(ISRCS[0], 1n)])).toBeUndefined();
    expect(sumWithoutSales(terms, period, [sold, plays(ISRCS[1], 1n)])?.isrc).toBe(ISRCS[1]);
    expect(sumWithoutSales(termsPaying(dated('usageDate')), period, [plays(ISRCS[1], 1n)])).toBeUndefined();
  });
});
