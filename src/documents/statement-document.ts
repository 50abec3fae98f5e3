import type { ClauseLine, LanguageCode } from '../kernel';
import type { Side, SummaryName } from './statement-words';

export interface SummaryLine {
  readonly name: SummaryName;
  /** As text with all digits of the currency. What takes away is below zero. */
  readonly amount: string;
  /** A sum of what stands above it. */
  readonly total: boolean;
}

/** A month of the agreement as the charts show it. Amounts as text. */
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

/** A statement, ready to be set. Amounts are text with all digits of the currency. */
export interface StatementDocument {
  readonly language: LanguageCode;
  readonly side: Side;
  readonly id: string;
  readonly agreementId: string;
  /** 'YYYY-MM' */
  readonly month: string;
  readonly currency: string;
  readonly issuedAt: Date;
  /** 'YYYY-MM' whose usage stands in for the month's own; null: the statement is no estimate. */
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
  /** Tax, exchange and payees' shares: what they are called, and their figures. */
  readonly payments: readonly (readonly [name: string, figures: string])[];
  /** Up to this month, oldest first. */
  readonly months: readonly ChartedMonth[];
  /** Those with the largest amounts. */
  readonly lines: readonly StatementLineShown[];
  readonly lineCount: number;
  readonly hashes: { readonly clauseLines: string; readonly terms: string };
}
