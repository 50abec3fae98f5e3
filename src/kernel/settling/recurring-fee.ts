import { calendarDateOf, daysOf, type Period } from '../calendar';
import { multiply, ratio, toMinor, type MoneyRounding, type Rational } from '../money';

/** What happens to a fee for a service interval. `serviceEnds` is the first day without service. */
export type FeeEvent =
  | { readonly on: string; readonly event: 'billed' | 'remainder-refunded' | 'billing-run' }
  | { readonly on: string; readonly event: 'ended'; readonly serviceEnds: string };

/** A row of the fee's account: for which days, and how much, in minor units. Nothing that was written changes. */
export interface FeeRow {
  readonly on: string;
  readonly kind: 'charge' | 'repair' | 'adjustment';
  readonly from: string;
  readonly until: string;
  readonly minor: bigint;
}

/** The rows sum to the balance. */
export interface FeeAccount {
  readonly rows: readonly FeeRow[];
  readonly balance: bigint;
}

export interface RecurringFee {
  readonly fee: Rational;
  readonly service: Period;
  readonly rounding: MoneyRounding;
}

/**
 * Runs a fee that is charged in advance through its events. The end of the service takes back fee × unused days / all days;
 * a refund takes back what is left; neither takes back more than is left. What was billed once is settled: nothing bills it
 * again, also not after a refund. A billing run bills a service that has begun and was never billed. Rows of zero are not written.
 */
export function runRecurringFee(events: readonly FeeEvent[], fee: RecurringFee): FeeAccount {
  let account: FeeBook = { rows: [], balance: 0n, billed: false, ends: fee.service.until };
  for (const event of events) account = applyEvent(account, { event, fee });
  return { rows: account.rows, balance: account.balance };
}

interface FeeBook extends FeeAccount {
  readonly billed: boolean;
  /** The first day that is not served: the end of the interval until it is ended earlier. */
  readonly ends: string;
}

function applyEvent(book: FeeBook, { event, fee }: { event: FeeEvent; fee: RecurringFee }): FeeBook {
  const { service } = fee;
  switch (event.event) {
    case 'billing-run':
    case 'billed': {
      const begun = event.event === 'billed' || event.on >= service.from;
      if (book.billed || !begun) return book;
      const charge = chargeUntil(book.ends, fee);
      return {
        ...write(book, { on: event.on, kind: 'charge', ...service, until: book.ends, minor: charge }),
        billed: true,
      };
    }
    case 'ended': {
      const ends = within(service, event.serviceEnds);
      if (ends >= book.ends) return book;
      const unused = book.billed ? unusedFrom(ends, fee) - unusedFrom(book.ends, fee) : 0n;
      const repair = sizeOf(unused) < sizeOf(book.balance) ? unused : book.balance;
      return { ...write(book, { on: event.on, kind: 'repair', from: ends, until: book.ends, minor: -repair }), ends };
    }
    case 'remainder-refunded':
      return write(book, {
        on: event.on,
        kind: 'adjustment',
        from: service.from,
        until: book.ends,
        minor: -book.balance,
      });
  }
}

function write(book: FeeBook, row: FeeRow): FeeBook {
  if (row.minor === 0n) return book;
  return { ...book, rows: [...book.rows, row], balance: book.balance + row.minor };
}

/** What the days from `ends` to the end of the service are worth, rounded as it is posted. */
function unusedFrom(ends: string, { fee, service, rounding }: RecurringFee): bigint {
  const unused = daysOf({ from: calendarDateOf(ends), until: service.until });
  return toMinor(multiply(fee, ratio(BigInt(unused), BigInt(daysOf(service)))), rounding);
}

function chargeUntil(ends: string, fee: RecurringFee): bigint {
  return toMinor(fee.fee, fee.rounding) - unusedFrom(ends, fee);
}

function within({ from, until }: Period, day: string): string {
  if (day < from) return from;
  return day > until ? until : day;
}

const sizeOf = (minor: bigint): bigint => (minor < 0n ? -minor : minor);
