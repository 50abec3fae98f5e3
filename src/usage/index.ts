export { grantedContexts, serviceFigures } from './reported-contexts';
export {
  countUsageBetween,
  type LiveReport,
  liveReportsBetween,
  type ReportedMonth,
  usageBetween,
} from './usage-between';
export { KeptReadings } from './kept-readings';
export { UsageModule } from './usage.module';
export {
  liveReportIds,
  readBeforeConclusion,
  reportsAwaited,
  usageOfReports,
  type UsageOfMonth,
} from './usage-of-month';
