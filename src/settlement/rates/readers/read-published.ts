import { type CalendarDate, calendarDateOf, dayAfter, type RateSource } from '../../../kernel';
import { DomainError } from '../../../platform/errors/domain-error';
import { readCbr } from './read-cbr';
import { readEcb } from './read-ecb';
import { type PublishedRate, ratesBytesMax } from './rates-file';
import { unpackRates } from './unpack';

/** The Bank of Russia publishes today what holds tomorrow; somewhere it is tomorrow already. */
const daysAhead = 2;

export const lastDayAt = (now: Date): CalendarDate =>
  dayAfter(calendarDateOf(now.toISOString().slice(0, 10)), daysAhead);

/**
 * Reads what a source published, packed or not. `currency`: of a file of the Bank of Russia that names none. Refuses with exchange-rates-unreadable and every
 * fault: nothing of a faulty file is taken.
 */
export async function readPublished(
  source: RateSource,
  bytes: Buffer,
  { now, currency }: { readonly now: Date; readonly currency?: string | undefined },
): Promise<readonly PublishedRate[]> {
  const file = await unpackRates(bytes);
  if (file.length > ratesBytesMax) throw new DomainError('body-too-large', `at most ${ratesBytesMax} bytes of rates`);
  const lastDay = lastDayAt(now);
  const reading =
    source === 'ecb'
      ? readEcb(file, { lastDay })
      : readCbr(file, { lastDay, ...(currency !== undefined && { currency }) });
  if ('faults' in reading) throw new DomainError('exchange-rates-unreadable', undefined, reading.faults);
  return reading.rates;
}
