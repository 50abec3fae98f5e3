import { dayAfter, monthsAfterDay, type Period } from '../calendar';
import { isZero, rational } from '../money';
import { type Advance } from './money-clauses';
import { LAST_END } from './read-dates';
import { INTEGERS, LISTS } from './limits';
import { readShare } from './read-shares';
import { type Condition, type Renewal, type Termination, type Texts } from './life-clauses';
import {
  fault,
  isFaultless,
  member,
  readClauseId,
  readFields,
  readInteger,
  readList,
  readOptional,
  readWord,
  refuseDuplicates,
  sortedSet,
  type Fields,
  type Place,
} from './reading';
import { type Grant, type Settlement, type Terms } from './terms';

export const OPTIONAL_LIFE_CLAUSES = ['texts', 'conditions', 'renewal', 'termination'];

interface LifeReferences {
  readonly term: Period;
  readonly grants: readonly Grant[];
  readonly advances: readonly Advance[];
  readonly settlement?: Settlement;
}

interface Payments extends Pick<LifeReferences, 'advances' | 'settlement'> {
  readonly advancesAt: Place;
  readonly settlementAt: Place;
}

/** How the agreement begins, goes on and ends. Clauses that are not given stay absent. */
export function readLifeClauses(
  fields: Fields,
  references: LifeReferences,
): Pick<Terms, 'texts' | 'conditions' | 'renewal' | 'termination'> {
  return {
    ...readOptional(fields, 'texts', readTexts),
    ...readOptional(fields, 'conditions', (place) =>
      readConditions(place, {
        ...references,
        advancesAt: member(fields, 'advances'),
        settlementAt: member(fields, 'settlement'),
      }),
    ),
    ...readOptional(fields, 'renewal', (place) => readRenewal(place, references)),
    ...readOptional(fields, 'termination', (place) => readTermination(place, references)),
  };
}

function readTexts(place: Place): Texts {
  const fields = readFields(place, { required: ['prevailing', 'precedence'] });
  if (!fields) return { prevailing: 'en', precedence: 'terms-before-prose' };
  return {
    prevailing: readWord(member(fields, 'prevailing'), { words: ['en', 'ru'] }),
    precedence: readWord(member(fields, 'precedence'), { words: ['terms-before-prose'] }),
  };
}

/** As written: in this order they have their numbers. */
function readConditions(place: Place, payments: Payments): Condition[] {
  const places = readList(place, LISTS.conditions);
  const conditions = places.map((entry) => readCondition(entry, payments));
  refuseDuplicates(
    places,
    conditions.map(({ id }) => id),
  );
  return conditions;
}

function readCondition(place: Place, payments: Payments): Condition {
  const fields = readFields(place, { required: ['id', 'kind', 'withinDays'], optional: ['advance'] });
  if (!fields) return { id: '', kind: 'back-fee-paid', withinDays: 1 };
  const id = readClauseId(member(fields, 'id'));
  const kind = readWord(member(fields, 'kind'), { words: ['advance-paid', 'back-fee-paid'] });
  const withinDays = readInteger(member(fields, 'withinDays'), INTEGERS.noticeDays);
  const named = member(fields, 'advance');
  if (kind === 'advance-paid') return { id, kind, advance: readAdvanceReference(named, payments), withinDays };
  if (named.value !== undefined) fault(named, 'terms-unknown-field', 'belongs to a condition on an advance');
  refuseMissingBackFee(member(fields, 'kind'), payments);
  return { id, kind, withinDays };
}

/** A condition that no payment can meet would end every agreement. */
function readAdvanceReference(place: Place, { advances, advancesAt }: Payments): string {
  if (place.value === undefined) fault(place, 'terms-required', 'is required');
  const id = readClauseId(place);
  const advance = advances.find((other) => other.id === id);
  if (id === '') return id;
  if (advance?.due !== 'signature' || advance.option) {
    fault(place, 'terms-reference', 'is not an advance that falls due at signature');
  } else if (isZero(rational(advance.amount)) && isFaultless(advancesAt)) {
    fault(place, 'terms-reference', 'is an advance of nothing: it is never paid');
  }
  return id;
}

