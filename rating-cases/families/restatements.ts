import {
  bookVersions,
  periodOf,
  rational,
  runRecurringFee,
  type BookingRow,
  type FeeEvent,
  type RoyaltyOfPeriod,
  type VersionBooking,
} from '../../src/kernel';
import { CaseMoney, type MoneyTerms } from './case-money';
import { entryAt, family, type Days } from './family';
import { branchesOf, rateFormula, type FormulaTerms } from './formulas';
import { type CaseMetrics } from './royalty-of-formula';

type UsageTerms = FormulaTerms & {
  readonly model: 'rated-usage';
  readonly closings: readonly (Days & { readonly closed_on: string })[];
};

type FeeTerms = MoneyTerms & { readonly model: 'recurring-fee'; readonly fee: string; readonly service: Days };

interface UsageVersions {
  readonly period: Days;
  readonly versions: readonly (CaseMetrics & { readonly version: string; readonly recorded_on: string })[];
}

interface FeeEvents {
  readonly events: readonly {
    readonly on: string;
    readonly event: FeeEvent['event'];
    readonly service_ends?: string;
  }[];
}

/** restatement. */
export const restatement = family((terms: UsageTerms | FeeTerms, usage: UsageVersions & FeeEvents) =>
  terms.model === 'recurring-fee' ? recurringFee(terms, usage) : ratedUsage(terms, usage),
);

function ratedUsage(terms: UsageTerms, { period, versions }: UsageVersions): unknown {
  const money = new CaseMoney(terms);
  // Every version is the whole period again: none counts on from another.
  const rated = versions.map((version): RoyaltyOfPeriod => {
    return entryAt(rateFormula(terms, [{ ...period, ...version }]).periods, 0);
  });
  const booked = bookVersions(
    versions.map(({ recorded_on: recordedOn }, index) => {
      return { recordedOn, final: entryAt(rated, index).minor };
    }),
    {
      period: periodOf(period.from, period.until),
      closings: terms.closings.map(({ from, until, closed_on: closedOn }) => {
        return { ...periodOf(from, until), closedOn };
      }),
    },
  );
  return {
    versions: booked.versions.map((booking, index) => ({
      version: entryAt(versions, index).version,
      kind: booking.kind,
      ...branchesOf(terms.formula, entryAt(rated, index).explanation),
      exact: entryAt(rated, index).exact,
      final: money.text(booking.final),
      ...bookingShown(booking, money),
    })),
    issued_statement: booked.issuedStatement === null ? null : money.text(booked.issuedStatement),
    balance: money.text(booked.balance),
  };
}

function bookingShown(booking: VersionBooking, money: CaseMoney): object {
  if (booking.kind === 'draft') return {};
  if (booking.kind === 'original') return { booked_in: booking.bookedIn };
  const rows = (style: readonly BookingRow[]) =>
    style.map(({ forPeriod, kind, minor }) => ({ for_period: forPeriod, kind, amount: money.text(minor) }));
  return {
    delta: money.text(booking.delta),
    booked_in: booking.bookedIn ?? null,
    delta_style: rows(booking.deltaStyle),
    ledger_style: rows(booking.ledgerStyle),
  };
}

function recurringFee(terms: FeeTerms, { events }: FeeEvents): unknown {
  const money = new CaseMoney(terms);
  const account = runRecurringFee(
    events.map(({ on, event, service_ends: serviceEnds = '' }): FeeEvent => {
      return event === 'ended' ? { on, event, serviceEnds } : { on, event };
    }),
    {
      fee: rational(terms.fee),
      service: periodOf(terms.service.from, terms.service.until),
      rounding: money.scale,
    },
  );
  return {
    rows: account.rows.map(({ on, kind, from, until, minor }) => ({
      on,
      kind,
      from,
      until,
      amount: money.text(minor),
    })),
    balance: money.text(account.balance),
  };
}
