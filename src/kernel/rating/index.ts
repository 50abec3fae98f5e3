export * from './clause-lines';
export { evaluate, type ClauseFigures, type Evaluation, type Explanation } from './evaluate';
export { ratePeriod, type ClauseLine, type RatedPeriod } from './rate-period';
export * from './rating-input';
export { type RecordingUnits } from './recordings';
export * from './restate';
export * from './settle';
export { exactOfRecordings, spreadOverRecordings } from './spread';
