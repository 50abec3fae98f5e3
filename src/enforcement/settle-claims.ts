import { Injectable } from '@nestjs/common';
import type { ConcludedAgreement, DuePaid } from '../agreements';
import { calendarDateOf, type CalendarDate, isZero, rational, type Settlement, type Terms } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import type { Tx } from '../platform/database/tx';
import { DomainError, type Fault } from '../platform/errors/domain-error';
import { publish } from '../platform/outbox/outbox';
import { mayBecome } from './claim-states';
import { type Claim, insertClaimEvent, lockClaims, markSettled } from './claims.repository';
import { insertRelease } from './use-releases.repository';

interface Settling {
  readonly agreement: Pick<ConcludedAgreement, 'id' | 'labelId' | 'platformId'>;
  readonly claims: readonly Claim[];
  readonly releasesUseBefore: CalendarDate;
  readonly at: Date;
  /** Whose signature settles them; on payment nobody's. */
  readonly signedBy?: Actor;
}

/** Ends the claims that an agreement settles, in the transaction that its settlement takes effect with: both happen or neither does. */
@Injectable()
export class SettleClaims {
  /**
   * With the second signature. Refuses (claims-not-open) and with that the signature, unless every claim named is open between these
   * very parties. Where the settlement takes effect on payment they stay so until the back fee is paid, if there is one.
   */
  async onConcluded(tx: Tx, agreement: ConcludedAgreement, { settlement }: Terms): Promise<void> {
    if (settlement === undefined) return;
    const claims = await lockClaims(tx, settlement.claims);
    const faults = faultsOf(settlement.claims, claims, agreement);
    if (faults.length > 0) throw new DomainError('claims-not-open', undefined, faults);
    if (waitsForPayment(settlement)) return;
    const { concludedAt: at, signedBy } = agreement;
    await settle(tx, { agreement, claims, releasesUseBefore: releasedDay(settlement), at, signedBy });
  }

  /** With the payment of the back fee: what the label withdrew or another agreement settled in the meantime has ended already. */
  async onDuePaid(tx: Tx, { agreement, purpose, at }: DuePaid): Promise<void> {
    if (purpose !== 'back-fee') return;
    const { settlement } = agreement.terms;
    if (settlement === undefined || !waitsForPayment(settlement)) return;
    const claims = await lockClaims(tx, settlement.claims);
    const open = claims.filter(isOpenBetween(agreement));
    await settle(tx, { agreement, claims: open, releasesUseBefore: releasedDay(settlement), at });
  }
}

const waitsForPayment = ({ effect, backFee }: Settlement): boolean =>
  effect === 'payment' && !isZero(rational(backFee.amount));

const releasedDay = ({ releasesUseBefore }: Settlement): CalendarDate => calendarDateOf(releasesUseBefore);

const isOpenBetween =
  ({ labelId, platformId }: Settling['agreement']) =>
  (claim: Claim): boolean =>
    claim.label_id === labelId && claim.platform_id === platformId && mayBecome(claim.state, 'settled');

/** A stranger's claim, one that does not exist and one that is closed are told apart by nobody but its parties. */
function faultsOf(named: readonly string[], found: readonly Claim[], agreement: ConcludedAgreement): Fault[] {
  const open = new Set(found.filter(isOpenBetween(agreement)).map(({ id }) => id));
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

async function settle(tx: Tx, settling: Settling): Promise<void> {
  const { agreement, claims, at } = settling;
  const { id: agreementId, labelId, platformId } = agreement;
  const { releasesUseBefore } = settling;
  await insertRelease(tx, { agreementId, labelId, platformId, releasesUseBefore, releasedAt: at });
  const ids = claims.map(({ id }) => id);
  await markSettled(tx, ids, agreement.id, at);
  for (const claim of claims) {
    await insertClaimEvent(tx, claim, { kind: 'settled', details: { agreement: agreementId }, at });
    await recordSettlement(tx, settling, claim.id);
  }
}

/** Each party finds it in its own trail: a signatory under its own name, others as what the system did. */
async function recordSettlement(tx: Tx, { agreement, at, signedBy }: Settling, claimId: string): Promise<void> {
  const { id: agreementId, labelId, platformId } = agreement;
  const entry = { action: 'claim.settled', subjectId: claimId, details: { agreement: agreementId }, at };
  if (signedBy !== undefined) await audit(tx, signedBy, entry);
  await tx.asSystem(async () => {
    for (const organizationId of [labelId, platformId]) {
      if (organizationId !== signedBy?.organizationId)
        await audit(tx, { system: 'enforcement', organizationId }, entry);
    }
  });
  await publish(tx, {
    to: [labelId, platformId],
    topic: 'claim.settled',
    subjectId: claimId,
    payload: { agreementId },
    at,
  });
}
