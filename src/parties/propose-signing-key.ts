import { Injectable } from '@nestjs/common';
import { canonicalText } from '../kernel';
import { type Approval, Approvals } from '../platform/approvals/approvals';
import { audit } from '../platform/audit/audit';
import { type Actor, actorName } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { JsonField, TextField } from '../platform/http/fields';
import { freshInstant } from '../platform/signing/fresh-instant';
import { verifiedText } from '../platform/signing/detached-jws';
import { algorithmOf, type PublicJwk, readPublicJwk, thumbprintOf } from '../platform/signing/public-jwk';
import { activateAction } from './approve-signing-key';
import { insertSigningKey, type SigningKey } from './signing-keys.repository';
import { tidyName } from './text';

export class SigningKeyBody {
  @TextField({ description: 'what the key is for' })
  readonly name!: string;

  @JsonField({
    description: 'JWK: Ed25519 (`kty`, `crv`, `x`) or P-256 (`kty`, `crv`, `x`, `y`), with these members and no other',
    example: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
  })
  readonly publicKey!: object;

  @TextField({
    max: 2000,
    description:
      'compact JWS by that key, its header `alg` and `kid` alone, over the canonical JSON of `schema` (accordo-key-proof/1), `organization`, `key` (the thumbprint) and `at`, at most five minutes old',
  })
  readonly proof!: string;
}

export interface ProposedKey {
  readonly key: SigningKey;
  readonly approval: Approval;
}

/** A signatory brings a key and shows that its private half is there; a second person makes it active. */
@Injectable()
export class ProposeSigningKey {
  constructor(
    private readonly clock: Clock,
    private readonly approvals: Approvals,
  ) {}

  /** Refuses with request-invalid, signature-invalid (the proof) and signing-key-exists. */
  async execute(tx: Tx, actor: Actor, body: SigningKeyBody): Promise<ProposedKey> {
    const publicKey = readPublicJwk(body.publicKey);
    if (publicKey === undefined) {
      const fault = { pointer: '/publicKey', code: 'field-jwk', message: 'publicKey must be an Ed25519 or P-256 JWK' };
      throw new DomainError('request-invalid', undefined, [fault]);
    }
    const { organizationId } = actor;
    const at = this.clock.now();
    refuseUnlessProven(body.proof, { publicKey, organizationId, now: at });
    const key = await insertSigningKey(tx, {
      id: thumbprintOf(publicKey),
      organizationId,
      publicKey,
      alg: algorithmOf(publicKey),
      name: tidyName(body.name, '/name'),
      proof: body.proof,
      by: actorName(actor),
      at,
    });
    const details = { key: key.id };
    await audit(tx, actor, { action: 'signing-key.proposed', subjectId: key.recordId, details, at });
    return { key, approval: await this.approvals.request(tx, actor, activateAction, key.recordId) };
  }
}

/** The proof names key and organization, so that nobody registers a key of others by what they once signed elsewhere. */
function refuseUnlessProven(
  proof: string,
  { publicKey, organizationId, now }: { publicKey: PublicJwk; organizationId: string; now: Date },
): void {
  const text = verifiedText(proof, publicKey);
  const at = text === undefined ? undefined : freshInstant(instantIn(text), now)?.toISOString();
  const expected = { schema: 'accordo-key-proof/1', organization: organizationId, key: thumbprintOf(publicKey), at };
  if (at === undefined || text !== canonicalText(expected)) {
    throw new DomainError('signature-invalid', 'the proof is not a fresh one by this key, for this organization');
  }
}

function instantIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { at?: unknown } | null)?.at;
  } catch {
    return undefined;
  }
}
