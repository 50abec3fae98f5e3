export type {
  AccountOrder,
  AccountState,
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
export { movementSubjects } from './payment-rail';
export { StripeRail, type StripeRailOptions } from './stripe-rail';
