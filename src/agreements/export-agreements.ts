import { Injectable, type OnModuleInit } from '@nestjs/common';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database/database';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { problemOf } from '../platform/http/problem.filter';
import { enqueue, type JobPayload, Jobs } from '../platform/jobs/jobs';
import { Keyring } from '../platform/keyring/keyring';
import { moveOperation, type Operation, openOperation, operationInHand } from '../platform/operations/operations';
import { Storage } from '../platform/storage/storage';
import { agreementSummary } from './agreement.view';
import { listAgreements } from './agreements.repository';
import { filesOfAgreement } from './exported-files';
import { trailAfter } from './trail.repository';

export const exportKind = 'export-agreements';
const bytesMax = 64 * 1024 ** 3;
const pageSize = 500;

/** A file on disk and its name in the archive. */
interface Packed {
  readonly path: string;
  readonly name: string;
}

/**
 * Everything that an organization has of its agreements in one ZIP, one export at a time. What is written lies on disk, so memory holds one
 * agreement at a time.
 */
@Injectable()
export class ExportAgreements implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
    readonly keyring: Keyring,
    readonly storage: Storage,
  ) {}

  onModuleInit(): void {
    this.jobs.register(exportKind, (payload) => this.execute(payload));
  }

  /** The export that is in hand already, or a new one. */
  async request(tx: Tx, actor: Actor): Promise<Operation> {
    const ownerId = actor.organizationId;
    await tx.run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${exportKind} ${ownerId}`]);
    const inHand = await operationInHand(tx, exportKind);
    if (inHand !== undefined) return inHand;
    const at = this.clock.now();
    const operation = await openOperation(tx, { ownerId, kind: exportKind, at });
    await enqueue(tx, exportKind, { operationId: operation.id, ownerId }, `${exportKind} ${ownerId}`);
    await audit(tx, actor, { action: 'agreements.export-requested', subjectId: ownerId, at });
    return operation;
  }

  async execute({ operationId = '', ownerId = '' }: JobPayload): Promise<void> {
    await mkdir(this.storage.temporaryFolder, { recursive: true, mode: 0o700 });
    const folder = await mkdtemp(join(this.storage.temporaryFolder, 'export-'));
    try {
      const { packed, agreements } = await this.gather(folder, { operationId, ownerId });
      const file = await this.storage.store(zipOf(packed), bytesMax);
      await this.move(operationId, ownerId, { state: 'done', result: { ...file, agreements } });
    } catch (error) {
      const problem = problemOf(error instanceof DomainError ? error : new DomainError('export-failed'));
      await this.move(operationId, ownerId, { state: 'failed', problem });
      throw error;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async gather(
    folder: string,
    { operationId, ownerId }: { operationId: string; ownerId: string },
  ): Promise<{ packed: Packed[]; agreements: number }> {
    const packed: Packed[] = [];
    const keep = async (name: string, bytes: Uint8Array | string): Promise<void> => {
      const path = join(folder, String(packed.length));
      await writeFile(path, bytes, { mode: 0o600 });
      packed.push({ path, name });
    };
    const all: object[] = [];
    let after: readonly string[] | undefined;
    for (;;) {
      const page = await this.database.asMemberOf(ownerId, (tx) => listAgreements(tx, pageSize, after), 'read');
      for (const { id } of page) {
        const { agreement, files } = await this.database.asMemberOf(ownerId, (tx) =>
          filesOfAgreement(tx, this, id, this.clock.now()),
        );
        all.push(agreementSummary(agreement));
        for (const [name, bytes] of files) await keep(`agreements/${id}/${name}`, bytes);
        await this.move(operationId, ownerId, { state: 'running', progress: { agreements: all.length } });
      }
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize) break;
      after = [last.madeAt.toISOString(), last.id];
    }
    await keep('agreements.json', JSON.stringify(all, null, 2));
    await keep('README.txt', readMe);
    const trail = join(folder, 'trail');
    await pipeline(Readable.from(this.trail(ownerId)), createWriteStream(trail, { mode: 0o600 }));
    packed.push({ path: trail, name: 'audit.jsonl' });
    return { packed, agreements: all.length };
  }

  private async *trail(ownerId: string): AsyncGenerator<string> {
    let after = '0';
    for (;;) {
      const entries = await this.database.asMemberOf(ownerId, (tx) => trailAfter(tx, after, pageSize * 10), 'read');
      for (const { position: _, ...entry } of entries) yield `${JSON.stringify(entry)}\n`;
      const last = entries.at(-1);
      if (last === undefined) return;
      after = String(last.position);
    }
  }

  private async move(
    operationId: string,
    ownerId: string,
    to: { state: Operation['state']; progress?: object; result?: object; problem?: object },
  ): Promise<void> {
    await this.database.asMemberOf(ownerId, (tx) => moveOperation(tx, operationId, { ...to, at: this.clock.now() }));
  }
}

/** All is there before the first file is opened: whoever reads the stream is told of a fault by it. */
function zipOf(packed: readonly Packed[]): Readable {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  zip.on('error', (error: Error) => output.destroy(error));
  // Where nobody reads any more, nobody need hear of it.
  output.on('error', () => undefined);
  for (const { path, name } of packed) zip.addFile(path, name, { compress: !name.endsWith('.zip') });
  zip.end();
  return output;
}

const readMe = `agreements.json       every agreement of your organization
agreements/ID/        of each agreement:
  evidence.zip        what was signed, the signatures, the documents; check it with: accordo verify evidence.zip
  vN-STATE/           terms, words and signatures of what is not in the evidence: not signed by both, or its documents were still being made
  original.pdf        what was signed elsewhere, until it is in the evidence
audit.jsonl           what your organization did, and what was done that concerns it, oldest first
`;
