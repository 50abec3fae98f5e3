import { setTimeout as wait } from 'node:timers/promises';
import type { RateSource } from '../../kernel';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import { enqueue } from '../../platform/jobs/jobs';
import { isFetchDue } from './exchange-rates.repository';
import { fetchRates } from './fetch-rates';
import { RateFeeds } from './rate-feeds';

const hour = 3_600_000;
/** How often a worker looks whether anything is due. */
const lookMilliseconds = 60_000;
/** After an attempt in vain: a bank is not asked more often. */
const againMilliseconds = hour / 4;

/** Has each source fetched when it is due, by whichever worker is free: how long ago it was stands in the database, so many workers fetch as often as one. */
@Injectable()
export class WatchRates {
  private readonly logger = new Logger('ExchangeRates');
  private stopping: AbortController | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly feeds: RateFeeds,
  ) {}

  /** Does nothing where nothing is to be fetched. */
  start(): void {
    if (this.feeds.config === undefined) return;
    const stopping = new AbortController();
    this.stopping = stopping;
    this.running = this.run(stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping?.abort();
    await this.running;
  }

  async look(): Promise<void> {
    const { addresses = {}, hours = 0 } = this.feeds.config ?? {};
    const now = this.clock.now().getTime();
    const good = new Date(now - hours * hour);
    const tried = new Date(now - againMilliseconds);
    await this.database.asSystem(async (tx) => {
      for (const source of Object.keys(addresses) as RateSource[]) {
        if (await isFetchDue(tx, source, { good, tried })) {
          await enqueue(tx, fetchRates, { source }, `${fetchRates} ${source}`);
        }
      }
    });
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // The database may be away for a while; the next look finds what this one would have found.
      await this.look().catch((error: unknown) => this.logger.warn({ err: error }, 'rates were not looked after'));
      await wait(lookMilliseconds, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
