import { LISTS } from './limits';
import { type InKindCredit, type MinimumFee } from './money-clauses';
import { readDate, readIntervals } from './read-dates';
import { readFigureId } from './read-figures';
import { readAmount } from './royalty-context';
import {
  fault,
  member,
  readBoolean,
  readClauseId,
  readDecimal,
  readFields,
  readList,
  readOptional,
  readText,
  refuseDuplicates,
  type Place,
} from './reading';
import { type MoneyReferences } from './references';

/** Yearly minimum fees, as written. The rate is money for each of the figure's count and may be finer than a minor unit. */
export function readMinimumFees(place: Place, references: MoneyReferences): MinimumFee[] {
  const places = readList(place, LISTS.minimumFees);
  const fees = places.map((entry): MinimumFee => {
    const fields = readFields(entry, { required: ['id', 'figure', 'rate', 'years'], optional: ['cap'] });
    if (!fields) return { id: '', figure: '', rate: '0', years: [] };
    return {
      id: readClauseId(member(fields, 'id')),
      figure: readCountFigure(member(fields, 'figure'), references),
      rate: readDecimal(member(fields, 'rate')),
      ...readOptional(fields, 'cap', (cap) => readAmount(cap, references.currency)),
      years: readIntervals(member(fields, 'years'), {
        required: ['dueOn'],
        more: (year) => ({ dueOn: readDate(member(year, 'dueOn')) }),
      }),
    };
  });
  refuseDuplicates(
    places,
    fees.map(({ id }) => id),
  );
  return fees;
}

/** What the platform owes in kind, as written; amounts are its value in the terms' currency. */
export function readInKindCredits(place: Place, { currency }: MoneyReferences): InKindCredit[] {
  const places = readList(place, LISTS.inKindCredits);
  const credits = places.map((entry): InKindCredit => {
    const fields = readFields(entry, { required: ['id', 'kind', 'carryOver', 'intervals'] });
    if (!fields) return { id: '', kind: '', carryOver: false, intervals: [] };
    return {
      id: readClauseId(member(fields, 'id')),
      kind: readText(member(fields, 'kind')),
      carryOver: readBoolean(member(fields, 'carryOver')),
      intervals: readIntervals(member(fields, 'intervals'), {
        required: ['amount'],
        more: (interval) => ({ amount: readAmount(member(interval, 'amount'), currency) }),
      }),
    };
  });
  refuseDuplicates(
    places,
    credits.map(({ id }) => id),
  );
  return credits;
}

function readCountFigure(place: Place, { figures }: MoneyReferences): string {
  const id = readFigureId(place);
  const unit = figures.get(id);
  if (id !== '' && unit === undefined) fault(place, 'terms-reference', 'is not one of the figures of these terms');
  if (unit !== undefined && unit !== 'count') {
    fault(place, 'terms-figure-unit', `must be a count, and "${id}" is in the unit ${unit}`);
  }
  return id;
}
