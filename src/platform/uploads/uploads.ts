import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Actor, actorName } from '../auth/actor';
import { Clock } from '../clock';
import { Database } from '../database/database';
import { DomainError } from '../errors/domain-error';
import { enqueueLater, type JobPayload, Jobs } from '../jobs/jobs';
import { Storage } from '../storage/storage';
import { bytesOfParts, PartFile, removePart } from './part-files';
import { addPart, beginUpload, endUpload, getUpload, partsOf, type Upload } from './uploads.repository';

export const uploadBytesMax = 2 * 1024 ** 3;
/** No longer than unused parts stay in their folder. */
const openMilliseconds = 86_400_000;
/** What comes without a checksum counts piece by piece, so that little is sent twice after a broken connection, and little after a killed process. */
const partBytesMax = 16 * 1024 ** 2;

/** Where in the file a piece begins, and what it must hash to (SHA-256 in base64), if its sender says so. */
export interface Piece {
  readonly offset: bigint;
  readonly sha256: string | undefined;
}

/**
 * Files that come in over as many connections as it takes (tus 1.0). A part is on disk before it is acknowledged; an acknowledged one never changes, whoever
 * sends at the same time. An upload is material, not evidence: who uses it copies and hashes it.
 */
@Injectable()
export class Uploads implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly storage: Storage,
    private readonly clock: Clock,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.register('expire-upload', (payload) => this.expire(payload));
  }

  /** Refuses with body-too-large and limit-reached. */
  begin(actor: Actor, bytes: number, metadata: string | null): Promise<Upload> {
    if (bytes > uploadBytesMax)
      throw new DomainError('body-too-large', `an upload has at most ${uploadBytesMax} bytes`);
    const at = this.clock.now();
    const expiresAt = new Date(at.getTime() + openMilliseconds);
    return this.database.withTenant(actor, async (tx) => {
      const by = actorName(actor);
      const upload = await beginUpload(tx, actor.organizationId, { bytes, metadata, by, at, expiresAt });
      const key = `expire-upload ${upload.id}`;
      await enqueueLater(tx, 'expire-upload', { uploadId: upload.id }, { key, at: expiresAt, now: at });
      return upload;
    });
  }

  /** Refuses with not-found. */
  find(actor: Actor, id: string): Promise<Upload> {
    return this.database.withTenant(actor, (tx) => getUpload(tx, id, this.clock.now()), 'read');
  }

  /**
   * Adds a piece and gives how much of the file is there. Refuses with upload-offset-differs, body-too-large and upload-checksum-differs. A piece that breaks
   * off counts as far as it came, unless it has a checksum: then it counts whole or not at all.
   */
  async append(actor: Actor, upload: Upload, { offset, sha256 }: Piece, body: AsyncIterable<Buffer>): Promise<bigint> {
    if (offset !== upload.received) throw differs(upload.received);
    const room = upload.bytes - offset;
    let [received, part] = [offset, new PartFile(this.storage.uploadsFolder)];
    const keep = async (): Promise<void> => {
      received = await this.keep(actor, upload, received, part);
      part = new PartFile(this.storage.uploadsFolder);
    };
    try {
      for await (const chunk of unbroken(body)) {
        if (chunk === broken) {
          if (sha256 === undefined) await keep();
          throw new DomainError('request-invalid', 'the body broke off');
        }
        if (received - offset + BigInt(part.bytes + chunk.length) > room)
          throw new DomainError('body-too-large', `the upload lacks ${room} bytes, and more came`);
        await part.write(chunk);
        if (sha256 === undefined && part.bytes >= partBytesMax) await keep();
      }
      if (sha256 !== undefined && part.sha256 !== sha256) throw new DomainError('upload-checksum-differs');
      await keep();
      return received;
    } finally {
      await part.discard();
    }
  }

  /** Takes back what was sent. Refuses with not-found. */
  async end(actor: Actor, id: string): Promise<void> {
    const now = this.clock.now();
    const parts = await this.database.withTenant(actor, async (tx) => {
      await getUpload(tx, id, now);
      await endUpload(tx, id, now);
      return partsOf(tx, id);
    });
    for (const { file } of parts) await removePart(this.storage.uploadsFolder, file);
  }

  /** The bytes of a whole upload. Refuses with not-found and upload-incomplete. */
  async read(actor: Actor, id: string): Promise<AsyncIterable<Buffer>> {
    const parts = await this.database.withTenant(
      actor,
      async (tx) => {
        const { bytes, received } = await getUpload(tx, id, this.clock.now());
        if (received < bytes) throw new DomainError('upload-incomplete', `${received} of ${bytes} bytes are there`);
        return partsOf(tx, id);
      },
      'read',
    );
    const files = parts.map(({ file }) => file);
    return bytesOfParts(this.storage.uploadsFolder, files);
  }

  private async keep(actor: Actor, upload: Upload, from: bigint, part: PartFile): Promise<bigint> {
    if (part.bytes === 0) return from;
    await part.end();
    const { file, bytes } = part;
    const added = { starts_at: from, bytes: BigInt(bytes), file };
    const adding = this.database.withTenant(actor, (tx) => addPart(tx, upload, added, this.clock.now()));
    // A connection that is lost while this is committed does not tell whether it was.
    const isAdded = await adding.catch((error: unknown) => {
      part.leave();
      throw error;
    });
    if (isAdded) return from + BigInt(bytes);
    await part.discard();
    throw new DomainError('upload-offset-differs', 'another connection has sent this piece, or the upload has ended');
  }

  /** The job: what nobody used in time ends, and its bytes go. */
  async expire({ uploadId = '' }: JobPayload): Promise<void> {
    const parts = await this.database.asSystem(async (tx) => {
      await endUpload(tx, uploadId, this.clock.now());
      return partsOf(tx, uploadId);
    });
    for (const { file } of parts) await removePart(this.storage.uploadsFolder, file);
  }
}

const differs = (received: bigint): DomainError =>
  new DomainError('upload-offset-differs', `${received} bytes are there: continue with these`);

/** In place of the error by which a connection ends too early. */
const broken = Buffer.alloc(0);

async function* unbroken(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch {
    yield broken;
  }
}
