export type {
  AccountOrder,
  Balance,
  InvoiceOrder,
  Outcome,
  PaymentRail,
  ProviderEvent,
  Refused,
  TransferOrder,
  Unknown,
} from './payment-rail';
export { StripeRail, type StripeRailOptions } from './stripe-rail';
