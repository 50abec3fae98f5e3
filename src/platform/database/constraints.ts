import { DomainError } from '../errors/domain-error';
import type { ErrorCode } from '../errors/codes';

/** What a violated constraint means to the caller. A constraint that is not listed here is a fault of ours. */
const meanings: Readonly<Record<string, ErrorCode>> = {
  members_one_email: 'email-taken',
  organizations_one_party_id: 'party-id-taken',
  organizations_one_operator: 'operator-exists',
  services_one_name: 'service-name-taken',
  approvals_four_eyes: 'approval-needs-second-person',
  recording_rights_no_overlap: 'rights-overlap',
  negotiations_reopened_once: 'negotiation-reopened',
  packages_one_version: 'package-version-taken',
  saved_queries_one_name: 'saved-query-name-taken',
  claims_one_reference: 'claim-reference-taken',
  negotiations_one_open_per_listing: 'listing-under-negotiation',
  organization_signing_keys_pkey: 'signing-key-exists',
  delegations_one_live: 'delegation-exists',
  agreements_one_original: 'agreement-imported-already',
  agreement_grants_exclusive: 'exclusive-grant-overlaps',
  usage_contexts_one_live: 'period-already-reported',
  payout_allocations_one_live: 'invoice-not-payable',
  commission_schedules_no_overlap: 'commission-overlaps',
};

/** Connection trouble, shutdown, deadlock, serialization, lock time-out: nothing was decided, so trying again is right. */
const passing = /^(08|53|57P|40001|40P01|55P03|57014)/;
/** Out of range, not a date, not text that can be stored. */
const unholdable = /^(22003|22007|22008|22021|22P02|22P05)$/;
const brokenConnection = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND)$/;

/** Whether a statement was refused by this constraint. */
export const isRefusedBy = (error: unknown, constraint: string): boolean =>
  error instanceof Error && (error as Error & { constraint?: unknown }).constraint === constraint;

export function translateDatabaseError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, constraint } = error as Error & { code?: unknown; constraint?: unknown };
  const meaning = typeof constraint === 'string' ? meanings[constraint] : undefined;
  if (meaning !== undefined) return new DomainError(meaning);
  // A value that no column can hold is the caller's, whichever check let it through.
  if (typeof code === 'string' && unholdable.test(code)) {
    return Object.assign(new DomainError('request-invalid', 'a value is outside of what can be kept'), {
      cause: error,
    });
  }
  if (typeof code === 'string' && (passing.test(code) || brokenConnection.test(code))) return notReady(error);
  if (
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
      error.message,
    )
  ) {
    return notReady(error);
  }
  return error;
}

function notReady(cause: Error): DomainError {
  const refusal = new DomainError('not-ready');
  refusal.cause = cause;
  return refusal;
}
