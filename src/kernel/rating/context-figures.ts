import { type Period } from '../calendar';
import { at, Faults } from '../faults';
import { add, compare, exactText, isDecimalText, isShare, rational, sumOf, ZERO, type Rational } from '../money';
import {
  needsOf,
  REPORTED_FIGURES,
  type Figure,
  type Measure,
  type Needs,
  type RoyaltyClause,
  type Selection,
  type Terms,
} from '../terms';
import { clauseUsage, type ClauseUsage } from './clause-usage';
import { countedIn, type CountedPeriod } from './counted-period';
import { type Figures } from './figures';

import { RatingRefused, type PeriodContext, type ServiceContext } from './rating-input';
import { type RecordingUnits } from './recordings';

type Measuring = (measure: Measure, where?: Selection) => Rational;

export interface ClauseContext {
  readonly terms: Terms;
  readonly clause: RoyaltyClause;
  readonly period: Period;
  readonly rows: readonly RecordingUnits[];
  readonly context: PeriodContext;
  readonly heldSales?: string | undefined;
  /** Earlier periods; undefined in the first one, or where no counter of the term asks. */
  readonly earlier: readonly CountedPeriod[] | undefined;
}

/** What a clause's royalty is worked out from. The context must have passed `checkContext`. */
export function figuresOf({ terms, clause, period, rows, context, heldSales, earlier }: ClauseContext): Figures {
  const usage = clauseUsage(rows);
  return {
    period,
    usage,
    rows: usage.all,
    measure: measuringOf(terms, { clause, usage, context, heldSales }),
    before:
      earlier &&
      ((measure, where) => sumOf(earlier.map((past) => countedIn(past, { clause: clause.id, measure, where })))),
    flag: (id) => context.figures?.[id] === 'true',
  };
}

/** How a clause's usage and figures of a period are measured. */
export function measuringOf(terms: Terms, { clause, usage, context, heldSales = '0' }: Measured): Measuring {
  const services = servicesOf(terms, clause);
  const known = new Map(context.services.map((figures) => [figures.service, figures]));
  return (measure, where) => {
    if (measure === 'units') return usage.units(usage.select(where));
    if (measure === 'sales') return salesOf(usage, { where, heldSales });
    const figure = terms.figures?.find(({ id }) => id === measure);
    if (figure?.per === 'agreement') return rational(context.figures?.[measure] ?? '0');
    return services.reduce((sum, service) => {
      const figures = known.get(service);
      return add(sum, rational((figures && serviceFigure(figures, measure)) ?? '0'));
    }, ZERO);
  };
}

interface Measured {
  readonly clause: RoyaltyClause;
  readonly usage: ClauseUsage;
  readonly context: PeriodContext;
  readonly heldSales?: string | undefined;
}

/** What a reserve holds back counts against the clause's sales as a whole, not against a part of them. */
function salesOf(
  usage: ClauseUsage,
  { where, heldSales }: { where: Selection | undefined; heldSales: string },
): Rational {
  const sales = usage.sales(usage.select(where));
  return where === undefined ? add(sales, rational(heldSales)) : sales;
}

function servicesOf(terms: Terms, clause: RoyaltyClause): string[] {
  const granted = terms.grants.filter(({ id }) => clause.grants.includes(id)).flatMap(({ services }) => services);
  return [...new Set(granted)];
}

function serviceFigure(figures: ServiceContext, measure: string): string | undefined {
  if (measure === 'allPlays') return figures.allPlays?.toString();
  if (measure === 'netMusicAdvertisingRevenue') return figures.netMusicAdvertisingRevenue;
  return figures.figures?.[measure];
}

/**
 * Refuses a context that lacks what the royalties ask for, or contradicts itself: a figure absent, malformed or given twice, or fewer
 * plays in all than the licence's own. All faults at once, as RatingRefused.
 */
