import { type PeriodContext, type ServiceContext, type Terms, type UsageSum, monthAfter } from '../../kernel';
import type { BasisMonth, ForecastBasis, MonthPlan, PlannedUsage } from './basis';
import { refuseOtherCurrency } from './context-of-month';
import { amountCourse, constantCourse, countCourse, type Course } from './growth';
import { type Placed, placePlanned } from './place-forecast';

export interface Forecast {
  readonly months: readonly BasisMonth[];
  /** Where usage that names no place of its own, and totals of figures, were put. */
  readonly placed: readonly Placed[];
}

type Revisions = readonly [Terms, ...Terms[]];

interface Line {
  readonly place: Placed;
  readonly units: readonly bigint[];
  readonly returns: readonly bigint[];
}

/** The months of a forecast. All of them stand on the same places, so that revisions are run on the same usage. */
export function forecastMonths(basis: ForecastBasis, revisions: Revisions): Forecast {
  const lines = (['plays', 'downloads'] as const).flatMap((what) => linesOf(basis, { what, revisions }));
  const currency = basis.currency ?? revisions[0].currency;
  const months = Array.from({ length: basis.months }, (_, at): BasisMonth => ({
    month: monthAfter(basis.from, at),
    usage: lines.map((line) => usageAt(line, at)).filter(({ quantity, returns }) => quantity > 0n || returns > 0n),
    contextFor: (terms) => {
      refuseOtherCurrency(terms, { currency, money: hasMoney(basis, terms) });
      return contextAt(basis, { terms, at, totalsOn: lines[0]?.place.service ?? '' });
    },
  }));
  return { months, placed: lines.map(({ place }) => place) };
}

/** The n-th entries of the plans' lists are one course: what a plan leaves out is none. */
function linesOf(
  basis: ForecastBasis,
  { what, revisions }: { what: 'plays' | 'downloads'; revisions: Revisions },
): Line[] {
  const keys = new Map<string, PlannedUsage>();
  for (const plan of basis.monthly) for (const planned of plan[what]) keys.set(keyOf(planned), planned);
  return [...keys].map(([key, planned]) => {
    const by = (name: 'units' | 'returns'): string[] =>
      basis.monthly.map((plan) =>
        plan[what]
          .filter((entry) => keyOf(entry) === key)
          .reduce((sum, entry) => sum + BigInt(entry[name]), 0n)
          .toString(),
      );
    return {
      place: placePlanned(revisions, { planned, what }),
      units: countCourse(by('units'), basis),
      returns: countCourse(by('returns'), basis),
    };
  });
}

const keyOf = ({ service = '', use = '', model = '', territory = '' }: PlannedUsage): string =>
  [service, use, model, territory].join(' ');

const usageAt = ({ place, units, returns }: Line, at: number): UsageSum => ({
  ...place,
  quantity: units[at] ?? 0n,
  returns: returns[at] ?? 0n,
});

interface At {
  readonly terms: Terms;
  readonly at: number;
  /** The service that totals are put on; the others have nothing of them, and sums over services are the totals. */
  readonly totalsOn: string;
}

function contextAt(basis: ForecastBasis, { terms, at, totalsOn }: At): PeriodContext {
  const ids = terms.services.map(({ id }) => id);
  const place = ids.includes(totalsOn) ? totalsOn : ids[0];
  const defined = terms.figures ?? [];
  const services = ids.map((service): ServiceContext => {
    const valueOf = (
      read: (plan: MonthPlan) => string | undefined,
      ofService: (plan: MonthPlan) => string | undefined,
    ) =>
      planned(
        basis,
        (plan) => ofService(plan) ?? (read(plan) === undefined ? undefined : service === place ? read(plan) : '0'),
      );
    const own = (plan: MonthPlan) => plan.services.find((entry) => entry.service === service);
    const allPlays = valueOf(
      ({ allPlays: total }) => total,
      (plan) => own(plan)?.allPlays,
    );
    const revenue = valueOf(
      ({ netMusicAdvertisingRevenue: total }) => total,
      (plan) => own(plan)?.netMusicAdvertisingRevenue,
    );
    const figures = defined.flatMap(({ id, unit, per }) => {
      if (per !== 'service') return [];
      const values = valueOf(
        (plan) => plan.figures[id],
        (plan) => own(plan)?.figures?.[id],
      );
      return values === undefined ? [] : [[id, course(unit, values, basis)[at] ?? '0'] as const];
    });
    return {
      service,
      ...(allPlays === undefined ? {} : { allPlays: countCourse(allPlays, basis)[at] ?? 0n }),
      ...(revenue === undefined ? {} : { netMusicAdvertisingRevenue: amountCourse(revenue, basis)[at] ?? '0' }),
      figures: Object.fromEntries(figures),
    };
  });
  const figures = defined.flatMap(({ id, unit, per }) => {
    const values = per === 'agreement' ? planned(basis, (plan) => plan.figures[id]) : undefined;
    return values === undefined ? [] : [[id, course(unit, values, basis)[at] ?? '0'] as const];
  });
  return { services, figures: Object.fromEntries(figures) };
}

/** The planned values, month by month; undefined where a plan lacks one: the kernel then says which figure is missing. */
function planned(basis: ForecastBasis, read: (plan: MonthPlan) => string | undefined): string[] | undefined {
  const values = basis.monthly.map(read);
  return values.every((value) => value !== undefined) ? values : undefined;
}

type Unit = NonNullable<Terms['figures']>[number]['unit'];

/** Counts grow in whole units where they are planned in whole units; shares and flags stay as they are. */
function course(unit: Unit, values: readonly string[], along: Course): string[] {
  if (unit === 'share' || unit === 'flag' || !values.every((value) => /^\d+(\.\d+)?$/.test(value))) {
    return constantCourse(values, along);
  }
  if (unit === 'count' && values.every((value) => /^\d+$/.test(value))) return countCourse(values, along).map(String);
  return amountCourse(values, along);
}

const hasMoney = ({ monthly }: ForecastBasis, terms: Terms): boolean => {
  const money = (terms.figures ?? []).filter(({ unit }) => unit === 'money').map(({ id }) => id);
  return monthly.some(({ netMusicAdvertisingRevenue, figures, services }) =>
    [{ netMusicAdvertisingRevenue, figures }, ...services].some(
      (given) =>
        given.netMusicAdvertisingRevenue !== undefined || money.some((id) => given.figures?.[id] !== undefined),
    ),
  );
};
