import {
  add,
  exactText,
  isDecimalText,
  type PeriodContext,
  rational,
  RatingRefused,
  type ServiceContext,
  type Terms,
} from '../../kernel';
import type { MonthFigures } from './basis';

/** Amounts in another currency are no base: nothing is converted without a rate that the terms name. Throws RatingRefused. */
export function refuseOtherCurrency(terms: Terms, { currency, money }: { currency: string; money: boolean }): void {
  if (!money || currency === terms.currency) return;
  const message = `are in ${currency}, these terms in ${terms.currency}: nothing is converted without a rate that the terms name`;
  throw new RatingRefused([{ pointer: '/context/services', code: 'context-currency', message }]);
}

/** The figures of a month as given. */
export function contextOfFigures(
  figures: MonthFigures | undefined,
  { terms, currency }: { terms: Terms; currency: string },
): PeriodContext {
  if (figures === undefined) return { services: [] };
  const money = (terms.figures ?? []).filter(({ unit }) => unit === 'money').map(({ id }) => id);
  const given = [{ figures: figures.figures }, ...figures.services];
  refuseOtherCurrency(terms, {
    currency,
    money: given.some(
      (entry) => 'netMusicAdvertisingRevenue' in entry || money.some((id) => entry.figures?.[id] !== undefined),
    ),
  });
  return {
    services: figures.services.map(({ service, allPlays, netMusicAdvertisingRevenue, figures: own }) => ({
      service,
      ...(allPlays === undefined ? {} : { allPlays: BigInt(allPlays) }),
      ...(netMusicAdvertisingRevenue === undefined ? {} : { netMusicAdvertisingRevenue }),
      ...(own === undefined ? {} : { figures: own }),
    })),
    figures: figures.figures,
  };
}

/**
 * The figures of a reporting period of several months: counts and amounts are added up, a share or flag must be the same in all of them.
 * A figure that one of the months lacks is left out, and the kernel says that it is missing. Throws RatingRefused.
 */
export function contextOfMonths(terms: Terms, months: readonly PeriodContext[]): PeriodContext {
  const [only] = months;
  if (only !== undefined && months.length === 1) return only;
  const services = terms.services.flatMap(({ id }): ServiceContext[] => {
    const own = months.map((month) => month.services.find(({ service }) => service === id));
    if (own.some((figures) => figures === undefined)) return [];
    const known = own.filter((figures) => figures !== undefined);
    const allPlays = inAll(known.map((figures) => figures.allPlays));
    const revenue = inAll(known.map((figures) => figures.netMusicAdvertisingRevenue));
    return [
      {
        service: id,
        ...(allPlays && { allPlays: allPlays.reduce((sum, plays) => sum + plays, 0n) }),
        ...(revenue && { netMusicAdvertisingRevenue: summed(revenue) }),
        figures: figuresTogether(
          terms,
          known.map(({ figures }) => figures ?? {}),
        ),
      },
    ];
  });
  return {
    services,
    figures: figuresTogether(
      terms,
      months.map(({ figures }) => figures ?? {}),
    ),
  };
}

function figuresTogether(terms: Terms, months: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const figures = (terms.figures ?? []).flatMap(({ id, unit }) => {
    const values = inAll(months.map((month) => month[id]));
    if (values === undefined) return [];
    if (unit === 'count' || unit === 'money') return [[id, values.every(isDecimalText) ? summed(values) : 'malformed']];
    if (new Set(values).size === 1) return [[id, values[0] ?? '']];
    const message = `is a ${unit} that differs between the months of one period`;
    throw new RatingRefused([{ pointer: `/context/figures/${id}`, code: 'context-figure', message }]);
  });
  return Object.fromEntries(figures) as Record<string, string>;
}

const inAll = <Value>(values: readonly (Value | undefined)[]): Value[] | undefined =>
  values.every((value) => value !== undefined) ? (values as Value[]) : undefined;

const summed = (values: readonly string[]): string =>
  exactText(values.map(rational).reduce((sum, value) => add(sum, value)));
