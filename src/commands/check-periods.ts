import { at, needsOf, reportingPeriodName, reportingPeriodsOf, type Fault, type Period, type Terms } from '../kernel';
import { type RateContext, type ToldPeriod } from './read-context';

/**
 * Faults of the periods that are told beside the one that is rated, with pointers into the context: each must be an earlier
 * reporting period of the term and stand there once, and none may be missing where a counter runs through the term.
 */
export function periodFaults(terms: Terms, { period, earlier, restates }: RateContext): Fault[] {
  const before = term(terms, period);
  return [
    ...listFaults(terms, { told: earlier ?? [], before, pointer: '/earlier' }),
    ...listFaults(terms, { told: restates, before, pointer: '/restates' }),
    ...(earlier ? missingPeriods(terms, { earlier, before }) : []),
  ];
}

/** Names of the reporting periods of the term before this one. */
function term({ term, reportingPeriod }: Terms, { from: until }: Period): string[] {
  return reportingPeriodsOf(reportingPeriod, { from: term.from, until: until < term.until ? until : term.until });
}

interface Told {
  readonly told: readonly ToldPeriod[];
  readonly before: readonly string[];
  readonly pointer: string;
}

function listFaults({ reportingPeriod }: Terms, { told, before, pointer }: Told): Fault[] {
  const seen = new Set<string>();
  return told.flatMap(({ period }, index) => {
    const name = reportingPeriodName(reportingPeriod, period);
    const fault = (message: string): Fault[] => [
      { pointer: `${at(pointer, index)}/period`, code: 'context-period', message },
    ];
    if (name === undefined) return fault(`must be one calendar ${reportingPeriod}`);
    if (!before.includes(name)) return fault(`${name} is no period of the term before the one that is rated`);
    if (seen.has(name)) return fault(`${name} stands here for the second time`);
    seen.add(name);
    return [];
  });
}

function missingPeriods(
  terms: Terms,
  { earlier, before }: { earlier: readonly ToldPeriod[]; before: string[] },
): Fault[] {
  if (!terms.royalties.some(({ royalty }) => needsOf(royalty).earlier)) return [];
  const told = earlier.map(({ period }) => reportingPeriodName(terms.reportingPeriod, period));
  const missing = before.filter((name) => !told.includes(name));
  if (missing.length === 0) return [];
  const message = `lack ${missing.join(', ')}: a counter of these terms runs through the whole term`;
  return [{ pointer: '/earlier', code: 'earlier-periods-missing', message }];
}
