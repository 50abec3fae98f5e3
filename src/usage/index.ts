export { UsageModule } from './usage.module';
export { liveUsage, reportsAwaited, usageOfReports, type UsageOfMonth } from './usage-of-month';
