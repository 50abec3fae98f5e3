export * from './booking';
export { clauseSales } from './clause-sales';
export { evaluate } from './evaluate';
export { chargeSales, percentageRate, type SaleCharge } from './evaluate-percentage';
export { chargeTiers, type TierCharge } from './evaluate-tiers';
export { type DeductionStep, type EscalationStep, type Explanation, type TierStep } from './explanation';
export { type Evaluation, type Figures } from './figures';

export { ratePeriod, type ClauseLine, type ClausePortion, type RatedPeriod } from './rate-period';
export * from './rate-dated-lines';
export * from './rate-royalty';
export * from './rate-sales';
export * from './rating-input';
export { type RecordingUnits } from './recordings';
export * from './restate';
export { salesOf, type Sale } from './sales';
export { exactOfRecordings, spreadOverRecordings } from './spread';
export * from './stated-prices';
export { unitRateOf } from './unit-rate';
