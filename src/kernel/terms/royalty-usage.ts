import { nodesOf } from './royalty-needs';
import { type Escalation, type Percentage, type Royalty } from './royalty';

/** Whether a royalty is worked out from what usage was sold for. */
export const asksForSales = (royalty: Royalty): boolean => nodesOf(royalty).some(asksItself);

/** Whether it charges sale by sale, so that sums of sales are not enough. */
export const asksForSingleSales = (royalty: Royalty): boolean =>
  nodesOf(royalty).some((node) => node.kind === 'percentage' && isCharged(node));

const isCharged = ({ fixedPerSale, free }: Percentage): boolean => fixedPerSale !== undefined || free !== undefined;

function asksItself(node: Royalty): boolean {
  if (node.kind === 'percentage' && (node.measure === undefined || isCharged(node))) return true;
  if ('measure' in node && node.measure === 'sales') return true;
  if ('deductions' in node && node.deductions?.some((step) => step.kind === 'percent' && step.of === 'sales')) {
    return true;
  }
  const by = 'by' in node ? node.by : undefined;
  return typeof by === 'object' && 'part' in by && (by.part === 'sales' || by.whole === 'sales');
}

/** The days on which another step of an escalation begins or ends, by what decides about a unit: ascending, each once. */
export function stepDays(royalty: Royalty, trigger: Escalation['trigger']): string[] {
  const bounds = nodesOf(royalty).flatMap((node) =>
    node.kind === 'escalation' && node.trigger === trigger
      ? node.steps.flatMap(({ from, until }) => [from, until])
      : [],
  );
  return [...new Set(bounds.filter((day) => day !== null))].sort();
}

/** The step days that lie within a period: a unit of it needs the day of its use. */
export const stepDaysWithin = (
  royalty: Royalty,
  { from, until }: { readonly from: string; readonly until: string },
): string[] => stepDays(royalty, 'usageDate').filter((day) => from < day && day < until);
