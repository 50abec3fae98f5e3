import type { Tx } from '../../../platform/database/tx';
import { DomainError } from '../../../platform/errors/domain-error';
import { accountText } from './bank-accounts.repository';
import { currentDetails, type DetailsOf, holdDetails } from './bank-details.repository';

/** Where a payout by bank goes. */
export interface BankDestination {
  readonly detailsId: string;
  /** As people are shown it. */
  readonly account: string;
}

/**
 * Where money of a label, or of its payee, goes by bank in this currency: what was agreed last, once it has cooled off. Nobody agrees on others until the transaction ends. Refuses with
 * bank-details-missing or bank-details-cooling.
 */
export async function bankDestination(tx: Tx, of: DetailsOf, now: Date): Promise<BankDestination> {
  await holdDetails(tx, of, 'with-others');
  const details = await currentDetails(tx, of);
  if (details?.usable_from == null) throw new DomainError('bank-details-missing', `there are none for ${of.currency}`);
  if (now < details.usable_from)
    throw new DomainError('bank-details-cooling', `money may go there from ${details.usable_from.toISOString()}`);
  return { detailsId: details.id, account: accountText(details) };
}

/** Whether money of theirs goes by bank at all. */
export async function hasBankDetails(tx: Tx, { ownerId, payee }: Omit<DetailsOf, 'currency'>): Promise<boolean> {
  const { has } = await tx.one<{ has: boolean }>(
    `SELECT EXISTS (SELECT FROM bank_details_agreed a JOIN bank_details d ON d.id = a.details_id
                     WHERE d.owner_id = $1 AND d.payee IS NOT DISTINCT FROM $2) AS has`,
    [ownerId, payee],
  );
  return has;
}
