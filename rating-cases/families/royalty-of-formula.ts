import { RatingRefused, readRoyaltyAlone, type Figure, type Royalty, type RoyaltyKind } from '../../src/kernel';
import { type CaseRate, type CaseShare, type CaseTier, type Formula } from './formula';

/** The metrics and flags of a period. */
export interface CaseMetrics {
  readonly metrics?: Readonly<Record<string, string>>;
  readonly flags?: Readonly<Record<string, boolean>>;
}

/** A figure of the product: a metric or flag of the case, used as a count, as money, as a share. One metric may be several. */
interface MetricFigure {
  readonly unit: Figure['unit'];
  readonly metric: string;
}

export interface FormulaRoyalty {
  readonly royalty: Royalty;
  readonly figures: readonly (MetricFigure & { readonly id: string })[];
}

/** The formula in the product's own language of royalties, read as any terms are. Throws RatingRefused with what is wrong. */
export function royaltyOfFormula(formula: Formula): FormulaRoyalty {
  const book = new FigureBook();
  const json = royaltyJson(formula, book);
  return { royalty: readRoyaltyOf(json, book.figures), figures: book.figures };
}

/**
 * Reads a royalty by itself, held against no currency: a case is exact until its one rounding, also where an amount in it is
 * finer than could be paid. Throws RatingRefused.
 */
export function readRoyaltyOf(json: unknown, figures: FormulaRoyalty['figures'] = []): Royalty {
  const defined = figures.map(({ id, unit, metric }): Figure => ({ id, unit, per: 'agreement', definition: metric }));
  const reading = readRoyaltyAlone(json, { figures: defined });
  if ('faults' in reading) throw new RatingRefused(reading.faults);
  return reading.royalty;
}

/** A royalty of which the kind is known. */
export function expectKind<Kind extends RoyaltyKind>(royalty: Royalty, kind: Kind): Extract<Royalty, { kind: Kind }> {
  if (royalty.kind !== kind) throw new TypeError(`read as ${royalty.kind}`);
  return royalty as Extract<Royalty, { kind: Kind }>;
}

/** The figures of a period; a metric that the period does not give is absent, and the product says so. */
export function figuresOfPeriod(
  figures: FormulaRoyalty['figures'],
  { metrics = {}, flags = {} }: CaseMetrics,
): Record<string, string> {
  return Object.fromEntries(
    figures.flatMap(({ id, unit, metric }) => {
      const value = unit === 'flag' ? flags[metric] : metrics[metric];
      return value === undefined ? [] : [[id, String(value)]];
    }),
  );
}

/** Collects the figures that a formula names. */
export class FigureBook {
  private readonly known = new Map<string, MetricFigure & { readonly id: string }>();

  get figures(): FormulaRoyalty['figures'] {
    return [...this.known.values()];
  }

  /** The id of a metric as a figure of the unit. */
  figure(unit: Figure['unit'], metric: string): string {
    const id = `${unit} ${metric}`;
    this.known.set(id, { id, unit, metric });
    return id;
  }
}

function royaltyJson(formula: Formula, book: FigureBook): object {
  return { name: formula.name, ...nodeJson(formula, book) };
}

function nodeJson(formula: Formula, book: FigureBook): object {
  const nested = (child: Formula) => royaltyJson(child, book);
  switch (formula.method) {
    case 'amount':
      return { kind: 'percentage', measure: book.figure('money', formula.metric), rate: '1' };
    case 'percentage':
      return { kind: 'percentage', measure: book.figure('money', formula.metric), rate: formula.rate };
    case 'flat':
      return { kind: 'flat', amount: formula.amount };
    case 'per-unit':
      return { kind: 'perUnit', measure: book.figure('count', formula.metric), ...rateJson(formula, book) };
    case 'times-share':
      return { kind: 'usageShare', by: shareJson(formula.share, book), of: nested(formula.of) };
    case 'sum':
      return { kind: 'sum', of: formula.of.map(nested) };
    case 'greater-of':
      return { kind: 'greaterOf', of: formula.of.map(nested) };
    case 'lesser-of':
      return { kind: 'lesserOf', of: formula.of.map(nested) };
    case 'minus':
      return {
        kind: 'less',
        of: nested(formula.from),
        deduct: formula.minus.map(nested),
        notBelow: formula.not_below ?? undefined,
      };
    case 'graduated':
    case 'volume':
    case 'package':
      return tieredJson(formula, book);
    case 'prorate-by-days':
      return { kind: 'prorated', active: formula.active, of: nested(formula.of) };
  }
}

function rateJson(rate: CaseRate, book: FigureBook): object {
  if (rate.rate_by_flag === undefined) return { rate: rate.rate };
  const { flag, if_true: ifTrue, if_false: ifFalse } = rate.rate_by_flag;
  return { rateByFlag: { flag: book.figure('flag', flag), ifTrue, ifFalse } };
}

function shareJson(share: CaseShare, book: FigureBook): object {
  if ('metric' in share) return { figure: book.figure('share', share.metric) };
  const { part, whole, if_whole_is_zero: ifWholeIsZero } = share;
  return { part: book.figure('count', part), whole: book.figure('count', whole), ifWholeIsZero };
}

function tieredJson(
  formula: Extract<Formula, { method: 'graduated' | 'volume' | 'package' }>,
  book: FigureBook,
): object {
  const { method, metric } = formula;
  const measured = { kind: 'tiered', measure: book.figure('count', metric), method };
  if (method === 'package') {
    return {
      ...measured,
      counter: 'period',
      freeUnits: formula.free_units ?? '0',
      size: formula.size,
      price: formula.price,
    };
  }
  const counter = formula.counter === 'cumulative' ? 'term' : 'period';
  const tiers = tiersJson(formula.tiers);
  if (method === 'graduated') return { ...measured, counter, tiers };
  return { ...measured, counter, tiers, flatAtZero: formula.flat_at_zero === 'charged' };
}

export function tiersJson(tiers: readonly CaseTier[]): object[] {
  return tiers.map(({ up_to: upTo, rate, flat = '0' }) => ({ upTo, rate, flat }));
}
