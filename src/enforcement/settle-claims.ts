import { Injectable } from '@nestjs/common';
import type { ConcludedAgreement } from '../agreements';
import type { Terms } from '../kernel';
import { audit } from '../platform/audit/audit';
import type { Tx } from '../platform/database/tx';
import { DomainError, type Fault } from '../platform/errors/domain-error';
import { publish } from '../platform/outbox/outbox';
import { mayBecome } from './claim-states';
import { type Claim, lockClaims, markSettled } from './claims.repository';

/** Ends the claims that a concluded agreement settles, in the transaction of the second signature: both happen or neither does. */
@Injectable()
export class SettleClaims {
  /**
   * Refuses (claims-not-open) and with that the signature, unless every claim named is open between these very parties. Claims that
   * the terms settle on payment stay as they are: the back fee decides.
   */
  async execute(tx: Tx, agreement: ConcludedAgreement, terms: Terms): Promise<void> {
    const { settlement } = terms;
    if (settlement === undefined || settlement.claims.length === 0) return;
    const claims = await lockClaims(tx, settlement.claims);
    const faults = faultsOf(settlement.claims, claims, agreement);
    if (faults.length > 0) throw new DomainError('claims-not-open', undefined, faults);
    if (settlement.effect === 'payment') return;
    await markSettled(tx, settlement.claims, agreement.id, agreement.concludedAt);
    for (const claim of claims) await recordSettlement(tx, agreement, claim);
  }
}

/** A stranger's claim, one that does not exist and one that is closed are told apart by nobody but its parties. */
function faultsOf(
  named: readonly string[],
  found: readonly Claim[],
  { labelId, platformId }: ConcludedAgreement,
): Fault[] {
  const open = new Set(
    found
      .filter(
        (claim) => claim.label_id === labelId && claim.platform_id === platformId && mayBecome(claim.state, 'settled'),
      )
      .map(({ id }) => id),
  );
  return named.flatMap((id, index) =>
    open.has(id)
      ? []
      : [
          {
            pointer: `/settlement/claims/${index}`,
            code: 'claims-not-open',
            message: `there is no open claim ${id} between these parties`,
          },
        ],
  );
}

/** Each party finds it in its own trail: the signatory under its own name, the other as what the system did. */
async function recordSettlement(
  tx: Tx,
  { id, labelId, platformId, concludedAt: at, signedBy }: ConcludedAgreement,
  claim: Claim,
): Promise<void> {
  const entry = { action: 'claim.settled', subjectId: claim.id, details: { agreement: id }, at };
  const organizationId = signedBy.organizationId === labelId ? platformId : labelId;
  await audit(tx, signedBy, entry);
  await tx.asSystem(() => audit(tx, { system: 'enforcement', organizationId }, entry));
  await publish(tx, {
    to: [labelId, platformId],
    topic: 'claim.settled',
    subjectId: claim.id,
    payload: { agreementId: id },
    at,
  });
}
