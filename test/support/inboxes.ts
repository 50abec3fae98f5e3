import { TakeFiles } from '../../src/usage/inbox/take-files';
import { ReadReport } from '../../src/usage/read-report';
import type { TestApp } from './app';
import { type Market, openMarket } from './market';

export interface Inbox {
  readonly id: string;
  readonly address: string;
  readonly closedAt: string | null;
}
export interface Taken {
  readonly name: string;
  readonly state: string;
  readonly reportId: string | null;
  readonly refusal: {
    readonly code: string;
    readonly faults?: readonly { readonly pointer: string; readonly code: string }[];
  } | null;
  readonly answeredAt: string | null;
}
export interface Receipt {
  readonly file: string;
  readonly state: string;
  readonly report: {
    readonly id: string;
    readonly messageId: string;
    readonly month: string;
    readonly replaces: string | null;
  } | null;
  readonly refusal: { readonly code: string } | null;
}

/** A sender's way to a box, whatever kind it is. */
export interface Box {
  put(name: string, content: string): Promise<void>;
  out(): Promise<string[]>;
  read(name: string): Promise<string>;
}

const mapping = {
  delimiter: ',',
  columns: { isrc: 'isrc', quantity: 'plays' },
  constants: { territory: 'KZ', use: 'OnDemandStream', model: 'AdvertisementSupportedModel' },
};

export const table = (isrc: string, ...counts: readonly string[]): string =>
  ['isrc,plays', ...counts.map((count) => `${isrc},${count}`)].join('\n');

/** A market with an inbox for tables. */
export class Scene {
  number = 0;
  private constructor(
    readonly app: TestApp,
    readonly market: Market,
    readonly mappingId: string,
  ) {}

  static async open(app: TestApp): Promise<Scene> {
    const market = await openMarket(app, 3);
    await market.concluded();
    const { id } = await market.platform.as.post<{ id: string }>('/v1/usage-mappings', { name: 'Tables', mapping });
    return new Scene(app, market, id);
  }

  inbox(other: { readonly labelId?: string } = {}): Promise<Inbox> {
    return this.market.platform.as.post('/v1/usage-inboxes', {
      name: `Box ${(this.number += 1)}`,
      mappingId: this.mappingId,
      labelId: this.market.label.organizationId,
      serviceId: this.market.serviceIds[0]!,
      ...other,
    });
  }

  look({ id }: Inbox): Promise<void> {
    return this.app.app.get(TakeFiles).execute({ inboxId: id });
  }

  taken({ id }: Inbox): Promise<Taken[]> {
    return this.market.platform.as.all(`/v1/usage-inboxes/${id}/files`);
  }

  readReport(id: string): Promise<void> {
    return this.app.app.get(ReadReport).execute({ reportId: id });
  }

  async reports(): Promise<number> {
    return (await this.market.platform.as.all('/v1/usage-reports')).length;
  }
}
