import type { Market } from './market';

/** A question that the market's usual agreement says yes to, changed as given. */
export const questionOf = ({ serviceIds, isrcs }: Market, changes: object = {}): Record<string, unknown> => ({
  serviceId: serviceIds[0],
  isrc: isrcs[0],
  territory: 'RU',
  useType: 'OnDemandStream',
  commercialModel: 'AdvertisementSupportedModel',
  ...changes,
});
