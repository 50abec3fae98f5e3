import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/auth/actor';
import { audit } from '../../platform/audit/audit';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { HashField } from '../../platform/http/fields';
import { insertAcceptance } from './acceptances.repository';
import { currentFramework } from './framework-agreement';

export const FrameworkField = (): PropertyDecorator =>
  HashField({ description: 'the `sha256` of the framework agreement as read at `/v1/framework-agreement`' });

export class FrameworkAcceptanceBody {
  @FrameworkField()
  readonly frameworkAgreement!: string;
}

/** An organization that is registered already accepts the framework agreement as it reads now. */
@Injectable()
export class AcceptFramework {
  constructor(private readonly clock: Clock) {}

  /** Refuses with framework-agreement-differs. */
  async execute(tx: Tx, actor: Actor, sha256: string, address: string): Promise<void> {
    refuseOtherFramework(sha256);
    const { organizationId, by } = actor;
    const at = this.clock.now();
    const acceptance = { organizationId, framework: currentFramework, by: by.id, address, at };
    if (!(await insertAcceptance(tx, acceptance))) return;
    const details = { version: currentFramework.version, sha256 };
    await audit(tx, actor, { action: 'framework-agreement.accepted', subjectId: organizationId, details, at });
  }
}

export function refuseOtherFramework(sha256: string): void {
  if (sha256 !== currentFramework.sha256) throw new DomainError('framework-agreement-differs');
}
