import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { Storage, type StoredFile } from '../../platform/storage/storage';
import { readCatalogueFile } from '../catalogue-file';
import { checkDigitsOf } from '../settings.repository';
import { bringInRows } from './bring-in-rows';
import { countsOf } from './counts';
import { ImportReport } from './import-report';
import { type CatalogueImport, finishImport, openImport } from './imports.repository';
import { senderName } from '../messages/senders';
import { takeTurnOrRefuse, tellImported } from './turn';

/** Brings a stored CSV file in while its sender waits: the good rows become recordings, the bad ones are listed with every fault. */
@Injectable()
export class ImportAtOnce {
  constructor(
    private readonly storage: Storage,
    private readonly clock: Clock,
  ) {}

  /**
   * Reads the file in batches, so memory does not grow with it. Refuses with import-unreadable, import-header-invalid, or
   * idempotency-key-in-use while another import of the same label runs.
   */
  async execute(tx: Tx, actor: Actor, file: StoredFile): Promise<CatalogueImport> {
    const ownerId = actor.organizationId;
    const at = this.clock.now();
    await takeTurnOrRefuse(tx, ownerId);
    const opened = await openImport(tx, ownerId, { file, form: 'csv', throughId: actor.through, at });
    const report = new ImportReport(this.storage);
    try {
      const rows = readCatalogueFile(this.storage.read(file.sha256), { checkDigits: await checkDigitsOf(tx, ownerId) });
      const toldBy = await senderName(tx, actor.through ?? ownerId);
      const read = await bringInRows(tx, { ownerId, importId: opened.id, at, toldBy }, rows, { report, file: '' });
      const counts = countsOf(report, read);
      const done = await finishImport(tx, opened, { counts, report: await report.end(), faults: report.faults, at });
      await tellImported(tx, actor, done!);
      return done!;
    } finally {
      report.discard();
    }
  }
}
