import { LISTS } from './limits';
import { type Advance } from './money-clauses';
import { NO_DATE, readDays } from './read-dates';
import { readInstalments, refuseOtherInstalments } from './read-instalments';
import { readAmount } from './royalty-context';
import {
  fault,
  member,
  readBoolean,
  readChecked,
  readClauseId,
  readFields,
  readList,
  readOptional,
  readWord,
  refuseDuplicates,
  type Fields,
  type Place,
} from './reading';
import { readNamedClauses, type MoneyReferences } from './references';

/** Advances, as written: in this order they are recouped. */
export function readAdvances(place: Place, references: MoneyReferences): Advance[] {
  const places = readList(place, LISTS.advances);
  const advances = places.map((entry): Advance => {
    const fields = readFields(entry, {
      required: ['id', 'amount', 'due', 'recoupableFrom'],
      optional: ['recoup', 'option'],
    });
    if (!fields) return { id: '', amount: '0', due: 'signature', recoupableFrom: 'all' };
    return {
      id: readClauseId(member(fields, 'id')),
      ...readAmountDue(entry, fields, references),
      recoupableFrom: readRecoupableFrom(member(fields, 'recoupableFrom'), references),
      ...readOptional(fields, 'recoup', readRecoupInterval),
      ...readOptional(fields, 'option', readOption),
    };
  });
  refuseDuplicates(
    places,
    advances.map(({ id }) => id),
  );
  return advances;
}

function readAmountDue(place: Place, fields: Fields, { currency }: MoneyReferences): Pick<Advance, 'amount' | 'due'> {
  const due = member(fields, 'due');
  return readChecked(
    place,
    () => ({
      amount: readAmount(member(fields, 'amount'), currency),
      due: Array.isArray(due.value)
        ? readInstalments(due, currency)
        : readWord<'signature'>(due, { words: ['signature'] }),
    }),
    (advance) => {
      if (advance.due !== 'signature')
        refuseOtherInstalments(due, { instalments: advance.due, amount: advance.amount });
    },
  );
}

function readRecoupableFrom(place: Place, references: MoneyReferences): Advance['recoupableFrom'] {
  return Array.isArray(place.value) ? readNamedClauses(place, references) : readWord<'all'>(place, { words: ['all'] });
}

function readRecoupInterval(place: Place): NonNullable<Advance['recoup']> {
  const fields = readFields(place, { required: ['from', 'until', 'carryOver'] });
  if (!fields) return { from: NO_DATE, until: NO_DATE, carryOver: false };
  return { ...readDays(place, fields), carryOver: readBoolean(member(fields, 'carryOver')) };
}

/** There is one way to write an advance without an option: to leave the member out. */
function readOption(place: Place): true {
  if (place.value !== true) fault(place, 'terms-type', 'must be true, or be left out');
  return true;
}
