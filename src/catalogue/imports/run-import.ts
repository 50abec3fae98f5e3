import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit';
import type { Actor } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import { keptAwake } from '../../platform/database/awake';
import { Database } from '../../platform/database/database';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { problemOf } from '../../platform/http/problem.filter';
import { enqueueLater, type JobPayload } from '../../platform/jobs/jobs';
import { moveOperation } from '../../platform/operations/operations';
import { ReadingProgress } from '../../platform/operations/reading-progress';
import { Storage } from '../../platform/storage/storage';
import { readFileInto } from './read-file-into';
import { ImportReport } from './import-report';
import {
  type CatalogueImport,
  failImport,
  findImport,
  finishImport,
  getImport,
  type ImportResult,
  isPreceded,
} from './imports.repository';
import { PartsAhead } from './parts-ahead';
import { importJob } from './receive-import';
import { takeTurn, tellImported } from './turn';

const system = importJob;
const turnMilliseconds = 1000;

/** Another import of the label runs, or came before: this one waits. */
class NotYet extends Error {}

/** A dry run is over: what it did is undone, and this is what it would have come to. */
class Undone extends Error {
  constructor(readonly result: ImportResult) {
    super('undone');
  }
}

/**
 * Brings a received file into the catalogue. All that it does is one transaction, which also ends the import: killed before it, nothing has happened; run again after
 * it, nothing happens. A dry run does the very same and takes it back.
 */
@Injectable()
export class RunImport {
  constructor(
    private readonly database: Database,
    private readonly storage: Storage,
    private readonly clock: Clock,
  ) {}

  async execute({ importId = '' }: JobPayload): Promise<void> {
    const found = await this.database.asSystem((tx) => this.begin(tx, importId));
    if (found === undefined) return;
    try {
      await this.run(found);
    } catch (error) {
      if (error instanceof NotYet) return this.waitForTurn(importId);
      // The file cannot be read, or was cancelled: that is an answer, and would be the same next time.
      if (!(error instanceof DomainError) || error.status >= 500) throw error;
      await this.database.asSystem((tx) => this.fail(tx, found, error));
    }
  }

  /** Ends an import that is not over; false where it is. Whoever brings it in finds nothing left to end. */
  cancel(tx: Tx, actor: Actor, importId: string): Promise<boolean> {
    return tx.asSystem(async () => {
      const found = await findImport(tx, importId);
      if (found === undefined || !(await this.fail(tx, found, new DomainError('reading-cancelled')))) return false;
      await audit(tx, actor, { action: 'catalogue-import.cancelled', subjectId: importId, at: this.clock.now() });
      return true;
    });
  }

  private async begin(tx: Tx, importId: string): Promise<CatalogueImport | undefined> {
    const found = await findImport(tx, importId);
    if (found?.state !== 'queued' || found.operation_id === null) return undefined;
    if (await isPreceded(tx, found)) {
      await this.later(tx, importId);
      return undefined;
    }
    const progress = { bytes: String(found.bytes) };
    const moved = await moveOperation(tx, found.operation_id, { state: 'running', progress, at: this.clock.now() });
    return moved === 0 ? undefined : found;
  }

  private async run(found: CatalogueImport): Promise<void> {
    const report = new ImportReport(this.storage);
    const operation = { id: found.operation_id!, bytes: found.bytes };
    const progress = new ReadingProgress(this.database, this.clock, operation);
    const ahead = new PartsAhead(this.database, this.storage, found, progress);
    try {
      await this.database.asMemberOf(found.owner_id, async (tx) => {
        if (!(await takeTurn(tx, found.owner_id))) throw new NotYet();
        const at = this.clock.now();
        const work = { storage: this.storage, report, progress, ahead, at };
        const counts = await keptAwake(tx, () => readFileInto(tx, found, work));
        const result = { counts, report: await report.end(), faults: report.faults, at };
        if (found.dry_run) throw new Undone(result);
        await this.finish(tx, found, result);
      });
    } catch (error) {
      if (!(error instanceof Undone)) throw error;
      await this.database.asMemberOf(found.owner_id, (tx) => this.finish(tx, found, error.result));
    } finally {
      report.discard();
      await ahead.end();
    }
  }

  private async finish(tx: Tx, found: CatalogueImport, result: ImportResult): Promise<void> {
    const done = await finishImport(tx, found, result);
    // Cancelled meanwhile: everything is taken back.
    if (done === undefined) throw new DomainError('reading-cancelled');
    const { operation_id: operationId, owner_id: organizationId, id } = found;
    if (!found.dry_run) await tellImported(tx, { system, organizationId }, done);
    const progress = { bytes: String(found.bytes), bytesRead: String(found.bytes) };
    const outcome = { importId: id, dryRun: found.dry_run, ...result.counts };
    await moveOperation(tx, operationId!, { state: 'done', progress, result: outcome, at: result.at });
  }

  /** False where it is over already. */
  private async fail(
    tx: Tx,
    { id, operation_id: operationId }: CatalogueImport,
    reason: DomainError,
  ): Promise<boolean> {
    const problem = problemOf(reason);
    const at = this.clock.now();
    if (operationId === null || (await failImport(tx, id, problem, at)) === 0) return false;
    await moveOperation(tx, operationId, { state: 'failed', problem, at });
    return true;
  }

  private waitForTurn(importId: string): Promise<void> {
    return this.database.asSystem(async (tx) => {
      await getImport(tx, importId);
      await this.later(tx, importId);
    });
  }

  private async later(tx: Tx, importId: string): Promise<void> {
    const now = this.clock.now();
    const at = new Date(now.getTime() + turnMilliseconds);
    // A key of each turn: the job that asks is not over yet, and must not be mistaken for the next one.
    await enqueueLater(tx, importJob, { importId }, { key: `${importJob} ${importId} again`, at, now });
  }
}
