import { reportingPeriodNamed } from '../calendar';
import { referenceTerms, termsOf } from '../testing/reference-terms';
import { richTermsJson } from '../testing/rich-terms';
import { carriedFaults, NOTHING_RECOUPED, openingCarried, type Carried, type CarriedClauses } from '.';

const PLAIN = referenceTerms();
const RICH = termsOf(richTermsJson());
const second = { terms: RICH, period: reportingPeriodNamed('2026-Q2') };
const NOTHING: CarriedClauses = {
  recoupment: NOTHING_RECOUPED,
  guarantees: {},
  fees: {},
  reserves: {},
  credits: {},
  waiting: '0',
};
const carrying = (clauses: Partial<CarriedClauses>): Carried => ({
  ...openingCarried(RICH),
  clauses: { ...NOTHING, ...clauses },
});
const advanceOf = (advance: string, added: string) => ({
  recoupment: { ...NOTHING_RECOUPED, advances: [{ advance, added, recouped: '0', lapsed: '0' }] },
});
const pointersOf = (carried: Carried, more: { exercised?: string[] } = {}) =>
  carriedFaults(carried, { ...second, ...more }).map(({ pointer, code }) => `${pointer} ${code}`);

describe('balances from outside', () => {
  it('those at signature fit, with and without clauses of their own', () => {
    const period = reportingPeriodNamed('2026-01');
    expect(carriedFaults(openingCarried(PLAIN), { terms: PLAIN, period })).toEqual([]);
    expect(pointersOf(openingCarried(RICH))).toEqual([]);
  });

  it('have clauses where the terms have them, and only there', () => {
    const { clauses, ...totals } = openingCarried(RICH);
    const period = reportingPeriodNamed('2026-01');
    expect(pointersOf(totals)).toEqual(['/clauses carried-clauses']);
    expect(carriedFaults({ ...totals, clauses: NOTHING }, { terms: PLAIN, period })).toHaveLength(1);
    expect(clauses).toEqual(NOTHING);
  });

  it('name clauses of the terms: a reserve on sales is kept by royalty clause', () => {
    const state = { due: ['100'] };
    expect(
      pointersOf(
        carrying({
          guarantees: { quarterly: { earned: { '2026-Q1': '1' }, toppedUp: '0' } },
          fees: { 'channels 2026-01-01': '50000' },
          reserves: { 'returns downloads': state, 'claw-back': state },
          credits: { advertising: { grantedToDate: '250000', left: '0' } },
        }),
      ),
    ).toEqual([]);
    expect(pointersOf(carrying({ reserves: { returns: state }, fees: { channels: '50000' } }))).toEqual([
      '/clauses/fees/channels carried-clauses',
      '/clauses/reserves/returns carried-clauses',
    ]);
  });

  it('keep what counted towards a guarantee by its periods, or by its intervals', () => {
    const state = { earned: { '2026-Q1': '1', '2026-01-01': '1', '2028-Q1': '1' }, toppedUp: '0' };
    expect(pointersOf(carrying({ guarantees: { quarterly: state, yearly: state } }))).toEqual([
      '/clauses/guarantees/quarterly/earned/2026-01-01 carried-clauses',
      '/clauses/guarantees/quarterly/earned/2028-Q1 carried-clauses',
      '/clauses/guarantees/yearly/earned/2026-Q1 carried-clauses',
      '/clauses/guarantees/yearly/earned/2028-Q1 carried-clauses',
    ]);
  });

  it('hold no more of an advance than has joined, and an option only once it is exercised', () => {
    expect(pointersOf(carrying(advanceOf('signing', '1200000')))).toEqual([]);
    const fault = ['/clauses/recoupment/advances/0 carried-clauses'];
    expect(pointersOf(carrying(advanceOf('signing', '1200001')))).toEqual(fault);
    expect(pointersOf(carrying(advanceOf('second-year', '0')))).toEqual(fault);
    expect(pointersOf(carrying(advanceOf('second-year', '0')), { exercised: ['second-year'] })).toEqual([]);
  });

  it('count an advance once', () => {
    const twice = advanceOf('signing', '1').recoupment.advances.flatMap((entry) => [entry, entry]);
    expect(pointersOf(carrying({ recoupment: { ...NOTHING_RECOUPED, advances: twice } }))).toEqual([
      '/clauses/recoupment/advances/1 carried-clauses',
    ]);
  });
});
