import { gapsBetween, MONTHS_PER, type Period } from '../calendar';
import { type Fault } from '../faults';
import { comparables } from './comparables';
import { withinClause } from './most-favoured-breaches';
import { remarksOnLife } from './remarks-on-life';
import { measuresAllSales, nodesOf } from './royalty-needs';
import { type Reserve, type Terms } from './terms';

/** What the parties may well mean and should know of before they sign. The shape of a fault; it refuses nothing. */
export type Remark = Fault;

/**
 * What is unusual in terms that are without fault, in the order of the document. `terms-gap`: days between two intervals of
 * a clause for which it says nothing. `terms-reserve-idle`: a reserve on sales under a royalty that is not taken of all its
 * sales together holds nothing. `terms-release-after-term`: what a reserve held is released after the term, even
 * what it held in the first period. `terms-nothing-compared`: a most favoured nation clause names a figure that these terms
 * do not have where the clause holds. What there is to say of the beginning and the end of the agreement: `remarksOnLife`.
 */
export function remarksOf(terms: Terms): Remark[] {
  return [
    ...(terms.guarantees ?? []).flatMap((guarantee, index) =>
      guarantee.per === 'interval'
        ? gaps(guarantee.intervals, { list: `/guarantees/${index}/intervals`, meaning: 'nothing is guaranteed' })
        : [],
    ),
    ...(terms.minimumFees ?? []).flatMap(({ years }, index) =>
      gaps(years, { list: `/minimumFees/${index}/years`, meaning: 'no minimum fee is due' }),
    ),
    ...(terms.inKindCredits ?? []).flatMap(({ intervals }, index) =>
      gaps(intervals, { list: `/inKindCredits/${index}/intervals`, meaning: 'no credit is owed' }),
    ),
    ...recoupmentGaps(terms),
    ...(terms.reserves ?? []).flatMap((reserve, index) => lateReleases(terms, { reserve, index })),
    ...(terms.reserves ?? []).flatMap((reserve, index) => idleReserve(terms, { reserve, index })),
    ...terms.royalties.flatMap(escalationGaps),
    ...gaps(terms.splits ?? [], { list: '/splits', meaning: 'the money is shared out to nobody' }),
    ...comparedNothing(terms),
    ...remarksOnLife(terms),
  ];
}

/** Only where every advance has its days: one without is recouped from all of them. */
function recoupmentGaps({ advances }: Terms): Remark[] {
  const intervals = advances.flatMap(({ recoup }) => (recoup ? [recoup] : []));
  if (intervals.length < advances.length) return [];
  return gaps(intervals, { list: '/advances', member: '/recoup', meaning: 'no advance is recouped' });
}

function comparedNothing(terms: Terms): Remark[] {
  return (terms.mostFavoured ?? []).flatMap((clause, index) => {
    const parts = comparables(terms, clause).flatMap(withinClause(clause));
    return clause.compares.flatMap((figure, place) =>
      parts.some(({ figures }) => figures[figure] !== undefined)
        ? []
        : [
            {
              pointer: `/mostFavoured/${index}/compares/${place}`,
              code: 'terms-nothing-compared',
              message: `these terms have no ${figure} where the clause holds: no other terms can be held against it`,
            },
          ],
    );
  });
}

interface GapPlace {
  readonly list: string;
  /** Where the interval stands in an entry of the list; absent: it is the entry. */
  readonly member?: string;
  /** What the gap means for its days. */
  readonly meaning: string;
}

/** A remark for each gap, on the interval that follows it. */
function gaps(intervals: readonly Period[], { list, member = '', meaning }: GapPlace): Remark[] {
  return gapsBetween(intervals).map(({ from, until }) => ({
    pointer: `${list}/${intervals.findIndex((interval) => interval.from === until)}${member}`,
    code: 'terms-gap',
    message: `leaves a gap before it: from ${from} until ${until} ${meaning}`,
  }));
}

function idleReserve({ royalties }: Terms, { reserve, index }: { reserve: Reserve; index: number }): Remark[] {
  if (reserve.basis !== 'sales') return [];
  return (reserve.clauses ?? []).flatMap((clause, place) => {
    const royalty = royalties.find(({ id }) => id === clause)?.royalty;
    if (royalty === undefined || measuresAllSales(royalty)) return [];
    const message = `holds nothing: the royalty "${clause}" is not taken of all its sales together`;
    return [{ pointer: `/reserves/${index}/clauses/${place}`, code: 'terms-reserve-idle', message }];
  });
}

/** A use on a day between two steps waits for a rate that these terms do not have. */
function escalationGaps({ id, royalty }: Terms['royalties'][number], index: number): Remark[] {
  return nodesOf(royalty).flatMap((node) => {
    if (node.kind !== 'escalation') return [];
    return node.steps.flatMap(({ from }, place) => {
      const until = node.steps[place - 1]?.until;
      if (until === undefined || until === null || from === null || from <= until) return [];
      const message = `leaves a gap in "${id}": from ${until} until ${from} nothing is earned`;
      return [{ pointer: `/royalties/${index}/royalty`, code: 'terms-gap', message }];
    });
  });
}

function lateReleases(terms: Terms, { reserve, index }: { reserve: Reserve; index: number }): Remark[] {
  const periods = reportingPeriodsTouched(terms);
  return reserve.release.flatMap(({ afterPeriods }, step) =>
    afterPeriods < periods
      ? []
      : [
          {
            pointer: `/reserves/${index}/release/${step}`,
            code: 'terms-release-after-term',
            message: `the term has ${periods} reporting periods: nothing is released after ${afterPeriods} before it ends`,
          },
        ],
  );
}

function reportingPeriodsTouched({ term, reportingPeriod }: Terms): number {
  const place = (month: number): number => Math.floor(month / MONTHS_PER[reportingPeriod]);
  const last = monthsUntil(term.until) - (term.until.endsWith('-01') ? 1 : 0);
  return place(last) - place(monthsUntil(term.from)) + 1;
}

function monthsUntil(day: string): number {
  return parseInt(day.slice(0, 4), 10) * 12 + parseInt(day.slice(5, 7), 10) - 1;
}
