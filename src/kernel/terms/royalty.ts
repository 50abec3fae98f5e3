import { type CommercialModel, type UseType } from '../uses';

/**
 * A figure of the period that no usage line carries, as the parties define it. Counts and amounts of a service are summed
 * over the services of the clause that asks; shares and flags are given once for the agreement.
 */
export interface Figure {
  readonly id: string;
  readonly unit: 'count' | 'money' | 'share' | 'flag';
  readonly per: 'service' | 'agreement';
  /** What counts, in words: "music advertising revenue net of agency fees". */
  readonly definition: string;
}

/** Figures that every record-company report carries; no terms need to define them. */
export const REPORTED_FIGURES = ['allPlays', 'netMusicAdvertisingRevenue'] as const;

/**
 * What a royalty is measured in: `units` (net units of the clause), `sales` (the money its usage was sold for, net of
 * returns), or the id of a figure.
 */
export type Measure = string;

/** Narrows a clause's usage to some of its services, uses, models or territories; absent members narrow nothing. */
export interface Selection {
  readonly services?: readonly string[];
  readonly uses?: readonly UseType[];
  readonly models?: readonly CommercialModel[];
  readonly territories?: readonly string[];
}

/** The royalty language: nestable without limit, each kind described in docs/rating.md. `name` is for people. */
export type Royalty =
  | PerUnit
  | Tiered
  | PerSubscriber
  | RevenueShare
  | Percentage
  | Flat
  | { readonly kind: 'greaterOf' | 'lesserOf' | 'sum'; readonly name?: string; readonly of: readonly Royalty[] }
  | { readonly kind: 'floor' | 'cap'; readonly name?: string; readonly amount: string; readonly of: Royalty }
  | Less
  | UsageShareOf
  | Prorated
  | Escalation;

export type RoyaltyKind = Royalty['kind'];

interface Named {
  readonly name?: string;
}

/** Units × a rate: given as such, as a share of a price, or chosen by a flag of the period ("growth target met"). */
export type PerUnit = Named & {
  readonly kind: 'perUnit';
  /** Absent: `units`. */
  readonly measure?: Measure;
  readonly where?: Selection;
} & (
    | { readonly rate: string }
    | { readonly price: string; readonly share: string }
    | { readonly rateByFlag: { readonly flag: string; readonly ifTrue: string; readonly ifFalse: string } }
  );

/** `upTo` belongs to its tier; null is the open last one. `flat` is due once, when the measure goes beyond the tier's lower bound. */
export interface Tier {
  readonly upTo: string | null;
  readonly rate: string;
  readonly flat: string;
}

/** `term`: the measure runs on from period to period, and a period is worth what it adds. That is escalation by cumulative units. */
export type Counter = 'period' | 'term';

export type Tiered = Named & {
  readonly kind: 'tiered';
  /** Absent: `units`. */
  readonly measure?: Measure;
  readonly where?: Selection;
  readonly counter: Counter;
} & (
    | { readonly method: 'graduated'; readonly tiers: readonly Tier[] }
    /** All units take the rate of the tier that the whole falls in; `flatAtZero`: whether its flat is due for nothing, too. */
    | { readonly method: 'volume'; readonly tiers: readonly Tier[]; readonly flatAtZero: boolean }
    /** Started packages beyond the free units × the price. */
    | { readonly method: 'package'; readonly freeUnits: string; readonly size: string; readonly price: string }
  );

/** A rate for each subscriber × the licence's usage share, where one is agreed. */
export type PerSubscriber = Named & {
  readonly kind: 'perSubscriber';
  readonly rate: string;
  /** Figure with the count of subscribers. */
  readonly subscribers: string;
  readonly by?: UsageShare;
};

/** A share of a revenue base, after its deductions, × the licence's usage share. */
export type RevenueShare = Named & {
  readonly kind: 'revenueShare';
  readonly share: string;
  /** Figure with the revenue. */
  readonly base: string;
  readonly deductions?: readonly Deduction[];
  /** What deductions leave at least; absent: nothing. */
  readonly notBelow?: string;
  readonly where?: Selection;
  readonly by: UsageShare;
};

/**
 * `plays`: the clause's net units ÷ all plays of its services. Or one measure ÷ another, with the share that counts where
 * the whole is nothing ("0" where absent). Or a share that the period's figures state.
 */
export type UsageShare =
  | 'plays'
  | { readonly part: Measure; readonly whole: Measure; readonly ifWholeIsZero?: string }
  | { readonly figure: string };

/** A percentage of money: of what the usage was sold for, or of a figure. */
export type Percentage = Named & {
  readonly kind: 'percentage';
  readonly rate: string;
  /** Absent: `sales`. */
  readonly measure?: Measure;
  readonly where?: Selection;
  readonly deductions?: readonly Deduction[];
  /** What deductions leave at least; absent: nothing. */
  readonly notBelow?: string;
  /** Further factors on the rate: "three quarters of the base rate for budget releases". */
  readonly adjustments?: readonly string[];
  /** On every sale that is charged. */
  readonly fixedPerSale?: string;
  /** Sales that are free while every limit that is agreed holds; needs sales one by one. */
  readonly free?: { readonly sales?: string; readonly amount?: string };
};

/** One step of what is taken off a base, in the order written, never more than is left. */
export type Deduction = {
  readonly name: string;
  /** At most this much. */
  readonly cap?: string;
} & (
  | { readonly kind: 'percent'; readonly rate: string; readonly of: 'original' | 'remaining' | Measure }
  | { readonly kind: 'fixed'; readonly amount: string }
);

/** A fixed amount for the period; `recordings`: the same for each recording used, instead of by units. */
export type Flat = Named & { readonly kind: 'flat'; readonly amount: string; readonly spread?: 'recordings' };

/** One royalty less others, not below an amount ("0" where absent). */
export type Less = Named & {
  readonly kind: 'less';
  readonly of: Royalty;
  readonly deduct: readonly Royalty[];
  readonly notBelow?: string;
};

/** A royalty on everybody's usage × the licence's usage share of it. */
export type UsageShareOf = Named & { readonly kind: 'usageShare'; readonly by: UsageShare; readonly of: Royalty };

/** Half-open days; null is an open side. */
export interface OpenPeriod {
  readonly from: string | null;
  readonly until: string | null;
}

/** × the days of the period that are active ÷ all its days. */
export type Prorated = Named & { readonly kind: 'prorated'; readonly active: OpenPeriod; readonly of: Royalty };

/** Another royalty from a day on; each unit by the day it was used or reported. A day in no step earns nothing yet. */
export type Escalation = Named & {
  readonly kind: 'escalation';
  readonly trigger: 'usageDate' | 'reportDate';
  readonly steps: readonly (OpenPeriod & { readonly of: Royalty })[];
};
