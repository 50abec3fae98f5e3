import { Injectable, type OnModuleInit } from '@nestjs/common';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { PROSE_LANGUAGES } from '../kernel';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import { Database } from '../platform/database/database';
import type { Tx } from '../platform/database/tx';
import { enqueue, type JobPayload, Jobs } from '../platform/jobs/jobs';
import { Keyring } from '../platform/keyring/keyring';
import { moveOperation, type Operation, openOperation } from '../platform/operations/operations';
import { Storage } from '../platform/storage/storage';
import { agreementSummary } from './agreement.view';
import { type Agreement, getAgreement, listAgreements } from './agreements.repository';
import { evidenceOf } from './evidence';
import { trailAfter } from './trail.repository';
import { getVersion, listVersions } from './versions.repository';

export const exportKind = 'export-agreements';
const bytesMax = 64 * 1024 ** 3;
const pageSize = 500;

/**
 * Everything that an organization has of its agreements in one ZIP: the evidence of each that was signed, the terms and words of whatever else
 * was put up for signature, and its whole audit trail. What is written lies on disk, so memory holds one agreement at a time.
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

  async request(tx: Tx, actor: Actor): Promise<Operation> {
    const at = this.clock.now();
    const ownerId = actor.organizationId;
    const operation = await openOperation(tx, { ownerId, kind: exportKind, at });
    await enqueue(tx, exportKind, { operationId: operation.id, ownerId }, `${exportKind} ${operation.id}`);
    await audit(tx, actor, { action: 'agreements.export-requested', subjectId: ownerId, at });
    return operation;
  }

  async execute({ operationId = '', ownerId = '' }: JobPayload): Promise<void> {
    await mkdir(this.storage.temporaryFolder, { recursive: true, mode: 0o700 });
    const folder = await mkdtemp(join(this.storage.temporaryFolder, 'export-'));
    try {
      const zip = new ZipFile();
      const agreements = await this.agreements(zip, folder, { operationId, ownerId });
      const trail = join(folder, 'audit.jsonl');
      await pipeline(Readable.from(this.trail(ownerId)), createWriteStream(trail, { mode: 0o600 }));
      zip.addFile(trail, 'audit.jsonl');
      zip.addBuffer(Buffer.from(readMe), 'README.txt');
      zip.end();
      const file = await this.storage.store(zip.outputStream as Readable, bytesMax);
      await this.move(operationId, ownerId, { state: 'done', result: { ...file, agreements } });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async agreements(
    zip: ZipFile,
    folder: string,
    { operationId, ownerId }: { operationId: string; ownerId: string },
  ): Promise<number> {
    const all: object[] = [];
    let after: readonly string[] | undefined;
    for (;;) {
      const page = await this.database.asMemberOf(ownerId, (tx) => listAgreements(tx, pageSize, after), 'read');
      for (const agreement of page) {
        all.push(agreementSummary(agreement));
        for (const [name, bytes] of await this.filesOf(ownerId, agreement)) {
          const path = join(folder, `${agreement.id}-${name.replaceAll('/', '-')}`);
          await writeFile(path, bytes, { mode: 0o600 });
          zip.addFile(path, `agreements/${agreement.id}/${name}`, { compress: !name.endsWith('.zip') });
        }
        await this.move(operationId, ownerId, { state: 'running', progress: { agreements: all.length } });
      }
      const last = page.at(-1);
      if (last === undefined || page.length < pageSize) break;
      after = [last.madeAt.toISOString(), last.id];
    }
    zip.addBuffer(Buffer.from(JSON.stringify(all, null, 2)), 'agreements.json');
    return all.length;
  }

  private filesOf(ownerId: string, { id, concludedAt }: Agreement): Promise<Map<string, Uint8Array>> {
    return this.database.asMemberOf(ownerId, async (tx) => {
      const files = new Map<string, Uint8Array>();
      for (const { number, state } of await listVersions(tx, id)) {
        const { termsText, manifest, prose } = await getVersion(tx, id, number);
        // What was signed is in the evidence; what is older than manifests has none.
        if (state === 'concluded' && manifest !== null) continue;
        files.set(`v${number}-${state}/terms.json`, Buffer.from(termsText));
        if (manifest !== null) files.set(`v${number}-${state}/manifest.json`, Buffer.from(manifest));
        for (const language of prose === null ? [] : PROSE_LANGUAGES) {
          files.set(`v${number}-${state}/prose.${language}.txt`, Buffer.from(prose?.[language] ?? ''));
        }
      }
      const { documentSha256 } = await getAgreement(tx, id);
      const provable = concludedAt !== null && (await getVersion(tx, id, 1)).manifest !== null;
      if (provable) files.set('evidence.zip', await evidenceOf(tx, this, id, this.clock.now()));
      else if (documentSha256 !== null) files.set('original.pdf', await bytesOf(this.storage, documentSha256));
      return files;
    });
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
    to: { state: Operation['state']; progress?: object; result?: object },
  ): Promise<void> {
    await this.database.asMemberOf(ownerId, (tx) => moveOperation(tx, operationId, { ...to, at: this.clock.now() }));
  }
}

async function bytesOf(storage: Storage, sha256: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of storage.read(sha256)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const readMe = `agreements.json       every agreement of your organization
agreements/ID/        of each agreement:
  evidence.zip        what was signed, the signatures, the documents; check it with: accordo verify evidence.zip
  vN-STATE/           terms and words that were put up for signature and not signed by both
  original.pdf        what was signed elsewhere, until both have signed here
audit.jsonl           what your organization did, and what was done that concerns it, oldest first
`;
