/** What came of a payment at the provider that a person must look at: it is kept as an event, by these words. */
export const unfitPayments = ['invoice unknown', 'amount differs', 'invoice already paid'] as const;
export type UnfitPayment = (typeof unfitPayments)[number];
