import { Injectable } from '@nestjs/common';
import { getAgreement, type Signing, versionAwaiting } from '../agreements';
import type { ApprovalAction } from '../platform/approvals/approvals';
import { actorName } from '../platform/auth/actor';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { needsSecondSignatory } from './acceptance-thresholds.repository';
import { committedAmount } from './committed-amount';
import { acknowledgedBreaches, auditAcknowledged } from './own-breaches';

export const signAction = 'sign-agreement';

/**
 * What was negotiated has been looked at when it was accepted. An amendment and a contract from elsewhere come to the signature without that: their
 * signatories look at their own promises here, and above the organization's threshold a second one has approved.
 */
@Injectable()
export class LookBeforeSigning implements ApprovalAction {
  readonly roles = ['signatory'] as const;

  /** Refuses with most-favoured-breach or second-signatory-needed. */
  async execute(tx: Tx, signing: Signing): Promise<void> {
    const { origin, by, terms, agreementId, version, at } = signing;
    if (origin === null || origin.kind === 'negotiated') return;
    const asked = { parties: signing, terms, acknowledged: signing.acknowledgeBreaches };
    const breaches = await acknowledgedBreaches(tx, by, asked);
    await auditAcknowledged(tx, by, { subjectId: agreementId, revision: version, breaches, at });
    if (!(await needsSecondSignatory(tx, by, committedAmount(terms)))) return;
    const approved = await tx.first(
      `SELECT 1 FROM approvals WHERE owner_id = $1 AND action = $2 AND subject_id = $3 AND subject_hash = $4 AND decision = 'approved' AND decided_by <> $5`,
      [by.organizationId, signAction, agreementId, signing.manifestHash, actorName(by)],
    );
    if (approved === undefined) throw new DomainError('second-signatory-needed');
  }

  /** The manifest that waits for signature. Refuses with agreement-not-open-for-signature. */
  async subjectHash(tx: Tx, agreementId: string): Promise<string> {
    await getAgreement(tx, agreementId);
    return (await versionAwaiting(tx, agreementId)).signedHash;
  }

  /** The approval itself is what the signature looks for. */
  decided(): Promise<void> {
    return Promise.resolve();
  }
}
