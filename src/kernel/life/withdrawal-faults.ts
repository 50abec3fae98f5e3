import { type CalendarDate, dayAfter, NEVER } from '../calendar';
import { type Fault } from '../faults';
import { denominatorOf, multiply, numeratorOf, rational } from '../money';
import { type GrantSpan, heldDays, spansOf } from './grants-of-life';
import { type Life, type SignedVersion } from './life';
import { renewalOf } from './timetable';
import { withdrawnOf } from './withdrawals';

export interface WantedWithdrawal {
  /** In their stored form. */
  readonly isrcs: readonly string[];
  /** Their first day without the licence. */
  readonly from: CalendarDate;
}

/**
 * The first day from which a notice given on a day may withdraw recordings: for each text that lists one of them, as many days later as it asks
 * for, or once it no longer holds. Undefined where the text that licenses them last does not give the right.
 */
export function earliestWithdrawal(
  life: Life,
  isrcs: readonly string[],
  today: CalendarDate,
): CalendarDate | undefined {
  const listing = listingVersions(life, isrcs);
  const last = listing.at(-1) ?? life.versions.at(-1);
  if (last?.terms.termination?.withdrawal === undefined) return undefined;
  const ends = endsOf(life);
  return [...listing, last]
    .map(({ number, terms }) => {
      const end = ends.get(number) ?? today;
      const days = terms.termination?.withdrawal?.days;
      const noticed = days === undefined ? NEVER : dayAfter(today, days);
      return noticed < end || number === last.number ? noticed : end;
    })
    .reduce((latest, day) => (day > latest ? day : latest), today);
}

/**
 * Why recordings cannot be withdrawn, each with a pointer into the list: one is not licensed on that day or any later one, be it by a renewal that
 * lies ahead, or all together are more than the terms allow.
 */
export function withdrawalFaults(life: Life, { isrcs, from }: WantedWithdrawal): Fault[] {
  const wanted = new Set(isrcs);
  const licensed = new Set<string>();
  const goesOn = stillLicensed(life, from);
  for (const span of spansOf(life))
    if (goesOn(span)) for (const isrc of span.isrcs) if (wanted.has(isrc)) licensed.add(isrc);
  const unlicensed = isrcs.flatMap((isrc, place) =>
    licensed.has(isrc) ? [] : [fault(`/isrcs/${place}`, `${isrc} is not licensed from ${from} on`)],
  );
  if (unlicensed.length > 0) return unlicensed;
  const ends = endsOf(life);
  const last = life.versions.at(-1);
  return listingVersions(life, isrcs)
    .filter((version) => version === last || (ends.get(version.number) ?? from) > from)
    .flatMap((version) => tooMany(life, version, wanted));
}

/** Whether a span has a day from that one on. The one signed last goes on where a renewal lies ahead. */
function stillLicensed(life: Life, from: CalendarDate): (span: GrantSpan) => boolean {
  const renewed = renewalOf(life) && life.versions.at(-1)?.number;
  return (span) => {
    const days = heldDays(span);
    if (days !== undefined && days.until > from) return true;
    return span.version === renewed && (span.withdrawnFrom ?? NEVER) > from;
  };
}

/** The first day after each version, sell-off included, as far as is known. */
function endsOf(life: Life): Map<number, CalendarDate> {
  const ends = new Map<number, CalendarDate>();
  for (const { version, days } of spansOf(life))
    if (days !== undefined && days.until > (ends.get(version) ?? '')) ends.set(version, days.until);
  return ends;
}

function listingVersions({ versions }: Life, isrcs: readonly string[]): SignedVersion[] {
  const wanted = new Set(isrcs);
  return versions.filter(({ terms }) => terms.repertoire.isrcs.some((isrc) => wanted.has(isrc)));
}

/** What was withdrawn from a version counts, whether or not its day has come. */
function tooMany(life: Life, version: SignedVersion, wanted: ReadonlySet<string>): Fault[] {
  const { isrcs, termination } = { ...version.terms, ...version.terms.repertoire };
  const shareMax = termination?.withdrawal?.shareMax;
  if (shareMax === undefined) return [];
  const share = multiply(rational(shareMax), rational(BigInt(isrcs.length)));
  const max = Number(numeratorOf(share) / denominatorOf(share));
  const withdrawn = withdrawnOf(life, version);
  const all = isrcs.filter((isrc) => withdrawn.has(isrc) || wanted.has(isrc)).length;
  if (all <= max) return [];
  return [
    fault(
      '/isrcs',
      `the terms allow ${max} of their ${isrcs.length} recordings to be withdrawn, and it would be ${all}`,
    ),
  ];
}

const NAMED_AT_LEAST = 10_000;
const TIMES_THE_LIST = 4;

/** How many recordings all notices of an agreement may name, revoked ones included, before one is refused. */
export function withdrawalRoom({ versions, facts }: Life): number {
  const listed = versions.at(-1)?.terms.repertoire.isrcs.length ?? 0;
  const named = facts.reduce((sum, fact) => sum + (fact.kind === 'withdrawal-notified' ? fact.isrcs.length : 0), 0);
  return Math.max(NAMED_AT_LEAST, TIMES_THE_LIST * listed) - named;
}

const fault = (pointer: string, message: string): Fault => ({ pointer, code: 'withdrawal-not-possible', message });
