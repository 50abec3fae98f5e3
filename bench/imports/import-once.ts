import { createReadStream } from 'node:fs';
import type { Actor } from '../../src/platform/auth/actor';
import { SystemClock } from '../../src/platform/clock';
import { applicationDataSource, Database } from '../../src/platform/database/database';
import { Storage } from '../../src/platform/storage/storage';
import { ReceiveImport } from '../../src/catalogue/imports/receive-import';
import { RunImport } from '../../src/catalogue/imports/run-import';
import { type CatalogueImport, getImport } from '../../src/catalogue/imports/imports.repository';
import { runAsChild, tell } from '../support/child';

export interface ImportOrder {
  readonly applicationUrl: string;
  readonly folder: string;
  readonly labelId: string;
  readonly path: string;
  readonly form: CatalogueImport['form'];
}

export interface ImportOnce {
  /** From the job's start to its commit, by the clock. */
  readonly milliseconds: number;
  readonly counts: CatalogueImport['counts'];
}

/** A stored file, brought in as a worker does: the job's own code, from its start until everything is committed. */
runAsChild<ImportOrder>(async ({ applicationUrl, folder, labelId, path, form }) => {
  const source = await applicationDataSource(applicationUrl).initialize();
  try {
    const [database, storage, clock] = [new Database(source), new Storage(folder), new SystemClock()];
    const label: Actor = {
      organizationId: labelId,
      organizationKind: 'label',
      verified: true,
      roles: ['catalogue'],
      by: { kind: 'api-key', id: labelId },
    };
    const file = await storage.store(createReadStream(path), Number.MAX_SAFE_INTEGER);
    const received = { file, form, dryRun: false, mappingId: undefined };
    const { id } = await database.withTenant(label, (tx) => new ReceiveImport(clock).execute(tx, label, received));
    const begun = performance.now();
    await new RunImport(database, storage, clock).execute({ importId: id });
    const milliseconds = performance.now() - begun;
    const { counts } = await database.withTenant(label, (tx) => getImport(tx, id), 'read');
    tell({ milliseconds, counts } satisfies ImportOnce);
  } finally {
    await source.destroy();
  }
});
