import { type Measure, type Royalty, type Selection, type UsageShare } from './royalty';
import { type Terms } from './terms';

/** What a royalty asks for beside usage. */
export interface Needs {
  /** Ids of figures, built-in ones included. */
  readonly figures: ReadonlySet<string>;
  /** Usage shares of the licence's own usage in a whole. */
  readonly shares: readonly {
    readonly part: Measure;
    readonly whole: Measure;
    readonly where?: Selection | undefined;
  }[];
  /** Whether a counter runs through the term, so that earlier periods matter. */
  readonly earlier: boolean;
}

/** Every figure, usage share and running counter of a royalty expression. */
export function needsOf(royalty: Royalty): Needs {
  const figures = new Set<string>();
  const shares: { part: Measure; whole: Measure; where?: Selection | undefined }[] = [];
  let earlier = false;
  const measure = (name: Measure | undefined): void => {
    if (name !== undefined && name !== 'units' && name !== 'sales') figures.add(name);
  };
  const share = (by: UsageShare, where?: Selection): void => {
    if (by !== 'plays' && 'figure' in by) return measure(by.figure);
    const { part, whole } = by === 'plays' ? { part: 'units', whole: 'allPlays' } : by;
    measure(part);
    measure(whole);
    if (part === 'units' || part === 'sales') shares.push({ part, whole, where });
  };
  for (const node of nodesOf(royalty)) {
    measuresOf(node).forEach(measure);
    if ('by' in node && node.by !== undefined) share(node.by, node.kind === 'revenueShare' ? node.where : undefined);
    if (node.kind === 'tiered' && node.counter === 'term') earlier = true;
  }
  return { figures, shares, earlier };
}

/** Whether a counter of these terms runs on from period to period. */
export const countsThroughTerm = ({ royalties }: Pick<Terms, 'royalties'>): boolean =>
  royalties.some(({ royalty }) => needsOf(royalty).earlier);

/** What a node itself measures, its usage share aside. */
function measuresOf(node: Royalty): (Measure | undefined)[] {
  const measures: (Measure | undefined)[] = 'measure' in node ? [node.measure] : [];
  if ('deductions' in node) {
    for (const deduction of node.deductions ?? [])
      if (deduction.kind === 'percent') measures.push(basisOf(deduction.of));
  }
  if (node.kind === 'perUnit' && 'rateByFlag' in node) measures.push(node.rateByFlag.flag);
  if (node.kind === 'perSubscriber') measures.push(node.subscribers);
  if (node.kind === 'revenueShare') measures.push(node.base);
  return measures;
}

const basisOf = (of: string): Measure | undefined => (of === 'original' || of === 'remaining' ? undefined : of);

/**
 * Whether the royalty is taken of all its sales together, so that a part of them can be held back: not by day, not sale by sale, and
 * not by a counter of the term, for which sales that were held back in one period would count in the next.
 */
export function measuresAllSales(royalty: Royalty): boolean {
  const nodes = nodesOf(royalty);
  return nodes.some(takesAllSales) && !nodes.some(runsOn);
}

const runsOn = (node: Royalty): boolean =>
  node.kind === 'escalation' || (node.kind === 'tiered' && node.counter === 'term' && node.measure === 'sales');

function takesAllSales(node: Royalty): boolean {
  if (node.kind !== 'percentage' && node.kind !== 'tiered') return false;
  const measure = node.measure ?? (node.kind === 'percentage' ? 'sales' : 'units');
  const bySale = node.kind === 'percentage' && (node.free !== undefined || node.fixedPerSale !== undefined);
  return measure === 'sales' && node.where === undefined && !bySale;
}

/** The expression and every one inside it, outermost first. */
export function nodesOf(royalty: Royalty): Royalty[] {
  return [royalty, ...childrenOf(royalty).flatMap(nodesOf)];
}

/** The expressions directly inside a royalty, in the order of its explanation. */
export function childrenOf(royalty: Royalty): readonly Royalty[] {
  switch (royalty.kind) {
    case 'greaterOf':
    case 'lesserOf':
    case 'sum':
      return royalty.of;
    case 'floor':
    case 'cap':
    case 'usageShare':
    case 'prorated':
      return [royalty.of];
    case 'less':
      return [royalty.of, ...royalty.deduct];
    case 'escalation':
      return royalty.steps.map(({ of }) => of);
    default:
      return [];
  }
}
