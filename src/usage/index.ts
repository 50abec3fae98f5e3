export { UsageModule } from './usage.module';
export {
  liveReportIds,
  readBeforeConclusion,
  reportsAwaited,
  usageOfReports,
  type UsageOfMonth,
} from './usage-of-month';
