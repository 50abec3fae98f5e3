import type { ApiClient } from '../../src/sample/api-client';
import { ReadReport } from '../../src/usage/read-report';
import type { TestApp } from './app';
import { type AgreementAnswer, type Market, openMarket } from './market';
import { draftMonth } from './reported-usage';

export interface TableReport {
  readonly id: string;
  readonly state: string;
  readonly replaces: string | null;
  readonly replacesAs: string | null;
  readonly linesAccepted: string;
  readonly linesRejected: string;
  readonly rejectedByCode: Record<string, number>;
  readonly refusal: {
    readonly code: string;
    readonly faults?: readonly { readonly code: string; readonly message: string }[];
  } | null;
}

export interface TableSent {
  readonly month?: string;
  readonly messageId?: string;
  readonly replaces?: string;
  readonly replacesTerritory?: string;
  readonly as?: string;
}

/** A line of a table: recording, territory, units, units given back, and the day of the month. */
export type TableLine = readonly [isrc: string, territory: string, units: bigint | number, back?: number, day?: number];

interface Sum {
  readonly isrc: string;
  readonly territory: string;
  readonly quantity: string;
  readonly returns: string;
}

interface StatementLine {
  readonly period: string;
  readonly isrc: string | null;
  readonly amount: string;
}

/** A deal at 0.002 a play whose platform sends tables of streams. No worker runs: reports are read, and months closed, at once. */
export class TableDeal {
  private number = 0;

  private constructor(
    private readonly app: TestApp,
    readonly market: Market,
    readonly agreement: AgreementAnswer,
    private readonly mappingId: string,
  ) {}

  static async open(app: TestApp): Promise<TableDeal> {
    const market = await openMarket(app, 4);
    const agreement = await market.concluded({ isrcs: market.isrcs.slice(0, 3), floor: '0.01' });
    const { id } = await market.platform.as.post<{ id: string }>('/v1/usage-mappings', {
      name: 'Monthly',
      mapping: {
        delimiter: ',',
        columns: { isrc: 'ISRC', quantity: 'Streams', returns: 'Back', territory: 'Country', day: 'Day' },
        constants: { use: 'OnDemandStream', model: 'AdvertisementSupportedModel' },
      },
    });
    return new TableDeal(app, market, agreement, id);
  }

  get label(): ApiClient {
    return this.market.label.as;
  }

  get platform(): ApiClient {
    return this.market.platform.as;
  }

  upload(lines: readonly TableLine[], sent: TableSent = {}): Promise<{ id: string }> {
    const { month = '2026-01', messageId = `T${(this.number += 1)}`, ...how } = sent;
    const { label, serviceIds } = this.market;
    const query = new URLSearchParams({
      ...{ mappingId: this.mappingId, labelId: label.organizationId, serviceId: serviceIds[0]!, month, messageId },
      ...how,
    });
    const text = lines.map(([isrc, territory, units, back = 0, day = 1]) =>
      [isrc, territory, units, back, `${month}-${String(day).padStart(2, '0')}`].join(),
    );
    const table = ['ISRC,Country,Streams,Back,Day', ...text, ''].join('\n');
    return this.platform.upload(`/v1/usage-reports?${query.toString()}`, 'text/csv', table);
  }

  /** Sent and read. */
  async report(lines: readonly TableLine[], sent: TableSent = {}): Promise<TableReport> {
    return this.read((await this.upload(lines, sent)).id);
  }

  async read(id: string): Promise<TableReport> {
    await this.app.app.get(ReadReport).execute({ reportId: id });
    return this.label.get(`/v1/usage-reports/${id}`);
  }

  /** "ISRC territory units-returns", in order. */
  async sums({ id }: { id: string }): Promise<string[]> {
    const all = await this.label.all<Sum>(`/v1/usage-reports/${id}/sums`);
    return all.map(({ isrc, territory, quantity, returns }) => `${isrc} ${territory} ${quantity}-${returns}`);
  }

  /** Closes the month now, and gives its statement's lines of recordings. */
  async close(month: string): Promise<StatementLine[]> {
    const agreementId = this.agreement.id;
    const { label } = this.market;
    const id = await draftMonth(this.app, { ...label, as: this.label }, agreementId, month);
    await this.app.given.issued(label, id);
    const lines = await this.label.all<StatementLine>(`/v1/statements/${id}/lines`);
    return lines.filter(({ isrc }) => isrc !== null);
  }
}
