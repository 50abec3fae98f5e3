import fc from 'fast-check';
import { FULL_TERMS } from '../../kernel/testing/full-terms';
import { ISRCS, referenceTerms, SOCIAL, STUDIO, termsOf } from '../../kernel/testing/reference-terms';
import type { ForecastBasis, MonthPlan } from './basis';
import { forecastMonths } from './forecast-months';
import { runRevision } from './run-revision';

const plan = (more: Partial<MonthPlan> = {}): MonthPlan => ({
  plays: [{ units: '1000', returns: '0' }],
  downloads: [],
  figures: {},
  services: [],
  ...more,
});
const forecast = (monthly: readonly MonthPlan[], more: Partial<ForecastBasis> = {}): ForecastBasis => ({
  kind: 'forecast',
  from: '2026-01',
  months: 3,
  growthPerMonth: '0.1',
  monthly,
  ...more,
});
const terms = referenceTerms();
const day = terms.term.from;

describe('the months of a forecast', () => {
  it('stand on a recording and a place that all revisions license, if there is one', () => {
    const fewer = referenceTerms({ repertoire: { kind: 'list', isrcs: [ISRCS[2]] } });
    const [streaming, downloads] = terms.grants;
    const narrow = referenceTerms({
      grants: [{ ...streaming, territories: { include: ['UZ'] }, services: [STUDIO] }, downloads],
      services: terms.services,
    });
    const { placed } = forecastMonths(forecast([plan({ downloads: [{ units: '5', returns: '1' }] })]), [
      terms,
      fewer,
      narrow,
    ]);
    expect(placed).toMatchObject([
      { isrc: ISRCS[2], service: STUDIO, territory: 'UZ', use: 'OnDemandStream', model: 'AdvertisementSupportedModel' },
      { isrc: ISRCS[2], use: 'PermanentDownload', model: 'PayAsYouGoModel' },
    ]);
  });

  it('have totals on one service and nothing of them on the others, so that sums over services are the totals', () => {
    const { months } = forecastMonths(forecast([plan({ allPlays: '20000', netMusicAdvertisingRevenue: '100.00' })]), [
      terms,
    ]);
    expect(months.map((month) => month.contextFor(terms, day).services)).toMatchObject([
      [
        { allPlays: 20_000n, netMusicAdvertisingRevenue: '100' },
        { allPlays: 0n, netMusicAdvertisingRevenue: '0' },
      ],
      [
        { allPlays: 22_000n, netMusicAdvertisingRevenue: '110' },
        { allPlays: 0n, netMusicAdvertisingRevenue: '0' },
      ],
      [
        { allPlays: 24_200n, netMusicAdvertisingRevenue: '121' },
        { allPlays: 0n, netMusicAdvertisingRevenue: '0' },
      ],
    ]);
  });

  it('take figures by service as they are given, and leave out what a plan lacks', () => {
    const services = [
      { service: SOCIAL, allPlays: '7' },
      { service: STUDIO, allPlays: '8', netMusicAdvertisingRevenue: '9' },
    ];
    const { months } = forecastMonths(forecast([plan({ services }), plan()], { growthPerMonth: '0' }), [terms]);
    expect(months[0]?.contextFor(terms, day).services).toEqual(
      terms.services.map(({ id: service }) => ({ service, figures: {} })),
    );
    const whole = forecastMonths(forecast([plan({ services })]), [terms]).months[0]?.contextFor(terms, day).services;
    expect(whole?.find(({ service }) => service === SOCIAL)).toEqual({ service: SOCIAL, allPlays: 7n, figures: {} });
    expect(whole?.find(({ service }) => service === STUDIO)).toMatchObject({ netMusicAdvertisingRevenue: '9' });
  });

  it('lose no unit of any line, whatever the plans', () => {
    const units = fc.bigInt(0n, 10n ** 9n).map((number) => ({ units: String(number), returns: '0' }));
    const plans = fc.array(fc.record({ plays: units, downloads: units }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(plans, (given) => {
        const monthly = given.map(({ plays, downloads }) => plan({ plays: [plays], downloads: [downloads] }));
        const { months } = forecastMonths(forecast(monthly, { months: given.length, growthPerMonth: '0.07' }), [terms]);
        const planned = given.reduce(
          (sum, { plays, downloads }) => sum + BigInt(plays.units) + BigInt(downloads.units),
          0n,
        );
        const told = months.flatMap(({ usage }) => usage).reduce((sum, { quantity }) => sum + quantity, 0n);
        expect(told).toBe(planned);
      }),
    );
  });

  it('run on terms with every clause, or are refused with faults; nothing else happens', () => {
    const full = termsOf(FULL_TERMS);
    const figures = Object.fromEntries(
      (full.figures ?? []).map(({ id, unit }) => [id, unit === 'flag' ? 'true' : unit === 'share' ? '0.5' : '90000']),
    );
    const monthsOf = (more: Partial<MonthPlan>) => {
      const monthly = [plan({ figures, allPlays: '1000000', netMusicAdvertisingRevenue: '5000', ...more })];
      return forecastMonths(forecast(monthly, { months: 12, from: full.term.from.slice(0, 7) }), [full]).months;
    };
    const months = monthsOf({});
    const run = runRevision({ number: 1, terms: full, termsHash: '' }, months);
    expect([run.refusal, run.periods.length]).toEqual([null, 4]);
    const unsold = monthsOf({ downloads: [{ units: '5', returns: '0' }] });
    expect(runRevision({ number: 1, terms: full, termsHash: '' }, unsold).refusal).toMatchObject([
      { pointer: expect.stringMatching(/^\/periods\/.*\/usage$/) as string, code: 'usage-sales-missing' },
    ]);
    const none = runRevision(
      { number: 1, terms: full, termsHash: '' },
      months.map((month) => ({ ...month, usage: [] })),
    );
    expect(none.notLicensed).toEqual([]);
  });
});
