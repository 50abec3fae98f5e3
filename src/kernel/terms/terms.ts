import { type Period, type ReportingPeriod } from '../calendar';
import { type RoundingMode } from '../money';
import { type TerritorySet } from '../territory';
import { type CommercialModel, type UseType } from '../uses';
import {
  type Advance,
  type AuditRight,
  type Breakage,
  type ExchangeRule,
  type Guarantee,
  type InKindCredit,
  type MinimumFee,
  type PaymentDuties,
  type Recoupment,
  type Reserve,
  type Split,
  type Taxes,
} from './money-clauses';
import { type Condition, type Renewal, type Termination, type Texts } from './life-clauses';
import { type MostFavoured } from './most-favoured';
import { type Figure, type Royalty } from './royalty';

/**
 * A licence in force or on offer, as data: schema accordo-terms/1. Every value is in canonical form (sorted sets, decimals
 * without trailing zeros, NFC text), for `readTerms` is the only way to get one. Decimals are text; nothing here is a float.
 */
export interface Terms {
  readonly schema: 'accordo-terms/1';
  /** The rating rules the parties signed. A later fix of the rules never changes a signed contract. */
  readonly rules: 'accordo-rating/1';
  readonly parties: { readonly label: Party; readonly platform: Party };
  readonly services: readonly Service[];
  readonly repertoire: Repertoire;
  readonly grants: readonly Grant[];
  readonly term: Period;
  /** IANA zone in which the days of the term and of usage are counted. */
  readonly timeZone: string;
  readonly reportingPeriod: ReportingPeriod;
  readonly currency: string;
  /** What the platform reports beside usage, as the parties define it: the bases that royalties name. */
  readonly figures?: readonly Figure[];
  readonly royalties: readonly RoyaltyClause[];
  readonly guarantees?: readonly Guarantee[];
  readonly minimumFees?: readonly MinimumFee[];
  readonly inKindCredits?: readonly InKindCredit[];
  readonly advances: readonly Advance[];
  /** Absent: a negative result is carried forward, no expenses, no pool beyond this agreement. */
  readonly recoupment?: Recoupment;
  readonly reserves?: readonly Reserve[];
  /** Absent: what is unearned at the end of the term stays with the label, unallocated. */
  readonly breakage?: Breakage;
  /** How the label's money is shared out among payees; absent: all of it is the label's. */
  readonly splits?: readonly Split[];
  readonly taxes?: Taxes;
  /** Absent: paid in the currency of the terms. */
  readonly exchange?: ExchangeRule;
  readonly audit?: AuditRight;
  readonly texts?: Texts;
  readonly conditions?: readonly Condition[];
  readonly renewal?: Renewal;
  readonly termination?: Termination;
  readonly settlement?: Settlement;
  readonly mostFavoured?: readonly MostFavoured[];
  readonly rounding: Rounding;
  readonly usage: UsageDuties;
  readonly payment: PaymentDuties;
  readonly rightsScope: { readonly licensed: 'sound-recording'; readonly musicalWork: MusicalWorkClearance };
}

export interface Party {
  readonly id: string;
  readonly name: string;
}

export interface Service {
  readonly id: string;
  readonly name: string;
}

/** A frozen list of recordings, as sorted ISRCs. */
export interface Repertoire {
  readonly kind: 'list';
  readonly isrcs: readonly string[];
}

/** What may be done where: every combination of its services, uses, models and territories, for the whole term. */
export interface Grant {
  readonly id: string;
  readonly services: readonly string[];
  readonly uses: readonly UseType[];
  readonly models: readonly CommercialModel[];
  readonly territories: TerritorySet;
  readonly exclusive: boolean;
}

/** What is owed for the uses of some grants in one period, over all their services together. */
export interface RoyaltyClause {
  readonly id: string;
  readonly grants: readonly string[];
  readonly royalty: Royalty;
}

export * from './life-clauses';
export * from './money-clauses';
export * from './most-favoured';
export * from './royalty';

/** Past use: what is paid for it (never recoupable), which claims end, and until which day use is released. */
export interface Settlement {
  readonly backFee: { readonly amount: string; readonly due: 'signature' };
  readonly claims: readonly string[];
  readonly releasesUseBefore: string;
  readonly effect: 'signature' | 'payment';
}

export interface Rounding {
  readonly mode: RoundingMode;
  /** Digits after the point of the currency; -1 rounds to tens. Never finer than the minor unit. */
  readonly decimals: number;
  /** What is rounded, exactly once: the total of the period, or each line: a recording under a clause. */
  readonly apply: 'period' | 'line';
  readonly spread: 'largest-remainder';
}

export interface UsageDuties {
  /** Which of reports and events is money for a service and use; the other is evidence. */
  readonly sourceOfRecord: readonly SourceOfRecord[];
  readonly report: { readonly profile: string; readonly dueDays: number };
  /** Absent: a report is refused only for what makes all of it useless. */
  readonly checks?: UsageChecks;
  /** Absent: any difference between the two sources is one, and nobody owes an answer by a day. */
  readonly reconciliation?: UsageReconciliation;
}

/** When a report is refused as a whole although it can be read. */
export interface UsageChecks {
  /** The largest share of its usage lines that may be faulty. */
  readonly faultyShareMax: string;
  /** Codes of faults of which a single one refuses it, warnings too. */
  readonly refusedFor: readonly string[];
}

export interface UsageReconciliation {
  /** Differences up to this share of the larger count pass. */
  readonly tolerance: string;
  /** The platform explains larger ones within this many days of the day on which the report is due. */
  readonly answerDays: number;
}

export interface SourceOfRecord {
  readonly service: string;
  readonly use: UseType;
  readonly source: 'report' | 'events';
}

/** Who clears the musical work: a label licenses the sound recording only. */
export type MusicalWorkClearance = 'platform-clears' | 'label-clears';
