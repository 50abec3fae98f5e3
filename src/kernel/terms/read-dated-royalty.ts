import { isCalendarDate } from '../calendar';
import { LISTS } from './limits';
import { NOTHING, refuseDated, type RoyaltyContext, type RoyaltyReader } from './royalty-context';
import { fault, member, optionalName, readFields, readList, readString, readWord, type Place } from './reading';
import { type OpenPeriod, type Royalty } from './terms';

/** Reads a royalty that is due for some days of a period only. */
export function readProrated(readNested: RoyaltyReader): RoyaltyReader {
  return (place, context) => {
    const fields = readFields(place, { required: ['kind', 'active', 'of'], optional: ['name'] });
    if (!fields) return NOTHING;
    if (context.dated) refuseDated(place);
    const active = readFields(member(fields, 'active'), { required: ['from', 'until'] });
    return {
      kind: 'prorated',
      ...optionalName(fields),
      active: active ? readOpenPeriod(member(fields, 'active'), active) : { from: null, until: null },
      of: readNested(member(fields, 'of'), context),
    };
  };
}

/** Reads royalties that follow each other by date. Steps are in order and do not overlap; a gap between them is allowed. */
export function readEscalation(readNested: RoyaltyReader): RoyaltyReader {
  return (place, context) => {
    const fields = readFields(place, { required: ['kind', 'trigger', 'steps'], optional: ['name'] });
    if (!fields) return NOTHING;
    if (context.dated) fault(place, 'terms-escalation', 'stands inside another escalation');
    const places = readList(member(fields, 'steps'), LISTS.steps);
    const steps = places.map((entry) => readStep(entry, { readNested, context }));
    steps.forEach((step, index) => {
      const before = steps[index - 1];
      const entry = places[index];
      if (before && entry && (before.until === null || step.from === null || step.from < before.until)) {
        fault(entry, 'terms-overlap', 'must begin when the step before ends, or later');
      }
    });
    return {
      kind: 'escalation',
      ...optionalName(fields),
      trigger: readWord(member(fields, 'trigger'), { words: ['usageDate', 'reportDate'] }),
      steps,
    };
  };
}

function readStep(
  place: Place,
  { readNested, context }: { readNested: RoyaltyReader; context: RoyaltyContext },
): OpenPeriod & { readonly of: Royalty } {
  const fields = readFields(place, { required: ['from', 'until', 'of'] });
  if (!fields) return { from: null, until: null, of: NOTHING };
  return {
    ...readOpenPeriod(place, fields),
    of: readNested(member(fields, 'of'), { ...context, dated: true }),
  };
}

function readOpenPeriod(place: Place, fields: Readonly<Record<string, Place>>): OpenPeriod {
  const period = { from: readOpenDay(member(fields, 'from')), until: readOpenDay(member(fields, 'until')) };
  if (period.from !== null && period.until !== null && period.from >= period.until) {
    fault(place, 'terms-period', 'must begin before it ends: `until` is the first day after it');
  }
  return period;
}

/** A day, or null for an open side. */
function readOpenDay(place: Place): string | null {
  if (place.value === null) return null;
  const day = readString(place);
  if (day === undefined || isCalendarDate(day)) return day ?? null;
  fault(place, 'terms-date', 'must be a day that exists, as YYYY-MM-DD, or null');
  return null;
}
