/** Months that are closed, each for all agreements: one a run. */
export const months = ['2026-01', '2026-02', '2026-03'] as const;
/** Sums of an agreement in a month, each of a recording of its own. */
export const sumsEach = 1_000;
/** Agreements of one label and one platform: invoices of a label wait for one another. */
export const agreementsOfPair = 100;
/** Closes at the same time: as many as two workers take. */
export const concurrency = 4;
/** Transactions that are posted together, and that the bare script inserts together. */
export const batch = 1_000;
