import { isZero, rational } from '../money';
import { type Advance } from './money-clauses';
import { INTEGERS, LISTS } from './limits';
import { type Condition, type Renewal, type Termination, type Texts } from './life-clauses';
import {
  fault,
  member,
  readClauseId,
  readFields,
  readInteger,
  readList,
  readOptional,
  readString,
  readWord,
  refuseDuplicates,
  sortedSet,
  type Fields,
  type Place,
} from './reading';
import { type Grant, type Settlement, type Terms } from './terms';

export const OPTIONAL_LIFE_CLAUSES = ['texts', 'conditions', 'renewal', 'termination'];

interface LifeReferences {
  readonly grants: readonly Grant[];
  readonly advances: readonly Advance[];
  readonly settlement?: Settlement;
}

/** How the agreement begins, goes on and ends. Clauses that are not given stay absent. */
export function readLifeClauses(
  fields: Fields,
  references: LifeReferences,
): Pick<Terms, 'texts' | 'conditions' | 'renewal' | 'termination'> {
  return {
    ...readOptional(fields, 'texts', readTexts),
    ...readOptional(fields, 'conditions', (place) => readConditions(place, references)),
    ...readOptional(fields, 'renewal', readRenewal),
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

function readConditions(place: Place, references: LifeReferences): Condition[] {
  const places = readList(place, LISTS.conditions);
  const conditions = places.map((entry) => readCondition(entry, references));
  refuseDuplicates(
    places,
    conditions.map(({ id }) => id),
  );
  return conditions;
}

function readCondition(place: Place, { advances, settlement }: LifeReferences): Condition {
  const fields = readFields(place, { required: ['id', 'kind', 'withinDays'], optional: ['advance'] });
  if (!fields) return { id: '', kind: 'back-fee-paid', withinDays: 1 };
  const id = readClauseId(member(fields, 'id'));
  const kind = readWord(member(fields, 'kind'), { words: ['advance-paid', 'back-fee-paid'] });
  const withinDays = readInteger(member(fields, 'withinDays'), INTEGERS.noticeDays);
  const named = member(fields, 'advance');
  if (kind === 'back-fee-paid') {
    if (named.value !== undefined) fault(named, 'terms-unknown-field', 'belongs to a condition on an advance');
    if (!settlement || isZero(rational(settlement.backFee.amount))) {
      fault(member(fields, 'kind'), 'terms-reference', 'there is no back fee to be paid');
    }
    return { id, kind, withinDays };
  }
  const advance = readString(named) ?? '';
  if (named.value === undefined) fault(named, 'terms-required', 'is required');
  else if (!advances.some((other) => other.id === advance && other.due === 'signature' && !other.option)) {
    fault(named, 'terms-reference', 'is not an advance that falls due at signature');
  }
  return { id, kind, advance, withinDays };
}

function readRenewal(place: Place): Renewal {
  const fields = readFields(place, { required: ['months', 'times', 'noticeDays'] });
  if (!fields) return { months: 1, times: null, noticeDays: 1 };
  const times = member(fields, 'times');
  return {
    months: readInteger(member(fields, 'months'), INTEGERS.renewalMonths),
    times: times.value === null ? null : readInteger(times, INTEGERS.renewals),
    noticeDays: readInteger(member(fields, 'noticeDays'), INTEGERS.noticeDays),
  };
}

function readTermination(place: Place, references: LifeReferences): Termination {
  const fields = readFields(place, { required: [], optional: ['notice', 'breach', 'sellOff'] });
  if (!fields) return {};
  const termination = {
    ...readOptional(fields, 'notice', readNotice),
    ...readOptional(fields, 'breach', readBreach),
    ...readOptional(fields, 'sellOff', (entry) => readSellOff(entry, references)),
  };
  if (Object.keys(termination).length === 0) fault(place, 'terms-empty', 'must have a notice, a breach or a sell-off');
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

function readSellOff(place: Place, { grants }: LifeReferences): NonNullable<Termination['sellOff']> {
  const fields = readFields(place, { required: ['days', 'grants'] });
  if (!fields) return { days: 1, grants: [] };
  const named = readList(member(fields, 'grants'), LISTS.royaltyGrants).map((entry) => {
    const id = readClauseId(entry);
    if (id !== '' && !grants.some((grant) => grant.id === id))
      fault(entry, 'terms-reference', 'is not one of the grants of these terms');
    return id;
  });
  return { days: readInteger(member(fields, 'days'), INTEGERS.noticeDays), grants: sortedSet(named) };
}
