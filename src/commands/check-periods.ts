import {
  at,
  countsThroughTerm,
  reportingPeriodName,
  reportingPeriodsOf,
  type Fault,
  type Period,
  type Terms,
} from '../kernel';
import { type RateContext, type ToldPeriod } from './read-context';

/**
 * Faults of the periods that are told beside the one that is rated, with pointers into the context: each must be an earlier
 * reporting period of the term and stand there once. Where a counter runs through the term none may be missing, and with a restated
 * period all that counted on from it are restated.
 */
export function periodFaults(terms: Terms, { period, earlier, restates }: RateContext): Fault[] {
  const before = term(terms, period);
  return [
    ...listFaults(terms, { told: earlier ?? [], before, pointer: '/earlier' }),
    ...listFaults(terms, { told: restates, before, pointer: '/restates' }),
    ...(countsThroughTerm(terms) ? missingPeriods(terms, { earlier, restates, before }) : []),
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

interface Periods {
  readonly earlier: readonly ToldPeriod[] | undefined;
  readonly restates: readonly ToldPeriod[];
  readonly before: readonly string[];
}

function missingPeriods({ reportingPeriod }: Terms, { earlier, restates, before }: Periods): Fault[] {
  const namesOf = (told: readonly ToldPeriod[]) =>
    told.map(({ period }) => reportingPeriodName(reportingPeriod, period));
  const lacking = (pointer: string, told: readonly ToldPeriod[], wanted: readonly string[]): Fault[] => {
    const missing = wanted.filter((name) => !namesOf(told).includes(name));
    if (missing.length === 0) return [];
    const message = `lack ${missing.join(', ')}: a counter of these terms runs through the whole term`;
    return [{ pointer, code: `${pointer === '/earlier' ? 'earlier' : 'restated'}-periods-missing`, message }];
  };
  const first = before.findIndex((name) => namesOf(restates).includes(name));
  return [
    ...(earlier ? lacking('/earlier', earlier, before) : []),
    ...(first < 0 ? [] : lacking('/restates', restates, before.slice(first))),
  ];
}
