import { createHash } from 'node:crypto';

/** Events that a platform's players would send: a play each, over all tracks, territories and days of a month. Always the same for the same run and number. */
export interface EventPlan {
  readonly run: string;
  readonly serviceIds: readonly string[];
  readonly isrcs: readonly string[];
}

export interface PlannedEvent {
  readonly source: string;
  readonly id: string;
  readonly time: string;
  readonly serviceId: string;
  readonly isrc: string;
  readonly territory: string;
  readonly useType: string;
}

const territories = ['RU', 'BY', 'KZ', 'AM', 'AZ', 'KG', 'MD', 'TJ', 'UZ'];
const useTypes = ['OnDemandStream', 'UserMakeAvailableUserProvided'];
const january = Date.UTC(2026, 0, 1);
const monthMilliseconds = 31 * 86_400_000 - 4 * 3_600_000;

/** Ids as players make them: without order. */
export function plannedEvent({ run, serviceIds, isrcs }: EventPlan, at: number): PlannedEvent {
  const hex = createHash('md5').update(`${run} ${at}`).digest('hex');
  const number = Number.parseInt(hex.slice(0, 8), 16);
  return {
    source: `/players/eu-${number % 4}`,
    id: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20)}`,
    time: new Date(january + ((number * 7919) % monthMilliseconds)).toISOString(),
    serviceId: serviceIds[number % serviceIds.length]!,
    isrc: isrcs[number % isrcs.length]!,
    territory: territories[number % territories.length]!,
    useType: useTypes[(number >>> 4) % useTypes.length]!,
  };
}

export const cloudEvent = ({ source, id, time, ...used }: PlannedEvent): object => ({
  specversion: '1.0',
  type: 'accordo.usage.v1',
  source,
  id,
  time,
  datacontenttype: 'application/json',
  data: { ...used, commercialModel: 'AdvertisementSupportedModel' },
});
