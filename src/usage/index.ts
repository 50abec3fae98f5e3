export { Accrual, type AccrualQuestion } from './alerts/accrual';
export { askToWatch } from './alerts/wake';
export { grantedContexts, serviceFigures } from './reported-contexts';
export {
  countUsageBetween,
  type LiveReport,
  liveReportsBetween,
  type ReportedMonth,
  usageBetween,
} from './usage-between';
export { type AverageQuestion, type BookedAverage, BookedAverages } from './suspense/booked-averages';
export { KeptReadings } from './kept-readings';
export { bothSources, otherSource, type OtherSource } from './events/both-sources';
export { MatchHeldEvents } from './events/match-held-events';
export { ShareOutEvents } from './events/share-out-events';
export {
  everyPosition,
  liveBasesOf,
  liveBasis,
  type MonthOfRecord,
  needsReports,
  sameBasis,
  sameReports,
  sameUsage,
  settledEvents,
  type UsageBasis,
  usageOfRecord,
} from './events/usage-of-record';
export { type EventMovement, eventMovements, type MovementKind, movementKinds } from './proof/event-movements';
export { isWhole, type ProofOrder, ProveSum, type ReportProof, type SumProof } from './proof/prove-sum';
export { type MonthSource, SumsOfMonth } from './proof/sums-of-month';
export type { SumKey } from './proof/sum-key';
export type { ReportTrace } from './proof/trace-sum';
export { UsageModule } from './usage.module';
export { firstReported, liveReportIds, monthsReported, readBeforeConclusion, reportsAwaited } from './usage-of-month';
export { WatchInboxes } from './inbox/watch-inboxes';
