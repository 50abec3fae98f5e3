import { type OpenDays } from './family';

interface Named {
  readonly name?: string;
}

interface Tiers {
  readonly metric: string;
  readonly counter?: 'per-period' | 'cumulative';
  readonly tiers: readonly CaseTier[];
}

export interface CaseTier {
  readonly up_to: string | null;
  readonly rate: string;
  readonly flat?: string;
}

export type CaseShare =
  { readonly metric: string } | { readonly part: string; readonly whole: string; readonly if_whole_is_zero?: string };

/** `terms.formula`: a tree of methods, each described in `methods` of the file. */
export type Formula = Named &
  (
    | { readonly method: 'amount'; readonly metric: string }
    | { readonly method: 'flat'; readonly amount: string }
    | ({ readonly method: 'per-unit'; readonly metric: string } & CaseRate)
    | { readonly method: 'percentage'; readonly metric: string; readonly rate: string }
    | { readonly method: 'times-share'; readonly of: Formula; readonly share: CaseShare }
    | { readonly method: 'sum' | 'greater-of' | 'lesser-of'; readonly of: readonly Formula[] }
    | {
        readonly method: 'minus';
        readonly from: Formula;
        readonly minus: readonly Formula[];
        readonly not_below?: string | null;
      }
    | ({ readonly method: 'graduated' } & Tiers)
    | ({ readonly method: 'volume'; readonly flat_at_zero?: 'charged' | 'not-charged' } & Tiers)
    | {
        readonly method: 'package';
        readonly metric: string;
        readonly free_units?: string;
        readonly size: string;
        readonly price: string;
      }
    | { readonly method: 'prorate-by-days'; readonly of: Formula; readonly active: OpenDays }
  );

/** A rate, or two of which a flag of the period picks one. */
export interface CaseRate {
  readonly rate?: string;
  readonly rate_by_flag?: { readonly flag: string; readonly if_true: string; readonly if_false: string };
}

/** The children of a formula in the order of a royalty's explanation. */
export function childrenOfFormula(formula: Formula): readonly Formula[] {
  switch (formula.method) {
    case 'sum':
    case 'greater-of':
    case 'lesser-of':
      return formula.of;
    case 'minus':
      return [formula.from, ...formula.minus];
    case 'times-share':
    case 'prorate-by-days':
      return [formula.of];
    default:
      return [];
  }
}
