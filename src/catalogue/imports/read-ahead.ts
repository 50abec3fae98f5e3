import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { keptAwake } from '../../platform/database/awake';
import { Database } from '../../platform/database/database';
import { DomainError } from '../../platform/errors/domain-error';
import { type JobPayload, othersWait } from '../../platform/jobs/jobs';
import { Storage } from '../../platform/storage/storage';
import { type ArchivedFile, type Follower, isMessage, weighing } from '../archives/archived-file';
import { openArchive } from '../archives/open-archive';
import { partsOf } from '../archives/parts-of';
import { type MessageReading, readingOf } from '../messages/message-reading';
import { type CatalogueImport, findImport } from './imports.repository';
import { PartFiles } from './part-files';
import { claimPart, holdPart, partsAt } from './parts.repository';

const pauseMilliseconds = 50;
const standstillMilliseconds = 10_000;
const lookMilliseconds = 1_000;
/** A part that unpacks to more is left to the import itself, which needs no room for it on disk. */
const partMost = 32 * 1024 * 1024;

const nobody: Follower = {
  watched: async function* (file) {
    yield* file;
  },
  atBytes: () => Promise.resolve(),
};

/** Too large a part to be read ahead. */
class TooLarge extends Error {}

/**
 * Reads an archive's messages for the import that takes them, a part at a time, ahead of it, for as long as no other job waits for a worker. It decides nothing and changes nothing that counts: what it
 * read the import might as well read itself, and does where this worker dies.
 */
@Injectable()
export class ReadAhead {
  constructor(
    private readonly database: Database,
    private readonly storage: Storage,
  ) {}

  async execute({ importId = '' }: JobPayload, isStopping: () => boolean): Promise<void> {
    const found = await this.database.asSystem((tx) => findImport(tx, importId), 'read');
    if (found?.state !== 'queued') return;
    try {
      await this.walk(found, isStopping);
    } catch (error) {
      // The archive is refused by whoever takes it, when it comes to that place.
      if (!(error instanceof DomainError) || error.status >= 500) throw error;
    }
  }

  private async walk({ id, file_sha256: sha256, bytes }: CatalogueImport, isStopping: () => boolean): Promise<void> {
    const weigh = weighing(Number(bytes));
    let claimed: number | undefined;
    let looked = performance.now();
    const givesWay = async (): Promise<boolean> => {
      looked = performance.now();
      return isStopping() || (await this.database.asSystem(othersWait, 'read'));
    };
    for await (const { number, files } of partsOf(openArchive(this.storage, sha256, nobody))) {
      claimed ??= await this.claim(id, isStopping);
      // Over; or begun anew, behind this place.
      if (claimed === undefined || claimed < number) return;
      if (claimed > number) {
        // On the way to its part it unpacks all before it, which may be long.
        if (performance.now() - looked > lookMilliseconds && (await givesWay())) return;
        continue;
      }
      await this.read(id, number, readings(files, weigh));
      claimed = undefined;
      if (await givesWay()) return;
    }
  }

  private async read(importId: string, part: number, messages: AsyncIterable<MessageReading>): Promise<void> {
    await this.database.asSystem(async (tx) => {
      await holdPart(tx, importId, part);
      // Whoever takes has come to it, and reads it.
      if (((await partsAt(tx, importId))?.taken ?? part) >= part - 1) return;
      try {
        await keptAwake(tx, () => new PartFiles(this.storage, importId).write(part, messages));
      } catch (error) {
        // An import that is over has taken its folder away.
        const isOver = (error as NodeJS.ErrnoException).code === 'ENOENT';
        if (!isOver && !(error instanceof TooLarge)) throw error;
      }
    });
  }

  /** Undefined where the import is over, or stands still, or others wait while there is nothing to do. */
  private async claim(importId: string, isStopping: () => boolean): Promise<number | undefined> {
    for (let [taken, since] = [-1, 0]; ;) {
      // By reading, as long as there is nothing to claim: this process may answer clearance too, and looks its callers up anew after each write.
      const [at, others] = await this.database.asSystem(
        async (tx) => [await partsAt(tx, importId), await othersWait(tx)] as const,
        'read',
      );
      if (at === undefined) return undefined;
      const part = at.hasRoom ? await this.database.asSystem((tx) => claimPart(tx, importId)) : undefined;
      if (part !== undefined) return part;
      if (at.taken !== taken) [taken, since] = [at.taken, performance.now()];
      if (others || isStopping() || performance.now() - since > standstillMilliseconds) return undefined;
      await wait(pauseMilliseconds);
    }
  }
}

async function* readings(
  files: AsyncIterable<ArchivedFile>,
  weigh: (bytes: number) => void,
): AsyncGenerator<MessageReading> {
  let room = partMost;
  for await (const file of files) {
    if (!isMessage(file)) continue;
    if (file.bytes > room) throw new TooLarge();
    const reading = readingOf(file.content);
    yield (tell, between) =>
      reading(tell, (bytes) => {
        weigh(bytes);
        room -= bytes;
        if (room < 0) throw new TooLarge();
        return between(bytes);
      });
  }
}
