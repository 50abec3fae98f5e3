/** One sales context of a report. Both days are inclusive; amounts are decimal text, null where the report does not tell them. */
export interface OpeningContext {
  readonly lineNumber: number;
  readonly summaryRecordId: string;
  readonly commercialModel: string;
  readonly useType: string;
  readonly territory: string;
  readonly periodStart: string;
  readonly periodEnd: string;
  /** Null for that of HEAD. */
  readonly serviceDescriptions: readonly (string | null)[];
  readonly usages: bigint;
  readonly allocatedUsages: bigint;
  readonly netRevenue: string | null;
  readonly musicUsageRatio: string | null;
  readonly currencyOfAccounting: string | null;
}
