export type { PaymentRail } from './payments';
export { stripeRail } from './payments/payments';
export type { RateFeedsConfig } from './rates/rate-feeds';
export { WatchRates } from './rates/watch-rates';
export { SettlementModule } from './settlement.module';
