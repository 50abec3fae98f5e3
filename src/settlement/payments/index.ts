export type {
  AccountOrder,
  Balance,
  InvoiceOrder,
  Movement,
  MovementSubject,
  Outcome,
  PaymentRail,
  ProviderEvent,
  Refused,
  Span,
  TransferOrder,
  Unknown,
} from './payment-rail';
export { StripeRail, type StripeRailOptions } from './stripe-rail';
