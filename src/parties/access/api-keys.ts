import { Injectable } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { audit } from '../../platform/audit/audit';
import type { Actor, Role } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { ChoicesField, TextField } from '../../platform/http/fields';
import { SecretReply } from '../../platform/idempotency/idempotent-writes';
import { tidyName } from '../text';
import { type ApiKey, insertApiKey, revokeApiKey } from './access.repository';
import { hashSecret, makeApiKeyText, writeApiKey } from './api-key-text';
import { keyRoles, refuseRolesBeyond } from './roles';

export class CreateApiKeyBody {
  @TextField({ description: 'what the key is for' })
  readonly name!: string;

  @ChoicesField(keyRoles)
  readonly roles!: readonly Role[];
}

export class ApiKeyView {
  @ApiProperty({ format: 'uuid' }) readonly id!: string;
  @ApiProperty() readonly name!: string;
  @ApiProperty({ description: 'the public part of the key, to recognise it by' }) readonly prefix!: string;
  @ApiProperty({ enum: keyRoles, isArray: true }) readonly roles!: readonly string[];
  @ApiProperty({ format: 'date-time' }) readonly createdAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) readonly revokedAt!: string | null;
}

export class NewApiKeyView extends ApiKeyView {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'the key itself, shown this once; null when the request is repeated',
  })
  readonly key!: string | null;
}

export const apiKeyView = ({ id, name, prefix, roles, created_at, revoked_at }: ApiKey): ApiKeyView => ({
  id,
  name,
  prefix,
  roles,
  createdAt: created_at.toISOString(),
  revokedAt: revoked_at?.toISOString() ?? null,
});

/** Keys for machines: made by a person, shown once, good until revoked. */
@Injectable()
export class ApiKeys {
  constructor(private readonly clock: Clock) {}

  /** Refuses with forbidden. The key is in the reply that is shown and in nothing that is kept. */
  async create(tx: Tx, actor: Actor, { name, roles }: CreateApiKeyBody): Promise<SecretReply> {
    refuseRolesBeyond(actor, roles);
    const text = makeApiKeyText();
    const at = this.clock.now();
    const key = await insertApiKey(tx, {
      organizationId: actor.organizationId,
      name: tidyName(name, '/name'),
      prefix: text.prefix,
      secretHash: hashSecret(text.secret),
      roles,
      createdBy: actor.by.id,
      at,
    });
    await audit(tx, actor, { action: 'api-key.created', subjectId: key.id, details: { roles }, at });
    const view = apiKeyView(key);
    return new SecretReply({ ...view, key: writeApiKey(text) }, { ...view, key: null });
  }

  /** The key is refused from the next request on. Revoking it again changes nothing. Refuses with not-found. */
  async revoke(tx: Tx, actor: Actor, id: string): Promise<void> {
    const at = this.clock.now();
    const change = await revokeApiKey(tx, id, at);
    if (change === 'unknown') throw new DomainError('not-found');
    if (change === 'revoked') await audit(tx, actor, { action: 'api-key.revoked', subjectId: id, at });
  }
}
