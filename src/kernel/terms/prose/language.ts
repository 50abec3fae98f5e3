import {
  type Advance,
  type AuditRight,
  type Breakage,
  type Condition,
  type Escalation,
  type ExchangeRule,
  type Figure,
  type Flat,
  type Grant,
  type Guarantee,
  type InKindCredit,
  type LateInterest,
  type Less,
  type MinimumFee,
  type MostFavoured,
  type OpenPeriod,
  type Percentage,
  type PerSubscriber,
  type PerUnit,
  type Recoupment,
  type Renewal,
  type Reserve,
  type RevenueShare,
  type Royalty,
  type Service,
  type Settlement,
  type Split,
  type Taxes,
  type Termination,
  type Terms,
  type Texts,
  type Tiered,
  type UsageChecks,
  type UsageReconciliation,
  type UsageShareOf,
} from '../terms';
import { type ProseContext } from './context';
import { type Listing } from './passage';

export type LanguageCode = 'en' | 'ru';

export type Package = Extract<Tiered, { method: 'package' }>;
export type TieredByRate = Exclude<Tiered, Package>;

/**
 * The sentences of the contract in one language. Every function writes one clause, with every number of its term as the
 * terms have it: with a decimal point and no grouping, shares as percentages.
 */
export interface Language {
  readonly royalty: RoyaltyWords;
  parties(parties: Terms['parties']): string;
  services(services: readonly Service[]): string;
  repertoire(list: { readonly recordings: number; readonly sha256: string }): string;
  grant(grant: Grant, context: ProseContext): string;
  term(terms: Pick<Terms, 'term' | 'timeZone' | 'reportingPeriod'>): string;
  royaltyClause(clause: { readonly id: string; readonly grants: readonly string[]; readonly royalty: string }): string;
  advance(advance: Advance, context: ProseContext): string;
  settlement(settlement: Settlement, context: ProseContext): string;
  rounding(terms: Pick<Terms, 'rounding' | 'currency' | 'rules'>): string;
  usage(usage: Terms['usage'], context: ProseContext): string;
  usageChecks(checks: UsageChecks): string;
  usageReconciliation(reconciliation: UsageReconciliation): string;
  payment(dueDays: number): string;
  minimumPayout(amount: string, context: ProseContext): string;
  lateInterest(interest: LateInterest): string;
  rightsScope(scope: Terms['rightsScope']): string;
  figure(figure: Figure, context: ProseContext): string;
  guarantee(guarantee: Guarantee, context: ProseContext): string;
  minimumFee(fee: MinimumFee, context: ProseContext): string;
  inKindCredit(credit: InKindCredit, context: ProseContext): string;
  negativeResults(negative: Recoupment['negative']): string;
  expenses(expenses: Recoupment['expenses']): string;
  pooledAgreements(agreements: readonly string[]): string;
  reserve(reserve: Reserve, context: ProseContext): string;
  breakage(breakage: Breakage): string;
  split(split: Split): string;
  taxes(taxes: Taxes): string;
  exchange(rule: ExchangeRule): string;
  audit(right: AuditRight): string;
  mostFavoured(clause: MostFavoured): string;
  readonly life: LifeWords;
}

/** How the agreement begins, goes on and ends. */
export interface LifeWords {
  texts(texts: Texts): string;
  condition(condition: Condition): string;
  renewal(renewal: Renewal): string;
  notice(notice: NonNullable<Termination['notice']>): string;
  breach(breach: NonNullable<Termination['breach']>): string;
  sellOff(sellOff: NonNullable<Termination['sellOff']>): string;
  withdrawal(withdrawal: NonNullable<Termination['withdrawal']>): string;
}

/** The phrases of royalties. They carry no punctuation at their end; the layout adds it, and the labels of branches. */
export interface RoyaltyWords {
  /** Whether an expression keeps to one paragraph even where branches have branches. */
  keepsOneParagraph(royalty: Royalty): boolean;
  /** What stands before a royalty that has a name. */
  name(name: string): string;
  perUnit(royalty: PerUnit, context: ProseContext): string;
  tiers(royalty: TieredByRate, context: ProseContext): Listing;
  packages(royalty: Package, context: ProseContext): string;
  perSubscriber(royalty: PerSubscriber, context: ProseContext): string;
  revenueShare(royalty: RevenueShare, context: ProseContext): Listing;
  percentage(royalty: Percentage, context: ProseContext): Listing;
  flat(royalty: Flat, context: ProseContext): string;
  /** What stands before the branches. */
  readonly branches: Readonly<Record<'greaterOf' | 'lesserOf' | 'sum', string>>;
  /** What stands behind what is bounded. */
  readonly bound: Readonly<Record<'floor' | 'cap', (amount: string, context: ProseContext) => string>>;
  /** What stands before the royalty and those that are taken from it. */
  less(royalty: Less, context: ProseContext): string;
  /** What stands before the royalty of which a share is taken. */
  usageShare(royalty: UsageShareOf, context: ProseContext): string;
  /** What stands behind what is prorated. */
  prorated(active: OpenPeriod): string;
  /** What stands before the steps. */
  escalation(trigger: Escalation['trigger']): string;
  /** What stands before the royalty of a step. */
  step(days: OpenPeriod): string;
}
