import { isUseType, useCovers } from '../uses';
import { type SourceOfRecord, type Terms } from './terms';

/**
 * Whether reports or events are money for a use on a service; the other is evidence. A use that the terms name speaks for itself, others
 * go with the granted parent that covers them. What the terms do not name at all is taken from reports, and matching holds it anyway.
 */
export function sourceOfRecord(
  { usage }: Pick<Terms, 'usage'>,
  service: string,
  use: string,
): SourceOfRecord['source'] {
  const own = usage.sourceOfRecord.filter((named) => named.service === service);
  const exact = own.find((named) => named.use === use);
  const parent = isUseType(use) ? own.find((named) => useCovers(named.use, use)) : undefined;
  return (exact ?? parent)?.source ?? 'report';
}

/** Whether events, or reports, are money for anything under these terms. */
export const countsFrom = ({ usage }: Pick<Terms, 'usage'>, wanted: SourceOfRecord['source']): boolean =>
  usage.sourceOfRecord.some(({ source }) => source === wanted);
