import type { ApiAnswer, ApiClient } from '../../src/sample/api-client';
import type { Market } from './market';

/** What a test's event says; everything not given is a play on the first service in Russia. */
export interface EventParts {
  readonly id: string;
  readonly source?: string;
  readonly time?: string;
  readonly serviceId?: string;
  readonly isrc?: string;
  readonly territory?: string;
  readonly useType?: string;
  readonly commercialModel?: string;
  readonly quantity?: number;
  readonly playedSeconds?: number;
  readonly sold?: object;
}

export const eventBatch = 'application/cloudevents-batch+json';

export interface EventAnswer {
  readonly source: string | null;
  readonly id: string | null;
  readonly outcome: string;
  readonly agreementId?: string | null;
  readonly held?: string | null;
  readonly status?: number;
  readonly code?: string;
  readonly faults?: readonly { readonly pointer: string; readonly code: string }[];
}

export interface EventsTaken {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly events: readonly EventAnswer[];
}

/** A CloudEvent of usage in the market. */
export function usageEvent({ serviceIds, isrcs }: Pick<Market, 'serviceIds' | 'isrcs'>, parts: EventParts) {
  const { id, source = '/players/1', time = '2026-01-10T12:00:00Z', quantity, ...used } = parts;
  return {
    specversion: '1.0',
    type: 'accordo.usage.v1',
    source,
    id,
    time,
    data: {
      serviceId: serviceIds[0]!,
      isrc: isrcs[0]!,
      territory: 'RU',
      useType: 'OnDemandStream',
      commercialModel: 'AdvertisementSupportedModel',
      ...used,
      ...(quantity === undefined ? {} : { quantity }),
    },
  };
}

export const sendEvents = (client: ApiClient, events: readonly unknown[]): Promise<EventsTaken> =>
  client.upload('/v1/usage-events', eventBatch, JSON.stringify(events));

/** Sends a body as it is. */
export const sendRaw = <Body = { code: string }>(
  client: ApiClient,
  type: string,
  content: string | Uint8Array,
): Promise<ApiAnswer<Body>> => client.request<Body>('POST', '/v1/usage-events', { file: { type, content } });

/** Terms under which events are money for these uses on every service, and reports for the others. */
export const eventTerms = ({ serviceIds }: Pick<Market, 'serviceIds'>, uses: readonly string[]): { usage: object } => ({
  usage: {
    sourceOfRecord: serviceIds.flatMap((service) =>
      ['OnDemandStream', 'UserMakeAvailableUserProvided', 'PermanentDownload'].map((use) => ({
        service,
        use,
        source: uses.includes(use) ? 'events' : 'report',
      })),
    ),
    report: { profile: 'FinancialReportingToRecordCompaniesProfileSRB', dueDays: 15 },
  },
});