function refuseMissingBackFee(place: Place, { settlement, settlementAt }: Payments): void {
  const none = !settlement || (isZero(rational(settlement.backFee.amount)) && isFaultless(settlementAt));
  if (none) fault(place, 'terms-reference', 'there is no back fee to be paid');
}

function readRenewal(place: Place, { term }: LifeReferences): Renewal {
  const fields = readFields(place, { required: ['months', 'times', 'noticeDays'] });
  if (!fields) return { months: 1, times: null, noticeDays: 1 };
  const times = member(fields, 'times');
  const months = readInteger(member(fields, 'months'), INTEGERS.renewalMonths);
  if (term.until > monthsAfterDay(LAST_END, -months)) refuseBeyondCalendar(member(fields, 'months'));
  return {
    months,
    times: times.value === null ? null : readInteger(times, INTEGERS.renewals),
    noticeDays: readInteger(member(fields, 'noticeDays'), INTEGERS.noticeDays),
  };
}

function readTermination(place: Place, references: LifeReferences): Termination {
  const fields = readFields(place, { required: [], optional: ['notice', 'breach', 'withdrawal', 'sellOff'] });
  if (!fields) return {};
  const termination = {
    ...readOptional(fields, 'notice', readNotice),
    ...readOptional(fields, 'breach', readBreach),
    ...readOptional(fields, 'withdrawal', readWithdrawal),
    ...readOptional(fields, 'sellOff', (entry) => readSellOff(entry, references)),
  };
  if (Object.keys(termination).length === 0) {
    fault(place, 'terms-empty', 'must have a notice, a breach, a withdrawal or a sell-off');
  }
  return termination;
}

function readNotice(place: Place): NonNullable<Termination['notice']> {
  const fields = readFields(place, { required: ['by', 'days'] });
  if (!fields) return { by: 'either', days: 1 };
  return {
    by: readWord(member(fields, 'by'), { words: ['label', 'platform', 'either'] }),
    days: readInteger(member(fields, 'days'), INTEGERS.noticeDays),
  };
}

function readBreach(place: Place): NonNullable<Termination['breach']> {
  const fields = readFields(place, { required: ['cureDays', 'suspension'] });
  if (!fields) return { cureDays: 1, suspension: 'never' };
  return {
    cureDays: readInteger(member(fields, 'cureDays'), INTEGERS.noticeDays),
    suspension: readWord(member(fields, 'suspension'), { words: ['at-once', 'after-cure-period', 'never'] }),
  };
}

function readWithdrawal(place: Place): NonNullable<Termination['withdrawal']> {
  const fields = readFields(place, { required: ['days'], optional: ['shareMax'] });
  if (!fields) return { days: 1 };
  return {
    days: readInteger(member(fields, 'days'), INTEGERS.noticeDays),
    ...readOptional(fields, 'shareMax', readShare),
  };
}

function readSellOff(place: Place, { grants, term }: LifeReferences): NonNullable<Termination['sellOff']> {
  const fields = readFields(place, { required: ['days', 'grants'] });
  if (!fields) return { days: 1, grants: [] };
  const named = readList(member(fields, 'grants'), LISTS.royaltyGrants).map((entry) => {
    const id = readClauseId(entry);
    if (id !== '' && !grants.some((grant) => grant.id === id)) {
      fault(entry, 'terms-reference', 'is not one of the grants of these terms');
    }
    return id;
  });
  const days = readInteger(member(fields, 'days'), INTEGERS.noticeDays);
  if (term.until > dayAfter(LAST_END, -days)) refuseBeyondCalendar(member(fields, 'days'));
  return { days, grants: sortedSet(named) };
}

const refuseBeyondCalendar = (place: Place): void =>
  fault(place, 'terms-date', `reaches from the end of the term beyond ${LAST_END}`);
