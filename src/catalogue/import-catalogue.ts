import { Injectable } from '@nestjs/common';
import { audit } from '../platform/audit/audit';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { publish } from '../platform/outbox/outbox';
import { Storage, type StoredFile } from '../platform/storage/storage';
import { type ReadRow, readCatalogueFile } from './catalogue-file';
import { type RecordingRow, rowFault, type RowFault } from './catalogue-row';
import { addFaults, type CatalogueImport, finishImport, openImport } from './imports.repository';
import { writeRecordings, writeReleases } from './recordings.repository';

interface Progress {
  readonly ownerId: string;
  readonly importId: string;
  readonly at: Date;
  read: number;
  rejected: number;
  faults: number;
}

type GoodRow = Extract<ReadRow, { recording: unknown }>;

const batchRows = 1000;
/** A file of nothing but bad rows would otherwise fill the database with complaints; more are only counted. */
const faultsMax = 100_000;

/** Brings a stored catalogue file in: the good rows become recordings, the bad ones are listed with every fault. */
@Injectable()
export class ImportCatalogue {
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
    await beOnlyImport(tx, ownerId);
    const { id } = await openImport(tx, ownerId, file, at);
    const progress: Progress = { ownerId, importId: id, at, read: 0, rejected: 0, faults: 0 };
    let batch: ReadRow[] = [];
    for await (const row of readCatalogueFile(this.storage.read(file.sha256))) {
      if (batch.push(row) < batchRows) continue;
      await writeBatch(tx, progress, batch);
      batch = [];
    }
    await writeBatch(tx, progress, batch);
    const { read, rejected } = progress;
    const done = await finishImport(tx, id, { read, accepted: read - rejected, rejected });
    const details = { file: file.sha256, accepted: read - rejected, rejected };
    await audit(tx, actor, { action: 'catalogue.imported', subjectId: id, details, at });
    await publish(tx, { to: [ownerId], topic: 'catalogue.imported', subjectId: id, payload: details, at });
    return done;
  }
}

/**
 * Two imports that update the same recordings in different orders would deadlock. The second is refused, not kept waiting:
 * each that waits would hold a connection, and a few of them all there are.
 */
async function beOnlyImport(tx: Tx, ownerId: string): Promise<void> {
  const { taken } = await tx.one<{ taken: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS taken',
    [`catalogue-import ${ownerId}`],
  );
  if (!taken) {
    throw new DomainError('idempotency-key-in-use', 'another import of this catalogue is running: wait for its answer');
  }
}

async function writeBatch(tx: Tx, progress: Progress, batch: readonly ReadRow[]): Promise<void> {
  const good = batch.filter((row) => 'recording' in row);
  const repeated = await writeRows(tx, progress, good);
  const found = batch.flatMap((row) => ('faults' in row ? row.faults : []));
  const faults = [...found, ...repeated].sort((a, b) => a.row - b.row).slice(0, faultsMax - progress.faults);
  if (faults.length > 0) await addFaults(tx, { ...progress, after: progress.faults }, faults);
  progress.read += batch.length;
  progress.rejected += batch.length - good.length + repeated.length;
  progress.faults += faults.length;
}

/** Writes the rows and gives a fault for each whose ISRC an earlier row of the file already has. */
async function writeRows(tx: Tx, progress: Progress, good: readonly GoodRow[]): Promise<RowFault[]> {
  const firsts = new Map<string, GoodRow>();
  for (const row of good) if (!firsts.has(row.recording.isrc)) firsts.set(row.recording.isrc, row);
  const recordings = [...firsts.values()].map(({ recording }) => recording);
  const written = new Map((await writeRecordings(tx, progress, recordings)).map(({ id, isrc }) => [isrc, id]));
  await writeReleases(
    tx,
    progress.ownerId,
    recordings.flatMap((recording) => releaseTrack(recording, written.get(recording.isrc))),
  );
  return good
    .filter((row) => firsts.get(row.recording.isrc) !== row || !written.has(row.recording.isrc))
    .map(({ row, recording: { isrc } }) =>
      rowFault(row, 'isrc', 'isrc-repeated', isrc, 'an earlier row of this file has the same ISRC'),
    );
}

const releaseTrack = ({ release }: RecordingRow, recordingId: string | undefined) =>
  release === null || recordingId === undefined ? [] : [{ recordingId, ...release }];
