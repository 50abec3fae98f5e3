import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { territoryCode, USE_TYPES } from '../../kernel';
import { Database } from '../../platform/database/database';
import type { ClearanceAnswer } from '../answers';
import type { NumberedQuestion } from '../questions';
import { addSightings, type Sighting } from './sightings.repository';

const flushAfterMilliseconds = 1000;
/** Different sightings kept before they are written without waiting. */
const keptAtMost = 50_000;

/**
 * Counts answers of no for platforms that want it: demand for what is not licensed. Counts of a second go to the database together; a process that is killed
 * loses those of its last second, which are statistics and nobody's money.
 */
@Injectable()
export class Sightings implements OnModuleDestroy {
  private readonly logger = new Logger('Sightings');
  private waiting = new Map<string, Sighting & { count: number }>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly database: Database) {}

  count(platformId: string, questions: readonly NumberedQuestion[], answers: readonly ClearanceAnswer[]): void {
    for (const [place, answer] of answers.entries()) {
      const { isrc, territory, use, instant } = questions[place]!;
      // What no label could license is no demand.
      if (answer.licensed || isrc === undefined || territory === 0 || use === 0) continue;
      const month = `${new Date(instant).toISOString().slice(0, 7)}-01`;
      const key = `${platformId} ${isrc} ${month} ${territory} ${use} ${answer.reason}`;
      const known = this.waiting.get(key);
      if (known !== undefined) known.count += 1;
      else {
        const codes = { territory: territoryCode(territory), useType: USE_TYPES[use - 1]! };
        this.waiting.set(key, { platformId, isrc, month, ...codes, reason: answer.reason, count: 1 });
      }
    }
    if (this.waiting.size >= keptAtMost) void this.flush();
    else this.timer ??= setTimeout(() => void this.flush(), flushAfterMilliseconds).unref();
  }

  /** Writes what was counted; what cannot be written now is tried again with the next. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  async onModuleDestroy(): Promise<void> {
    await this.flush();
  }

  private async write(): Promise<void> {
    const sightings = this.waiting;
    if (sightings.size === 0) return;
    this.waiting = new Map();
    try {
      await this.database.asSystem((tx) => addSightings(tx, [...sightings.values()]));
    } catch (error) {
      this.logger.warn({ cause: error instanceof Error ? error.message : String(error) });
      if (this.waiting.size > 0) return;
      this.waiting = sightings;
    }
  }
}
