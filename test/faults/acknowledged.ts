import type { ExpectedStatement } from './expected-amounts';

/** What the API has promised by a 2xx answer, and what each promise must come to. */
export class Acknowledged {
  readonly reports: { readonly id: string; readonly quantity: bigint; readonly returns: bigint }[] = [];
  readonly closes: ({
    readonly operationId: string;
    readonly agreementId: string;
    readonly month: string;
  } & ExpectedStatement)[] = [];
  readonly payouts: { readonly id: string; readonly invoiceId: string }[] = [];
  /** Invoices whose payment the provider took. */
  readonly payments: { readonly invoiceId: string }[] = [];
}
