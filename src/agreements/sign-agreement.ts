import { Injectable } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { HashField, TextField } from '../platform/http/fields';
import { Keyring } from '../platform/keyring/keyring';
import { publish } from '../platform/outbox/outbox';
import { type AgreementWithTerms, getAgreementForUpdate } from './agreements.repository';
import { ConcludeAgreement } from './conclude-agreement';
import { seal } from './seal';
import { insertSignature, listSignatures } from './signatures.repository';

export class SignatureBody {
  @HashField({ description: 'SHA-256 of the terms as read by the signatory' })
  readonly termsHash!: string;

  @TextField({ min: 10, max: 500, example: 'I sign these terms for my organization.' })
  readonly intent!: string;
}

export interface SignaturePlace {
  readonly agreementId: string;
  /** The network address of the signatory. */
  readonly address: string;
}

/**
 * A member signs the terms for its organization; the second party's signature concludes in the same transaction. Refuses with
 * not-found, agreement-not-open-for-signature, already-signed, terms-hash-differs, and what the conclusion refuses.
 */
@Injectable()
export class SignAgreement {
  constructor(
    private readonly clock: Clock,
    private readonly keyring: Keyring,
    private readonly conclude: ConcludeAgreement,
  ) {}

  async execute(tx: Tx, actor: Actor, { agreementId, address }: SignaturePlace, body: SignatureBody): Promise<void> {
    const agreement = await getAgreementForUpdate(tx, agreementId);
    const before = await listSignatures(tx, agreementId);
    if (agreement.state !== 'awaiting-signatures') throw new DomainError('agreement-not-open-for-signature');
    if (before.some((signature) => signature.organizationId === actor.organizationId)) {
      throw new DomainError('already-signed');
    }
    if (body.termsHash !== agreement.termsHash) throw new DomainError('terms-hash-differs');
    await this.sign(tx, actor, agreement, address, body);
    if (before.length > 0) await this.conclude.execute(tx, actor, agreement);
  }

  private async sign(
    tx: Tx,
    actor: Actor,
    agreement: AgreementWithTerms,
    address: string,
    { intent }: SignatureBody,
  ): Promise<void> {
    const at = this.clock.now();
    const { id, termsHash } = agreement;
    const signed = { termsHash, intent, address, memberId: actor.by.id, organizationId: actor.organizationId };
    const statement = {
      agreement: id,
      organization: signed.organizationId,
      member: signed.memberId,
      termsHash,
      intent,
      signedAt: at.toISOString(),
    };
    await insertSignature(tx, agreement, { ...signed, signedAt: at, seal: await seal(this.keyring, statement) });
    await audit(tx, actor, { action: 'agreement.signed', subjectId: id, details: { termsHash }, at });
    const to = [agreement.labelId, agreement.platformId];
    const payload = { organizationId: signed.organizationId, termsHash };
    await publish(tx, { to, topic: 'agreement.signed', subjectId: id, payload, at });
  }
}
