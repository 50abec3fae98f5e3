import { Injectable } from '@nestjs/common';
import { dayInZone, statementText } from '../kernel';
import { authorityOf, Confirmations, frameworkAcceptances } from '../parties';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { HashField, InstantField, TextField, TextsField } from '../platform/http/fields';
import { Keyring } from '../platform/keyring/keyring';
import { publish } from '../platform/outbox/outbox';
import { type AgreementWithTerms, getAgreementForUpdate } from './agreements.repository';
import { BeforeSigning } from './before-signing';
import { ConcludeAgreement } from './conclude-agreement';
import { seal } from './seal';
import { signedByKey } from './signed-by-key';
import { insertSignature, listSignatures, type SignedBy } from './signatures.repository';
import { getVersion, originOf, type VersionText } from './versions.repository';

export class SignatureBody {
  @HashField({
    description:
      'SHA-256 of the manifest as read by the signatory: of the terms, their words and the list of recordings',
  })
  readonly manifestHash!: string;

  @TextField({ min: 10, max: 500, example: 'I sign these terms for my organization.' })
  readonly intent!: string;

  @TextField({ max: 2048, optional: true, description: 'of a member: from `/v1/re-authentications`' })
  readonly confirmation?: string;

  @TextField({
    max: 600,
    optional: true,
    description:
      'of a machine: detached JWS by an active signing key of your organization over the canonical statement (accordo-signature/1)',
  })
  readonly signature?: string;

  @InstantField({
    optional: true,
    description: 'of a machine: the instant in the statement, in UTC with milliseconds, within five minutes of now',
  })
  readonly signedAt?: string;

  @TextsField({
    optional: true,
    max: 10_000,
    pattern: /^[0-9a-f]{64}$/,
    description: 'of an amendment or an import: breaches of your own most favoured nation clauses that you accept',
  })
  readonly acknowledgeBreaches?: readonly string[];
}

export interface SignaturePlace {
  readonly agreementId: string;
  /** 1 for the agreement itself, more for an amendment. */
  readonly version: number;
  /** The network address of the signatory. */
  readonly address: string;
}

/**
 * An organization signs a version of an agreement, by a member who has entered its password again or by a key of its own; the second party's
 * signature concludes it in the same transaction. Refuses with not-found, agreement-not-open-for-signature, already-signed, framework-agreement-not-accepted,
 * manifest-hash-differs, confirmation-required, what BeforeSigning refuses, request-invalid, signing-key-unknown, signature-invalid, and what the conclusion refuses.
 */
@Injectable()
export class SignAgreement {
  constructor(
    private readonly clock: Clock,
    private readonly keyring: Keyring,
    private readonly conclude: ConcludeAgreement,
    private readonly confirmations: Confirmations,
    private readonly beforeSigning: BeforeSigning,
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
    refuseOtherForm(actor, body);
    await this.beforeSigning.run(tx, {
      agreementId: agreement.id,
      labelId: agreement.labelId,
      platformId: agreement.platformId,
      version: version.number,
      manifestHash: version.signedHash,
      terms: version.terms,
      origin: originOf(version),
      acknowledgeBreaches: body.acknowledgeBreaches ?? [],
      by: actor,
      at: this.clock.now(),
    });
    await this.sign(tx, actor, { agreement, version, address: place.address }, body);
    if (before.length > 0) await this.conclude.execute(tx, actor, agreement, version);
  }

  private async sign(
    tx: Tx,
    actor: Actor,
    { agreement, version, address }: { agreement: AgreementWithTerms; version: VersionText; address: string },
    body: SignatureBody,
  ): Promise<void> {
    const at = this.clock.now();
    const { organizationId } = actor;
    const stated = {
      schema: 'accordo-signature/1' as const,
      agreement: agreement.id,
      version: version.number,
      manifest: version.signedHash,
      organization: organizationId,
      authority: await authorityFor(tx, actor, agreement, at),
      intent: body.intent,
    };
    const by =
      actor.by.kind === 'member'
        ? await this.byMember(actor, body, at)
        : await signedByKey(tx, stated, { ...body, now: at });
    await refuseWithoutFramework(tx, organizationId, by.signedAt);
    const signer =
      by.signingKeyId === null
        ? { kind: 'member' as const, id: by.memberId }
        : { kind: 'key' as const, id: by.signingKeyId };
    const statement = statementText({ ...stated, signer, signedAt: by.signedAt.toISOString() });
    const signed = { version: version.number, signedHash: version.signedHash, intent: body.intent, address };
    const sealed = { statement, seal: await seal(this.keyring, statement) };
    await insertSignature(tx, agreement, {
      organizationId,
      authorityId: stated.authority,
      ...signed,
      ...by,
      ...sealed,
    });
    const fact = { termsHash: version.termsHash, version: version.number, manifestHash: version.signedHash };
    await audit(tx, actor, {
      action: 'agreement.signed',
      subjectId: agreement.id,
      details: by.signingKeyId === null ? fact : { ...fact, signingKey: by.signingKeyId },
      at,
    });
    const to = [agreement.labelId, agreement.platformId];
    const payload = { organizationId, ...fact };
    await publish(tx, { to, topic: 'agreement.signed', subjectId: agreement.id, payload, at });
  }

  private async byMember(actor: Actor, { confirmation }: SignatureBody, signedAt: Date): Promise<SignedBy> {
    await this.confirmations.refuseUnlessConfirmed(actor, confirmation);
    return { memberId: actor.by.id, signedAt, signingKeyId: null, signingKey: null, signature: null };
  }
}

/** What makes a signature here as good as one by hand is agreed beforehand, in the framework agreement; any version of it does. */
async function refuseWithoutFramework(tx: Tx, organizationId: string, signedAt: Date): Promise<void> {
  const accepted = await frameworkAcceptances(tx, [organizationId]);
  if (!accepted.some(({ acceptedAt }) => acceptedAt <= signedAt))
    throw new DomainError('framework-agreement-not-accepted');
}

/** What the organization stated about the member's authority for this day; of a key, its registration is its authority. */
async function authorityFor(
  tx: Tx,
  { by, organizationId }: Actor,
  { timeZone }: AgreementWithTerms,
  at: Date,
): Promise<string | null> {
  if (by.kind !== 'member') return null;
  return (await authorityOf(tx, organizationId, by.id, dayInZone(at, timeZone)))?.id ?? null;
}

/** A member confirms, a machine's key signs: what belongs to the other's way of signing is a mistake, not a detail to pass over. */
function refuseOtherForm({ by }: Actor, body: SignatureBody): void {
  const foreign = by.kind === 'member' ? (['signature', 'signedAt'] as const) : (['confirmation'] as const);
  const needed = by.kind === 'member' ? [] : (['signature', 'signedAt'] as const);
  const faults = [
    ...foreign
      .filter((name) => body[name] !== undefined)
      .map((name) => ({ pointer: `/${name}`, code: 'field-unknown', message: `${name} is not for a ${by.kind}` })),
    ...needed
      .filter((name) => body[name] === undefined)
      .map((name) => ({ pointer: `/${name}`, code: 'field-missing', message: `an ${by.kind} signs with ${name}` })),
  ];
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
}
