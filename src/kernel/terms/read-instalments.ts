import { LISTS } from './limits';
import { type Instalment } from './money-clauses';
import { readDate } from './read-dates';
import { readAmount } from './royalty-context';
import { refuseOtherSum } from './read-shares';
import { member, readFields, readList, type Place } from './reading';

/** Payments on days, as written. Whether they sum to what is owed is for `refuseOtherInstalments`. */
export function readInstalments(place: Place, currency: string | undefined): Instalment[] {
  return readList(place, LISTS.instalments).flatMap((entry) => {
    const fields = readFields(entry, { required: ['on', 'amount'] });
    return fields
      ? [{ on: readDate(member(fields, 'on')), amount: readAmount(member(fields, 'amount'), currency) }]
      : [];
  });
}

/** Notes instalments that do not sum to the amount that they pay. */
export function refuseOtherInstalments(
  place: Place,
  { instalments, amount }: { instalments: readonly Instalment[]; amount: string },
): void {
  refuseOtherSum(place, { parts: instalments.map((one) => one.amount), whole: amount, code: 'terms-instalments' });
}
