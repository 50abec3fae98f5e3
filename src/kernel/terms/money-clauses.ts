import { type Period } from '../calendar';

/** What stands around the royalties: the clauses that turn what is earned into what is paid. Amounts are decimals of the terms' currency. */

/** A payment on a day; `on` is inside or outside the term, as the parties agree. */
export interface Instalment {
  readonly on: string;
  readonly amount: string;
}

/** At least this much is paid. Clauses: those whose royalties count; absent: all. */
export type Guarantee = {
  readonly id: string;
  readonly clauses?: readonly string[];
  /** Whether the top-up counts as a royalty from which advances are recouped. */
  readonly topUpRecoups: boolean;
} & (
  | {
      /** For each reporting period; `prorated`: by the days of the period inside `active`, or inside the term. */
      readonly per: 'period';
      readonly amount: string;
      readonly prorated: boolean;
      readonly active?: Period;
    }
  | {
      /** For each interval, topped up at its end, or paid in instalments whatever is earned; `crossed`: all intervals together. */
      readonly per: 'interval';
      readonly crossed: boolean;
      readonly intervals: readonly (Period & {
        readonly amount: string;
        readonly instalments?: readonly Instalment[];
      })[];
    }
);

/** A yearly fee by a count (channels), capped, paid in advance and used up by the royalties of its own year; the rest lapses. */
export interface MinimumFee {
  readonly id: string;
  /** Figure with the count, of the agreement. */
  readonly figure: string;
  readonly rate: string;
  readonly cap?: string;
  readonly years: readonly (Period & { readonly dueOn: string })[];
}

/** Something other than money that the platform owes (advertising space), by interval. Never paid in cash. */
export interface InKindCredit {
  readonly id: string;
  readonly kind: string;
  /** Whether what is left moves on to the next interval; it lapses at the end of the last. */
  readonly carryOver: boolean;
  readonly intervals: readonly (Period & { readonly amount: string })[];
}

export interface Advance {
  readonly id: string;
  readonly amount: string;
  /** At signature, or in instalments that sum to the amount. */
  readonly due: 'signature' | readonly Instalment[];
  /** All royalties of the agreement, or those of named royalty clauses. */
  readonly recoupableFrom: 'all' | readonly string[];
  /** Royalties of these days recoup it; absent: from signature until it is recouped. */
  readonly recoup?: Period & { readonly carryOver: boolean };
  /** Due only when the platform exercises the option. */
  readonly option?: true;
}

export interface Recoupment {
  /** A result below zero waits on an account of its own, or is added to what is unrecouped. */
  readonly negative: 'carried-forward' | 'unrecouped';
  /** Whether agreed expenses are taken from royalties before anything is recouped. */
  readonly expenses: 'none' | 'before-recoupment';
  /** Other agreements of the same parties whose royalties and advances are taken together with these. */
  readonly pooledWith?: readonly string[];
}

/** A part of royalties held back against returns and released later. */
export interface Reserve {
  readonly id: string;
  readonly clauses?: readonly string[];
  readonly rate: string;
  /** `royalties`: of the royalty earned on sales. `sales`: of the sales themselves, before the royalty. Returns hold nothing. */
  readonly basis: 'royalties' | 'sales';
  /** Shares sum to one; the last release takes what is left. */
  readonly release: readonly { readonly afterPeriods: number; readonly share: string }[];
}

/** How advances and guarantees that were never earned are allocated when they lapse. */
export interface Breakage {
  readonly allocateBy: 'units' | 'royalties';
}

/** From a day until a day the money is shared out so. Intervals do not overlap, shares sum to one. */
export interface Split extends Period {
  readonly shares: readonly { readonly payee: string; readonly share: string }[];
}

/** Who bears tax. The rates come from outside, with their source: law changes, contracts do not. */
export interface Taxes {
  readonly withholding: 'deducted' | 'grossed-up';
  readonly vat: 'added' | 'included' | 'reverse-charge';
}

export interface ExchangeRule {
  readonly payIn: string;
  readonly source: 'ecb' | 'cbr' | 'manual';
  /** The day whose rate counts. */
  readonly rateOf: 'period-end' | 'statement' | 'payment';
}

export type DayCount = 'actual/365' | 'actual/360';

export interface PaymentDuties {
  readonly dueDays: number;
  /** Less than this waits for the next period. */
  readonly minimumPayout?: string;
  readonly lateInterest?: LateInterest;
}

export interface LateInterest {
  readonly annualRate: string;
  readonly dayCount: DayCount;
  readonly graceDays: number;
}

export interface AuditRight {
  /** Calendar years from one accepted notice to the next: 1 allows one a year. */
  readonly yearsBetweenNotices: number;
  /** How many full calendar years before the year of the notice may be audited; none twice. */
  readonly fullYearsBack: number;
  /** The platform pays for the audit when at least (or more than) this share of what was due was not paid. */
  readonly costShift?: { readonly threshold: string; readonly comparison: 'at-or-above' | 'above' };
  readonly interest?: LateInterest;
}
