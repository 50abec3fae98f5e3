import type { ClauseLine, LanguageCode } from '../kernel';
import type { Side, SummaryName } from './statement-words';

export interface SummaryLine {
  readonly name: SummaryName;
  /** As text with all digits of the currency. What takes away is below zero. */
  readonly amount: string;
  readonly currency: string;
  /** A sum of what stands above it. */
  readonly total: boolean;
}

/** A reporting period of the agreement, by its name, as the charts show it. Amounts as text. */
export interface ChartedMonth {
  readonly month: string;
  readonly royalties: string;
  readonly payable: string;
  readonly advance: { readonly opening: string; readonly recouped: string; readonly closing: string };
}

export interface StatementLineShown {
  readonly period: string;
  readonly clause: string;
  readonly isrc: string | null;
  readonly service: string | null;
  readonly territory: string | null;
  readonly useType: string | null;
  readonly commercialModel: string | null;
  readonly quantity: string;
  readonly amount: string;
}

/** Tax, exchange or a payee's share: what it was taken of, at which rate, and what it came to. */
export interface PaymentShown {
  readonly kind: 'vat' | 'withholding' | 'exchange' | 'exchanged-vat' | 'share';
  /** Who bears a tax, as the terms say it. */
  readonly treatment?: string;
  /** The law or treaty, the bank; of a share, the payee. */
  readonly source: string;
  /** The day of an exchange rate. */
  readonly on?: string;
  readonly rate?: string;
  readonly of?: AmountShown;
  readonly to: AmountShown;
}

export interface AmountShown {
  readonly amount: string;
  readonly currency: string;
}

/** A statement, ready to be set. Amounts are text with all digits of the currency. */
export interface StatementDocument {
  readonly language: LanguageCode;
  readonly side: Side;
  readonly id: string;
  readonly agreementId: string;
  /** The name of the period: '2026-01', '2026-Q1'. */
  readonly month: string;
  readonly currency: string;
  readonly issuedAt: Date;
  /** The name of the period whose usage stands in for its own; null: the statement is no estimate. */
  readonly estimatedFrom: string | null;
  readonly parties: Readonly<Record<Side, { readonly id: string; readonly name: string }>>;
  readonly summary: readonly SummaryLine[];
  readonly payable: string;
  readonly clauses: readonly ClauseLine[];
  readonly restatements: readonly {
    readonly period: string;
    readonly booked: string;
    readonly rerated: string;
    readonly delta: string;
    readonly clauses: readonly { readonly clause: string; readonly amount: string }[];
  }[];
  readonly steps: readonly {
    readonly clause: string;
    readonly step: string;
    readonly id?: string;
    readonly formula: string;
    readonly amount: string;
  }[];
  readonly payments: readonly PaymentShown[];
  /** What lapsed and is allocated to recordings; null: nothing. */
  readonly breakage: {
    readonly allocateBy: 'units' | 'royalties';
    readonly amount: string;
    readonly recordings: string;
    readonly unallocated: string;
  } | null;
  /** Up to this period, oldest first. */
  readonly months: readonly ChartedMonth[];
  /** Those with the largest amounts. */
  readonly lines: readonly StatementLineShown[];
  readonly lineCount: number;
  readonly hashes: { readonly clauseLines: string; readonly terms: string };
}
