export { UsageModule } from './usage.module';
export { liveReportIds, reportsAwaited, usageOfReports, type UsageOfMonth } from './usage-of-month';
