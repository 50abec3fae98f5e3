import { type CalendarDate, dayAfter } from '../calendar';
import { type Life, type SignedVersion } from './life';

export interface End {
  /** The first day that is no longer licensed, sell-off left aside. */
  readonly until: CalendarDate;
  readonly because: 'term' | 'notice' | 'breach' | 'conditions';
  /** The first day after the sell-off; `until` itself where there is none. */
  readonly sellOffUntil: CalendarDate;
}

/**
 * When the licence ends, as far as is known. The term is that of the version signed last, or what a later renewal made of it; notice or
 * termination ends it earlier, never later.
 */
export function endOf(life: Life): End {
  const last = life.versions.at(-1);
  if (!last) throw new RangeError('a life without terms');
  const term = termEnd(life, last);
  let end: Pick<End, 'until' | 'because'> = { until: term, because: 'term' };
  for (const fact of life.facts) {
    if (fact.kind !== 'notice-given' && fact.kind !== 'terminated') continue;
    const because = fact.kind === 'terminated' ? fact.because : 'notice';
    if (fact.until < end.until) end = { until: fact.until, because };
  }
  return { ...end, sellOffUntil: sellOffEnd(end, last) };
}

/** Up to where the term runs by itself: as the version signed last says, or as a renewal has made it since. */
function termEnd({ facts }: Life, { concludedAt, terms }: SignedVersion): CalendarDate {
  let { until } = terms.term;
  for (const fact of facts) {
    if (fact.kind === 'renewed' && fact.recordedAt >= concludedAt && fact.until > until) until = fact.until;
  }
  return until;
}

/** Whoever broke the agreement, or never brought it into being, sells nothing off. */
function sellOffEnd({ until, because }: Pick<End, 'until' | 'because'>, { terms }: SignedVersion): CalendarDate {
  const days = terms.termination?.sellOff?.days;
  return days === undefined || because === 'breach' || because === 'conditions' ? until : dayAfter(until, days);
}
