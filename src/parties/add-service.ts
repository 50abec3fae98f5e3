import { Injectable } from '@nestjs/common';
import { audit } from '../platform/audit/audit';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { TextField } from '../platform/http/fields';
import type { Service } from './parties.repository';
import { tidyName } from './text';

export class AddServiceBody {
  @TextField({ description: 'the name that usage reports give in ServiceDescription' })
  readonly name!: string;
}

/** A service that a platform runs: what terms license and what reports speak about. */
@Injectable()
export class AddService {
  constructor(private readonly clock: Clock) {}

  /** Refuses with service-name-taken: reports find a service by its name. */
  async execute(tx: Tx, actor: Actor, { name }: AddServiceBody): Promise<Service> {
    const at = this.clock.now();
    const service = await tx.one<Service>(
      'INSERT INTO services (organization_id, name, created_at) VALUES ($1, $2, $3) RETURNING id, organization_id, name, created_at',
      [actor.organizationId, tidyName(name, '/name'), at],
    );
    await audit(tx, actor, { action: 'service.added', subjectId: service.id, at });
    return service;
  }
}
