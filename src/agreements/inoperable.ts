import { at, type Fault, monthsOf, needsOf, nodesOf, reportingPeriodAround, type Royalty, type Terms } from '../kernel';

/**
 * Every clause that the kernel can close and this server cannot book yet: `terms-not-operable`, with pointers into the canonical
 * terms. Nobody may sign what would not run. Audit rights and late interest are no part of a close and may stand.
 */
export function inoperable(terms: Terms): Fault[] {
  return [
    ...together(terms),
    ...lists(terms),
    ...terms.royalties.flatMap(({ royalty }, place) =>
      reasonsOf(royalty, terms).map((reason) => fault(`${at('/royalties', place)}/royalty`, reason)),
    ),
  ];
}

/** What runs instead, or what is missing: "is not settled here yet: …". */
const fault = (pointer: string, reason: string): Fault => ({
  pointer,
  code: 'terms-not-operable',
  message: `is not settled here yet: ${reason}`,
});

/** Each runs by itself; together nobody has said yet how. */
function together({ reportingPeriod, recoupment, exchange, splits = [] }: Terms): Fault[] {
  const faults: Fault[] = [];
  if (recoupment?.pooledWith && reportingPeriod !== 'month') {
    faults.push(fault('/recoupment/pooledWith', 'agreements of a pool are closed by the month'));
  }
  if (exchange?.rateOf === 'payment') {
    splits.forEach((_, place) => {
      faults.push(fault(at('/splits', place), 'what is exchanged when it is paid is not shared out among payees'));
    });
  }
  return faults;
}

const lists = ({ reserves = [] }: Terms): Fault[] =>
  reserves.flatMap(({ basis }, place) =>
    basis === 'sales' ? [fault(at('/reserves', place), 'usage has no sales')] : [],
  );

/** Usage is known as sums of a period, without days and without what was sold. */
function reasonsOf(royalty: Royalty, { term, reportingPeriod }: Terms): string[] {
  const nodes = nodesOf(royalty);
  const months = monthsOf(term);
  const reasons: string[] = [];
  if (needsOf(royalty).earlier) reasons.push('no counter runs through the term');
  if (nodes.some(asksForSales)) reasons.push('usage has no sales');
  if (nodes.some((node) => asksForDays(node, { months, reportingPeriod }))) reasons.push('usage has no days');
  return reasons;
}

function asksForSales(node: Royalty): boolean {
  if (node.kind === 'percentage' && node.measure === undefined) return true;
  if ('measure' in node && node.measure === 'sales') return true;
  if ('deductions' in node && node.deductions?.some((step) => step.kind === 'percent' && step.of === 'sales')) {
    return true;
  }
  const by = 'by' in node ? node.by : undefined;
  return typeof by === 'object' && 'part' in by && (by.part === 'sales' || by.whole === 'sales');
}

interface Dated extends Pick<Terms, 'reportingPeriod'> {
  readonly months: readonly string[];
}

/** A step that begins with a period needs no days, where the day of use decides; the day of a report is no day of use. */
function asksForDays(node: Royalty, { months, reportingPeriod }: Dated): boolean {
  const isInside = (day: string): boolean =>
    months.includes(day.slice(0, 7)) && reportingPeriodAround(reportingPeriod, day.slice(0, 7)).from !== day;
  if (node.kind !== 'escalation') return false;
  if (node.trigger === 'reportDate') return true;
  return node.steps.some(({ from, until }) => [from, until].some((day) => day !== null && isInside(day)));
}
