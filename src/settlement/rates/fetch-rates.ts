import { Readable } from 'node:stream';
import { Injectable, Logger } from '@nestjs/common';
import { RATE_SOURCES } from '../../kernel';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import { DomainError } from '../../platform/errors/domain-error';
import type { JobPayload } from '../../platform/jobs/jobs';
import { fetchFile, NotFetched } from '../../platform/outbound/fetch-file';
import { Storage, type StoredFile } from '../../platform/storage/storage';
import type { RatesProblem } from './exchange-rates.repository';
import { ImportRates } from './import-rates';
import { RateFeeds } from './rate-feeds';
import { type PublishedRate, ratesBytesMax } from './readers/rates-file';
import { readPublished } from './readers/read-published';

export const fetchRates = 'fetch-exchange-rates';

/** What a source may say its file is: banks call a CSV or a ZIP by several names. */
export const ratesTypes = [
  'text/csv',
  'application/csv',
  'text/plain',
  'application/xml',
  'text/xml',
  'application/zip',
  'application/x-zip-compressed',
  'application/octet-stream',
];

/** For a whole answer. */
const fetchMilliseconds = 30_000;

/**
 * Fetches what a source has published and keeps it. The call stands outside of any transaction; the file is stored before it is read, as evidence. What cannot be
 * fetched or read is noted with its reason, and tried again when it is due again: the queue's own attempts would ask a bank that is away 25 times.
 */
@Injectable()
export class FetchRates {
  private readonly logger = new Logger('ExchangeRates');

  constructor(
    private readonly database: Database,
    private readonly storage: Storage,
    private readonly clock: Clock,
    private readonly feeds: RateFeeds,
    private readonly importRates: ImportRates,
  ) {}

  async execute({ source: name }: JobPayload): Promise<void> {
    const source = RATE_SOURCES.find((one) => one === name);
    const address = source && this.feeds.config?.addresses[source];
    // The setting has changed since.
    if (source === undefined || address === undefined) return;
    const by = await this.doer();
    if (by === undefined) return;
    const fetched = await this.fetched(address, async (bytes) =>
      readPublished(source, bytes, { now: this.clock.now() }),
    );
    if ('problem' in fetched) this.logger.warn(`rates of ${source} were not taken: ${fetched.problem.code}`);
    await this.database.asSystem(async (tx) => {
      if ('problem' in fetched) await this.importRates.failed(tx, by, { source, address, ...fetched });
      else await this.importRates.execute(tx, by, { source, address, ...fetched });
    });
  }

  private async fetched(
    address: string,
    read: (bytes: Buffer) => Promise<readonly PublishedRate[]>,
  ): Promise<{ file: StoredFile; rates: readonly PublishedRate[] } | { problem: RatesProblem }> {
    try {
      const limits = { types: ratesTypes, bytesMax: ratesBytesMax, milliseconds: fetchMilliseconds };
      const bytes = await fetchFile({ address, ...limits });
      const rates = await read(bytes);
      return { rates, file: await this.storage.store(Readable.from([bytes]), ratesBytesMax) };
    } catch (error) {
      if (error instanceof NotFetched) return { problem: { code: error.code, detail: error.message, faults: [] } };
      if (error instanceof DomainError) {
        return { problem: { code: error.code, detail: error.message, faults: error.faults.slice(0, 100) } };
      }
      // Noted as well, or the bank would be asked again every minute.
      this.logger.error({ err: error }, 'rates could not be kept');
      return { problem: { code: 'internal-error', detail: 'the file could not be kept', faults: [] } };
    }
  }

  /** In whose name it is done: the marketplace's own. Undefined while there is no operator yet. */
  private async doer(): Promise<{ system: string; organizationId: string } | undefined> {
    const operator = await this.database.asSystem((tx) =>
      tx.first<{ id: string }>(`SELECT id FROM organizations WHERE kind = 'operator'`),
    );
    return operator && { system: fetchRates, organizationId: operator.id };
  }
}
