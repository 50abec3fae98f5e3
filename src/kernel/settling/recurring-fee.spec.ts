import fc from 'fast-check';
import { periodOf } from '../calendar';
import { moneyRoundingIn, rational } from '../money';
import { runRecurringFee, type FeeEvent } from './recurring-fee';

const rounding = moneyRoundingIn('USD', { mode: 'half-up' });
const service = periodOf('2013-08-18', '2014-08-18');
const fee = { fee: rational('239.90'), service, rounding };
const billed: FeeEvent = { on: '2013-08-18', event: 'billed' };
const ended = (serviceEnds: string, on = serviceEnds): FeeEvent => ({ on, event: 'ended', serviceEnds });
const refunded: FeeEvent = { on: '2013-09-20', event: 'remainder-refunded' };
const billingRun: FeeEvent = { on: '2013-10-01', event: 'billing-run' };
const rows = (...events: FeeEvent[]) =>
  runRecurringFee(events, fee).rows.map(({ kind, from, until, minor }) => [kind, from, until, minor]);

const charge = ['charge', '2013-08-18', '2014-08-18', 23990n];
const repair = ['repair', '2013-09-17', '2014-08-18', -22018n];

describe('a recurring fee', () => {
  it('that was repaired and refunded is not billed again', () => {
    expect(rows(billed, ended('2013-09-17'), refunded, billingRun)).toEqual([
      charge,
      repair,
      ['adjustment', '2013-08-18', '2013-09-17', -1972n],
    ]);
    expect(runRecurringFee([billed, ended('2013-09-17'), refunded, billingRun], fee).balance).toBe(0n);
  });

  it('billing runs add nothing to what is billed, whether it ended or not', () => {
    expect(rows(billed, billingRun, billingRun)).toEqual([charge]);
    expect(rows(billed, billingRun, ended('2013-09-17'), billingRun)).toEqual([charge, repair]);
  });

  it('a billing run bills a service that has begun, and only what it served', () => {
    expect(rows({ on: '2013-08-17', event: 'billing-run' })).toEqual([]);
    expect(rows(billingRun, billed)).toEqual([charge]);
    expect(rows(ended('2013-09-17'), billingRun)).toEqual([['charge', '2013-08-18', '2013-09-17', 1972n]]);
  });

  it('a refund before the end takes back everything, and the end then nothing more', () => {
    expect(rows(billed, refunded, ended('2013-09-17'), refunded)).toEqual([
      charge,
      ['adjustment', '2013-08-18', '2014-08-18', -23990n],
    ]);
  });

  it('an end on the last day repairs nothing, one on the first day everything', () => {
    expect(rows(billed, ended('2014-08-18'))).toEqual([charge]);
    expect(rows(billed, ended('2015-01-01'))).toEqual([charge]);
    expect(rows(billed, ended('2013-08-18'), refunded)).toEqual([
      charge,
      ['repair', '2013-08-18', '2014-08-18', -23990n],
    ]);
  });

  it('a second, earlier end repairs the days between', () => {
    // 230 of 365 days unused are 151.17, 335 are 220.18.
    expect(rows(billed, ended('2013-12-31'), ended('2013-09-17'))).toEqual([
      charge,
      ['repair', '2013-12-31', '2014-08-18', -15117n],
      ['repair', '2013-09-17', '2013-12-31', -6901n],
    ]);
  });

  it('without events is nothing', () => {
    expect(runRecurringFee([], fee)).toEqual({ rows: [], balance: 0n });
  });

  it('rows sum to the balance, none is zero, and the balance stays between nothing and the fee', () => {
    const event = fc.constantFrom(billed, billingRun, refunded, ended('2013-09-17'), ended('2014-03-01'));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 8 }), (events) => {
        const account = runRecurringFee(events, fee);
        expect(account.rows.reduce((sum, { minor }) => sum + minor, 0n)).toBe(account.balance);
        expect(account.rows.some(({ minor }) => minor === 0n)).toBe(false);
        expect(account.balance >= 0n && account.balance <= 23990n).toBe(true);
      }),
    );
  });
});