export function checkContext(
  terms: Terms,
  { recordings, context }: { recordings: readonly (readonly RecordingUnits[])[]; context: PeriodContext },
): void {
  const needs = terms.royalties.map((clause) => needsOf(clause.royalty));
  if (needs.every(({ figures }) => figures.size === 0)) return;
  const faults = new Faults();
  const known = checkServices(context, faults);
  const figures = new Map((terms.figures ?? []).map((figure) => [figure.id, figure]));
  for (const id of new Set(needs.flatMap((need) => [...need.figures]))) {
    const figure = figures.get(id);
    if (figure?.per === 'agreement') checkAgreementFigure(figure, { context, faults });
  }
  terms.royalties.forEach((clause, place) => {
    const needed = [...(needs[place]?.figures ?? [])].filter((id) => figures.get(id)?.per !== 'agreement');
    if (needed.length === 0) return;
    for (const service of servicesOf(terms, clause)) checkService({ service, known, needed, faults });
  });
  if (!faults.found) {
    terms.royalties.forEach((clause, place) => {
      const rows = recordings[place] ?? [];
      checkPlays({ terms, clause, context, rows, needs: needs[place], faults });
    });
  }
  if (faults.found) throw new RatingRefused(faults.list);
}

function checkServices(context: PeriodContext, faults: Faults): Map<string, ServiceContext> {
  const known = new Map<string, ServiceContext>();
  context.services.forEach((figures, index) => {
    const pointer = at('/context/services', index);
    const decimal = (name: string, value: string | undefined): void => {
      if (value !== undefined && !isDecimalText(value)) {
        faults.add(`${pointer}/${name}`, 'context-decimal', 'must be a plain decimal');
      }
    };
    if (known.has(figures.service)) faults.add(pointer, 'context-duplicate', 'gives figures of this service again');
    if ((figures.allPlays ?? 0n) < 0n) faults.add(at(pointer, 'allPlays'), 'context-all-plays', 'must not be negative');
    decimal('netMusicAdvertisingRevenue', figures.netMusicAdvertisingRevenue);
    for (const [id, value] of Object.entries(figures.figures ?? {})) decimal(`figures${at('', id)}`, value);
    known.set(figures.service, figures);
  });
  return known;
}

interface ServiceCheck {
  readonly service: string;
  readonly known: ReadonlyMap<string, ServiceContext>;
  readonly needed: readonly string[];
  readonly faults: Faults;
}

function checkService({ service, known, needed, faults }: ServiceCheck): void {
  const figures = known.get(service);
  if (!figures) {
    faults.add('/context/services', 'context-missing', `has no figures of the service ${service}`);
    return;
  }
  for (const id of needed) {
    if (serviceFigure(figures, id) === undefined) {
      const named = (REPORTED_FIGURES as readonly string[]).includes(id) ? id : `the figure "${id}"`;
      faults.add('/context/services', 'context-missing', `has no ${named} of the service ${service}`);
    }
  }
}

function checkAgreementFigure(
  { id, unit }: Figure,
  { context, faults }: { context: PeriodContext; faults: Faults },
): void {
  const value = context.figures?.[id];
  const pointer = at('/context/figures', id);
  if (value === undefined) faults.add(pointer, 'context-missing', `is a ${unit} that these terms ask for`);
  else if (!VALID[unit](value)) faults.add(pointer, 'context-figure', `must be ${SHAPES[unit]}`);
}

const VALID: Readonly<Record<Figure['unit'], (value: string) => boolean>> = {
  count: isDecimalText,
  money: isDecimalText,
  share: isShare,
  flag: (value) => value === 'true' || value === 'false',
};

const SHAPES: Readonly<Record<Figure['unit'], string>> = {
  count: 'a plain decimal',
  money: 'a plain decimal',
  share: 'a fraction of one',
  flag: '"true" or "false"',
};

interface PlaysCheck {
  readonly terms: Terms;
  readonly clause: RoyaltyClause;
  readonly context: PeriodContext;
  readonly rows: readonly RecordingUnits[];
  readonly needs: Needs | undefined;
  readonly faults: Faults;
}

/** The licence's own units are a part of what they are measured against. */
function checkPlays({ terms, clause, context, rows, needs, faults }: PlaysCheck): void {
  if (!needs || needs.shares.length === 0) return;
  const measure = measuringOf(terms, { clause, usage: clauseUsage(rows), context });
  for (const { part, whole, where } of needs.shares) {
    const [own, all] = [measure(part, where), measure(whole)];
    if (compare(all, own) >= 0) continue;
    const message =
      whole === 'allPlays'
        ? `${exactText(all)} plays of all music, fewer than the ${exactText(own)} licensed`
        : `"${whole}" is ${exactText(all)}, less than the ${exactText(own)} licensed`;
    const stated = terms.figures?.find(({ id }) => id === whole)?.per === 'agreement';
    faults.add(stated ? at('/context/figures', whole) : '/context/services', 'context-all-plays', message);
  }
}
