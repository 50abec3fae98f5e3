import type { CalendarDate, PeriodContext, Terms, UsageSum } from '../../kernel';

/** What a simulation stands on, as it was asked for and read: months are 'YYYY-MM', amounts and counts text. */
export type Basis = ReportedBasis | FileBasis | ForecastBasis;

/** What was really reported: the last whole months, or those from `from` on and before `until`. */
export interface ReportedBasis {
  readonly kind: 'reported';
  readonly months?: number;
  readonly from?: string;
  readonly until?: string;
}

/** Usage from a file or written out, and the figures of its months. */
export interface FileBasis {
  readonly kind: 'file';
  readonly fileId?: string;
  readonly rows?: readonly UsageRow[];
  readonly figures: readonly MonthFigures[];
  /** Of the amounts in the figures; absent: that of the first revision. */
  readonly currency?: string;
}

/** Months as they are planned; those after the last planned one grow from it. */
export interface ForecastBasis {
  readonly kind: 'forecast';
  readonly from: string;
  readonly months: number;
  /** "0.02": two per cent more every month. */
  readonly growthPerMonth: string;
  readonly monthly: readonly MonthPlan[];
  readonly currency?: string;
}

/** The columns of a usage file of `accordo rate`, and the month. */
export interface UsageRow {
  readonly month: string;
  readonly isrc: string;
  readonly service: string;
  readonly territory: string;
  readonly use: string;
  readonly model: string;
  readonly quantity: string;
  readonly returns: string;
  /** What it was sold for, net of returns. */
  readonly sales?: string;
}

export interface ServiceFigures {
  readonly service: string;
  readonly allPlays?: string;
  readonly netMusicAdvertisingRevenue?: string;
  /** Figures that the terms define, by id. */
  readonly figures?: Readonly<Record<string, string>>;
}

export interface MonthFigures {
  readonly month: string;
  readonly services: readonly ServiceFigures[];
  readonly figures: Readonly<Record<string, string>>;
}

/** A month to come. What names no service is a total: it stands on one of them, and the result says on which. */
export interface MonthPlan {
  readonly plays: readonly PlannedUsage[];
  readonly downloads: readonly PlannedUsage[];
  readonly allPlays?: string;
  readonly netMusicAdvertisingRevenue?: string;
  readonly figures: Readonly<Record<string, string>>;
  readonly services: readonly ServiceFigures[];
}

export interface PlannedUsage {
  readonly service?: string;
  readonly use?: string;
  readonly model?: string;
  readonly territory?: string;
  readonly units: string;
  readonly returns: string;
}

/** A month of usage that any terms can be run on. */
export interface BasisMonth {
  readonly month: string;
  readonly usage: readonly UsageSum[];
  /** The figures of the month as these terms count them. Throws RatingRefused where they cannot. */
  readonly contextFor: (terms: Terms, day: CalendarDate) => PeriodContext;
}

export const limits = {
  months: 36,
  revisions: 10,
  rowsInline: 1_000,
  fileRows: 100_000,
  fileBytes: 10 * 1024 * 1024,
  services: 100,
  plannedUsage: 100,
  figures: 100,
} as const;
