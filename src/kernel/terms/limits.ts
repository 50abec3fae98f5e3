/** From how few to how many: entries of a list, or the values of an integer. Both ends are allowed. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** The limit of every list, wide of any contract; an optional list that is given has at least one entry. */
export const LISTS = {
  services: { min: 1, max: 100 },
  isrcs: { min: 1, max: 1_000_000 },
  grants: { min: 1, max: 100 },
  grantServices: { min: 1, max: 1000 },
  uses: { min: 1, max: 100 },
  models: { min: 1, max: 100 },
  territories: { min: 1, max: 300 },
  exceptedTerritories: { min: 0, max: 300 },
  royalties: { min: 1, max: 100 },
  royaltyGrants: { min: 1, max: 100 },
  /** The clauses that a guarantee, a reserve or an advance names. */
  namedClauses: { min: 1, max: 100 },
  branches: { min: 1, max: 32 },
  tiers: { min: 1, max: 50 },
  steps: { min: 1, max: 100 },
  deductions: { min: 1, max: 20 },
  adjustments: { min: 1, max: 10 },
  /** Services, uses, models or territories that narrow a measure. */
  selection: { min: 1, max: 300 },
  figures: { min: 1, max: 100 },
  guarantees: { min: 1, max: 50 },
  minimumFees: { min: 1, max: 50 },
  inKindCredits: { min: 1, max: 50 },
  advances: { min: 0, max: 20 },
  instalments: { min: 1, max: 200 },
  intervals: { min: 1, max: 200 },
  pooledWith: { min: 1, max: 100 },
  reserves: { min: 1, max: 50 },
  release: { min: 1, max: 120 },
  splits: { min: 1, max: 200 },
  splitShares: { min: 1, max: 1000 },
  mostFavoured: { min: 1, max: 20 },
  /** The figures that a most favoured nation clause compares; more than there are is a list with repetitions. */
  compares: { min: 1, max: 10 },
  conditions: { min: 1, max: 20 },
  claims: { min: 0, max: 10_000 },
  sourceOfRecord: { min: 1, max: 10_000 },
  faultCodes: { min: 0, max: 100 },
} as const satisfies Record<string, Bounds>;

export const INTEGERS = {
  dueDays: { min: 0, max: 366 },
  answerDays: { min: 0, max: 366 },
  graceDays: { min: 0, max: 366 },
  roundingDecimals: { min: -9, max: 9 },
  /** A part of a reserve is released this many reporting periods after it was held. */
  afterPeriods: { min: 1, max: 120 },
  auditYears: { min: 1, max: 20 },
  noticeDays: { min: 1, max: 3650 },
  renewalMonths: { min: 1, max: 120 },
  renewals: { min: 1, max: 100 },
} as const satisfies Record<string, Bounds>;
