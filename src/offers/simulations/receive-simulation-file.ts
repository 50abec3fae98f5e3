import { Injectable } from '@nestjs/common';
import { getServices } from '../../parties';
import { type Actor, actorName } from '../../platform/auth/actor';
import { audit } from '../../platform/audit/audit';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import type { StoredFile } from '../../platform/storage/storage';
import { getNegotiation } from '../negotiations.repository';
import type { UsageRow } from './basis';
import { insertSimulationFile, type SimulationFile } from './simulation-files.repository';
import { monthsOf } from './usage-file';

export interface ReceivedUsage {
  readonly file: StoredFile;
  readonly rows: readonly UsageRow[];
}

/** Keeps a usage file for simulations of this negotiation. Refuses with not-found, and simulation-file-invalid for services of others. */
@Injectable()
export class ReceiveSimulationFile {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, negotiationId: string, { file, rows }: ReceivedUsage): Promise<SimulationFile> {
    const { platformId } = await getNegotiation(tx, negotiationId);
    const known = new Set((await getServices(tx, platformId)).map(({ id }) => id));
    const strangers = [...new Set(rows.map(({ service }) => service))].filter((service) => !known.has(service));
    if (strangers.length > 0) {
      const faults = strangers.slice(0, 100).map((service) => ({
        pointer: '/lines',
        code: 'service-differs',
        message: `${service} is not a service of this platform`,
      }));
      throw new DomainError('simulation-file-invalid', undefined, faults);
    }
    const at = this.clock.now();
    const kept = await insertSimulationFile(tx, {
      ownerId: actor.organizationId,
      negotiationId,
      fileSha256: file.sha256,
      bytes: file.bytes,
      rowCount: rows.length,
      months: monthsOf(rows),
      uploadedBy: actorName(actor),
      at,
    });
    const details = { negotiation: negotiationId, file: file.sha256, rows: rows.length };
    await audit(tx, actor, { action: 'simulation-file.received', subjectId: kept.id, details, at });
    return kept;
  }
}
