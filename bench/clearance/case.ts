/** One line of the result. What a case does not measure is null: all cases have the same fields. */
export interface ClearanceCase {
  readonly case: string;
  readonly decisionsPerSecond: number | null;
  readonly parsedKeyDecisionsPerSecond: number | null;
  readonly bytesPerPair: number | null;
  readonly startSeconds: number | null;
  readonly httpRatioToFastify: number | null;
  readonly batchAnswersPerSecond: number | null;
  readonly receiptAnswersPerSecond: number | null;
  readonly p99Milliseconds: number | null;
  readonly differencesToOracle: number | null;
  readonly openMilliseconds: number | null;
  /** What the yardstick of this case is, and how much of it is done in a second, in the same run. */
  readonly yardstick: string | null;
  readonly yardstickPerSecond: number | null;
}

const nothing: Omit<ClearanceCase, 'case'> = {
  decisionsPerSecond: null,
  parsedKeyDecisionsPerSecond: null,
  bytesPerPair: null,
  startSeconds: null,
  httpRatioToFastify: null,
  batchAnswersPerSecond: null,
  receiptAnswersPerSecond: null,
  p99Milliseconds: null,
  differencesToOracle: null,
  openMilliseconds: null,
  yardstick: null,
  yardstickPerSecond: null,
};

export const caseOf = (name: string, figures: Partial<ClearanceCase>): ClearanceCase => ({
  ...nothing,
  ...figures,
  case: name,
});

export const runs = 5;
export const rounded = (value: number, decimals = 0): number => Number(value.toFixed(decimals));
