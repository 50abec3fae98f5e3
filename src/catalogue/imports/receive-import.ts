import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit';
import type { Actor } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { enqueue } from '../../platform/jobs/jobs';
import { openOperation } from '../../platform/operations/operations';
import type { StoredFile } from '../../platform/storage/storage';
import { type CatalogueImport, type ImportForm, openImport } from './imports.repository';

export const importJob = 'import-catalogue';

export interface ReceivedImport {
  readonly file: StoredFile;
  readonly form: ImportForm;
  readonly dryRun: boolean;
  readonly mappingId: string | undefined;
}

/** Takes a file in that is stored already: it becomes evidence here, and a worker will bring it into the catalogue. */
@Injectable()
export class ReceiveImport {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, { file, form, dryRun, mappingId }: ReceivedImport): Promise<CatalogueImport> {
    const at = this.clock.now();
    const id = randomUUID();
    const { organizationId: ownerId, through: throughId } = actor;
    const operation = await openOperation(tx, { ownerId, kind: importJob, subjectId: id, at });
    const opened = { id, file, form, dryRun, operationId: operation.id, mappingId, throughId, at };
    const received = await openImport(tx, ownerId, opened);
    await enqueue(tx, importJob, { importId: id });
    const details = { file: file.sha256, bytes: file.bytes, form, dryRun };
    await audit(tx, actor, { action: 'catalogue-import.received', subjectId: id, details, at });
    return received;
  }
}
