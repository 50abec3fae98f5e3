import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { concludedIds, concludedLives } from '../agreements';
import { Database } from '../platform/database/database';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';
import { followAgreements, followFromHere, type FollowedTo } from '../platform/outbox/follow';
import { FastIndex } from './fast-index';

/** How often a process looks for changes: five times before a second is over. */
const lookEveryMilliseconds = 200;
/** Terms are long: so many agreements are read at once. */
const agreementsAtOnce = 100;

export interface LicencesSettings {
  /** Without news of changes for longer than this, nothing is answered. */
  readonly ageLimitMilliseconds: number;
}

/**
 * All licences in this process's memory, one index a platform, and what has become of them: read whole once, then followed by the outbox. Whoever asks
 * gets a state that is at most `ageLimitMilliseconds` old, and that knows everything this process has committed itself; otherwise
 * clearance-feed-lost.
 */
@Injectable()
export class Licences implements OnModuleDestroy {
  private readonly logger = new Logger('Licences');
  private readonly indexes = new Map<string, FastIndex>();
  private readonly labels = new Map<string, Set<string>>();
  private followed: FollowedTo | undefined;
  private looking: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  /** Of the process's clock that never jumps: when the last look that succeeded began. */
  private knownAt = -Infinity;
  private newsKnown = -1;

  constructor(
    private readonly database: Database,
    private readonly settings: LicencesSettings,
  ) {}

  /**
   * Reads everything and begins to follow. Called before a process takes requests; otherwise the first question does it. A database that cannot be asked
   * now is asked again: a process that stands on it starts all the same, and says clearance-feed-lost meanwhile.
   */
  async start(): Promise<void> {
    if (this.followed === undefined) await this.look().catch((error: unknown) => this.report(error));
    if (this.timer === undefined && !this.stopped) this.lookAgain();
  }

  /** What is licensed to a platform, up to date; undefined when nothing ever was. */
  async of(platformId: string): Promise<FastIndex | undefined> {
    if (!this.isCurrent) await this.catchUp();
    return this.indexes.get(platformId);
  }

  /** As `of`, where no look at the database is needed for it; otherwise `later`. */
  now(platformId: string): FastIndex | undefined | 'later' {
    return this.isCurrent ? this.indexes.get(platformId) : 'later';
  }

  /** The labels that have ever licensed anything to the platform. */
  licensorsOf(platformId: string): readonly string[] {
    return [...(this.labels.get(platformId) ?? [])];
  }

  /** How old the state is, in milliseconds. */
  get age(): number {
    return performance.now() - this.knownAt;
  }

  onModuleDestroy(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private get isCurrent(): boolean {
    return this.newsKnown === this.database.newsCommitted && this.age <= this.settings.ageLimitMilliseconds;
  }

  private async catchUp(): Promise<void> {
    await this.start();
    // A look that was under way may have begun before the news that is waited for.
    for (let look = 0; look < 2 && !this.isCurrent; look += 1) {
      await this.look().catch((error: unknown) => this.report(error));
    }
    if (this.age > this.settings.ageLimitMilliseconds || this.newsKnown < 0) throw this.lost();
  }

  private lost(): DomainError {
    const seconds = Number.isFinite(this.age) ? `${(this.age / 1000).toFixed(1)} s` : 'not known';
    return new DomainError('clearance-feed-lost', `the age of what this process knows is ${seconds}`);
  }

  private report(error: unknown): void {
    this.logger.warn({ cause: error instanceof Error ? error.message : String(error), age: this.age });
  }

  private lookAgain(): void {
    this.timer = setTimeout(() => {
      void this.look()
        .catch((error: unknown) => this.report(error))
        .finally(() => {
          if (!this.stopped) this.lookAgain();
        });
    }, lookEveryMilliseconds).unref();
  }

  private look(): Promise<void> {
    this.looking ??= this.lookOnce().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async lookOnce(): Promise<void> {
    const at = performance.now();
    const news = this.database.newsCommitted;
    await this.database.asSystem(async (tx) => {
      if (this.followed === undefined) {
        const followed = await followFromHere(tx);
        await this.take(tx, await concludedIds(tx));
        this.followed = followed;
      } else {
        const { subjects, to } = await followAgreements(tx, this.followed);
        await this.take(tx, subjects);
        this.followed = to;
      }
    }, 'read');
    this.knownAt = at;
    this.newsKnown = news;
  }

  /** Taking an agreement in twice does no harm: a look that failed halfway is made again from the same place. */
  private async take(tx: Tx, agreementIds: readonly string[]): Promise<void> {
    for (let first = 0; first < agreementIds.length; first += agreementsAtOnce) {
      const ids = agreementIds.slice(first, first + agreementsAtOnce);
      try {
        await this.takeAll(tx, ids);
      } catch (error) {
        if (isOfDatabase(error)) throw error;
        await this.takeEach(tx, ids);
      }
    }
  }

  private async takeAll(tx: Tx, ids: readonly string[]): Promise<void> {
    for (const { platformId, ...agreement } of await concludedLives(tx, ids)) {
      const index = this.indexes.get(platformId) ?? new FastIndex();
      index.place(agreement);
      this.indexes.set(platformId, index);
      const labels = this.labels.get(platformId) ?? new Set();
      this.labels.set(platformId, labels.add(agreement.labelId));
    }
  }

  /** One of them cannot be executed: its text no longer has its hash. It licenses nothing, and all others answer as ever. */
  private async takeEach(tx: Tx, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      try {
        await this.takeAll(tx, [id]);
      } catch (error) {
        if (isOfDatabase(error)) throw error;
        this.logger.error({ err: error, agreementId: id });
        for (const index of this.indexes.values()) index.remove(id);
      }
    }
  }
}

/** Trouble with the database passes, and everything is asked for again; a text that cannot be executed stays as it is. */
const isOfDatabase = (error: unknown): boolean =>
  error instanceof DomainError || (typeof error === 'object' && error !== null && 'code' in error);
