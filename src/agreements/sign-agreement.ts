import { Injectable } from '@nestjs/common';
import { statementText } from '../kernel';
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
import { getVersion, type VersionText } from './versions.repository';

export class SignatureBody {
  @HashField({
    description:
      'SHA-256 of the manifest as read by the signatory: of the terms, their words and the list of recordings',
  })
  readonly manifestHash!: string;

  @TextField({ min: 10, max: 500, example: 'I sign these terms for my organization.' })
  readonly intent!: string;
}

export interface SignaturePlace {
  readonly agreementId: string;
  /** 1 for the agreement itself, more for an amendment. */
  readonly version: number;
  /** The network address of the signatory. */
  readonly address: string;
}

/**
 * A member signs a version of an agreement for its organization; the second party's signature concludes it in the same transaction.
 * Refuses with not-found, agreement-not-open-for-signature, already-signed, manifest-hash-differs, and what the conclusion refuses.
 */
@Injectable()
export class SignAgreement {
  constructor(
    private readonly clock: Clock,
    private readonly keyring: Keyring,
    private readonly conclude: ConcludeAgreement,
  ) {}

  async execute(tx: Tx, actor: Actor, place: SignaturePlace, body: SignatureBody): Promise<void> {
    const agreement = await getAgreementForUpdate(tx, place.agreementId);
    const version = await getVersion(tx, place.agreementId, place.version);
    const before = await listSignatures(tx, place.agreementId, place.version);
    if (version.state !== 'awaiting-signatures') throw new DomainError('agreement-not-open-for-signature');
    if (before.some((signature) => signature.organizationId === actor.organizationId)) {
      throw new DomainError('already-signed');
    }
    if (body.manifestHash !== version.signedHash) throw new DomainError('manifest-hash-differs');
    await this.sign(tx, actor, { agreement, version }, { ...body, address: place.address });
    if (before.length > 0) await this.conclude.execute(tx, actor, agreement, version);
  }

  private async sign(
    tx: Tx,
    actor: Actor,
    { agreement, version }: { agreement: AgreementWithTerms; version: VersionText },
    { intent, address }: SignatureBody & Pick<SignaturePlace, 'address'>,
  ): Promise<void> {
    const at = this.clock.now();
    const { organizationId } = actor;
    const signed = { version: version.number, signedHash: version.signedHash, intent, address };
    const statement = statementText({
      schema: 'accordo-signature/1',
      agreement: agreement.id,
      version: version.number,
      manifest: version.signedHash,
      organization: organizationId,
      signer: { kind: 'member', id: actor.by.id },
      authority: null,
      intent,
      signedAt: at.toISOString(),
    });
    const by = { organizationId, memberId: actor.by.id, signedAt: at };
    await insertSignature(tx, agreement, { ...signed, ...by, statement, seal: await seal(this.keyring, statement) });
    const fact = { termsHash: version.termsHash, version: version.number, manifestHash: version.signedHash };
    await audit(tx, actor, { action: 'agreement.signed', subjectId: agreement.id, details: fact, at });
    const to = [agreement.labelId, agreement.platformId];
    const payload = { organizationId, ...fact };
    await publish(tx, { to, topic: 'agreement.signed', subjectId: agreement.id, payload, at });
  }
}
