import { type Period } from '../calendar';
import { type RoundingMode } from '../money';
import { type TerritorySet } from '../territory';
import { type CommercialModel, type UseType } from '../uses';

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
  readonly reportingPeriod: 'month';
  readonly currency: string;
  readonly royalties: readonly RoyaltyClause[];
  readonly advances: readonly Advance[];
  readonly settlement?: Settlement;
  readonly rounding: Rounding;
  readonly usage: UsageDuties;
  readonly payment: { readonly dueDays: number };
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

/** The royalty language: nestable, each kind described in docs/rating.md. */
export type Royalty =
  | PerUnit
  | RevenueShare
  | { readonly kind: 'flat'; readonly amount: string }
  | { readonly kind: 'greaterOf' | 'lesserOf' | 'sum'; readonly of: readonly Royalty[] }
  | { readonly kind: 'floor' | 'cap'; readonly amount: string; readonly of: Royalty };

export type RoyaltyKind = Royalty['kind'];

/** Net units × a rate, the rate given as such or as a share of a price. */
export type PerUnit =
  | { readonly kind: 'perUnit'; readonly rate: string }
  | { readonly kind: 'perUnit'; readonly price: string; readonly share: string };

/** A share of a figure of the period × this licence's part of all plays. */
export interface RevenueShare {
  readonly kind: 'revenueShare';
  readonly share: string;
  readonly base: 'netMusicAdvertisingRevenue';
  readonly by: 'plays';
}

export interface Advance {
  readonly id: string;
  readonly amount: string;
  readonly due: 'signature';
  readonly recoupableFrom: 'all';
}

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
  readonly apply: 'period';
  readonly spread: 'largest-remainder';
}

export interface UsageDuties {
  /** Which of reports and events is money for a service and use; the other is evidence. */
  readonly sourceOfRecord: readonly SourceOfRecord[];
  readonly report: { readonly profile: string; readonly dueDays: number };
}

export interface SourceOfRecord {
  readonly service: string;
  readonly use: UseType;
  readonly source: 'report' | 'events';
}

/** Who clears the musical work: a label licenses the sound recording only. */
export type MusicalWorkClearance = 'platform-clears' | 'label-clears';
