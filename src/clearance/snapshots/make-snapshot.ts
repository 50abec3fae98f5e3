import { Injectable } from '@nestjs/common';
import type { PublishedKeys } from '../../../client/keys';
import { FIRST_LIST, openFile, type OpenedFile } from '../../../client/snapshot-file';
import { sha256Hex } from '../../kernel';
import { getServices } from '../../parties';
import { audit } from '../../platform/audit/audit';
import type { Actor } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { Keyring } from '../../platform/keyring/keyring';
import { Storage } from '../../platform/storage/storage';
import { FastIndex } from '../fast-index';
import { Licences } from '../licences';
import { contentOf, contentOfFile, deltaBetween } from './content';
import { findSnapshot, holdService, insertSnapshot, latestSnapshot, type StoredSnapshot } from './snapshots.repository';
import { signedFile, tablesOf } from './write-file';

const bytesMax = 1024 * 1_048_576;

/** Makes snapshots of what a service may use, and the deltas between them. */
@Injectable()
export class MakeSnapshot {
  constructor(
    private readonly clock: Clock,
    private readonly licences: Licences,
    private readonly keyring: Keyring,
    private readonly storage: Storage,
  ) {}

  /** The newest snapshot of the service, made now unless nothing has changed. Refuses with not-found and clearance-feed-lost. */
  async execute(tx: Tx, actor: Actor, serviceId: string): Promise<StoredSnapshot> {
    await ownService(tx, actor, serviceId);
    await holdService(tx, serviceId);
    const latest = await latestSnapshot(tx, serviceId);
    const before = latest && contentOfFile(await this.open(latest));
    const index = (await this.licences.of(actor.organizationId)) ?? new FastIndex();
    const at = this.clock.now();
    const content = contentOf(index, serviceId, before);
    const tables = tablesOf({ ...content, firstList: FIRST_LIST });
    const contentSha256 = sha256Hex(tables);
    if (latest?.contentSha256 === contentSha256) return latest;
    const number = (latest?.number ?? 0) + 1;
    const header = { kind: 'whole', serviceId, number, base: 0, madeAt: at.getTime() } as const;
    const file = await signedFile(this.keyring, header, tables);
    const { sha256: fileSha256, bytes } = await this.storage.store(asStream(file), bytesMax);
    const made = {
      serviceId,
      number,
      contentSha256,
      fileSha256,
      bytes: BigInt(bytes),
      recordings: content.recordings.size,
      madeAt: at,
    };
    await insertSnapshot(tx, actor.organizationId, made);
    await audit(tx, actor, {
      action: 'clearance.snapshot-made',
      subjectId: serviceId,
      details: { number, fileSha256 },
      at,
    });
    return made;
  }

  /** The file of a snapshot, or what makes an older one into it. Refuses with not-found. */
  async file(tx: Tx, actor: Actor, { serviceId, number, since }: WantedFile): Promise<Buffer> {
    await ownService(tx, actor, serviceId);
    const snapshot =
      number === undefined ? await latestSnapshot(tx, serviceId) : await findSnapshot(tx, serviceId, number);
    if (snapshot === undefined) throw new DomainError('not-found');
    if (since === undefined) return this.bytes(snapshot);
    const base = await findSnapshot(tx, serviceId, since);
    if (base === undefined || base.number >= snapshot.number) throw new DomainError('not-found');
    const [older, newer] = [contentOfFile(await this.open(base)), contentOfFile(await this.open(snapshot))];
    const header = { serviceId, number: snapshot.number, base: since, madeAt: snapshot.madeAt.getTime() };
    return signedFile(this.keyring, { kind: 'delta', ...header }, tablesOf(deltaBetween(older, newer)));
  }

  private async open(snapshot: StoredSnapshot): Promise<OpenedFile> {
    return openFile(await this.bytes(snapshot), { keys: this.keyring.publicKeys() as PublishedKeys['keys'] });
  }

  private async bytes({ fileSha256 }: StoredSnapshot): Promise<Buffer> {
    return Buffer.concat((await this.storage.read(fileSha256).toArray()) as Buffer[]);
  }
}

export interface WantedFile {
  readonly serviceId: string;
  /** Absent: the newest. */
  readonly number: number | undefined;
  /** The number of the snapshot that the asker has: a delta is enough. */
  readonly since: number | undefined;
}

/** Refuses with not-found for a service of somebody else, as for none. */
export async function ownService(tx: Tx, { organizationId }: Actor, serviceId: string): Promise<void> {
  const services = await getServices(tx, organizationId);
  if (!services.some(({ id }) => id === serviceId)) throw new DomainError('not-found');
}

async function* asStream(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
