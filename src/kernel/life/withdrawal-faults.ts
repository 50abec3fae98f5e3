import { type CalendarDate } from '../calendar';
import { type Fault } from '../faults';
import { denominatorOf, multiply, numeratorOf, rational } from '../money';
import { heldDays, spansOf } from './grants-of-life';
import { type Life } from './life';
import { withdrawnOf } from './withdrawals';

export interface WantedWithdrawal {
  /** In their stored form. */
  readonly isrcs: readonly string[];
  /** Their first day without the licence. */
  readonly from: CalendarDate;
}

/**
 * Why recordings cannot be withdrawn, each with a pointer into the list: one is not licensed on that day or any later one, or all together are
 * more than the terms allow.
 */
export function withdrawalFaults(life: Life, { isrcs, from }: WantedWithdrawal): Fault[] {
  const licensed = new Set<string>();
  for (const span of spansOf(life)) {
    const days = heldDays(span);
    if (days !== undefined && days.until > from) for (const isrc of span.isrcs) licensed.add(isrc);
  }
  const unlicensed = isrcs.flatMap((isrc, place) =>
    licensed.has(isrc) ? [] : [fault(`/isrcs/${place}`, `${isrc} is not licensed from ${from} on`)],
  );
  return unlicensed.length > 0 ? unlicensed : tooMany(life, isrcs);
}

/** What was withdrawn from the terms signed last counts, whether or not its day has come. */
function tooMany(life: Life, isrcs: readonly string[]): Fault[] {
  const last = life.versions.at(-1);
  const shareMax = last?.terms.termination?.withdrawal?.shareMax;
  if (last === undefined || shareMax === undefined) return [];
  const listed = new Set(last.terms.repertoire.isrcs);
  const share = multiply(rational(shareMax), rational(BigInt(listed.size)));
  const max = Number(numeratorOf(share) / denominatorOf(share));
  const withdrawn = new Set(withdrawnOf(life, last).keys());
  const all = new Set([...withdrawn, ...isrcs.filter((isrc) => listed.has(isrc))]).size;
  if (all <= max) return [];
  return [
    fault(
      '/isrcs',
      `the terms allow ${max} of their ${listed.size} recordings to be withdrawn, and it would be ${all}`,
    ),
  ];
}

const fault = (pointer: string, message: string): Fault => ({ pointer, code: 'withdrawal-not-possible', message });
