export type { PaymentRail } from './payments';
export { stripeRail } from './payments/payments';
export { SettlementModule } from './settlement.module';
