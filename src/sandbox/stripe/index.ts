export { type StripeDouble, startStripeDouble } from './start-stripe-double';
export type { StripeDoubleOptions } from './assemble';
export type { StripeControl, StripeCounters } from './control';
export type { RequestFault, RequestFaultKind, StripeFaults, WebhookFaults } from './faults';
