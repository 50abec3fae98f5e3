import { LISTS } from './limits';
import { type Split } from './money-clauses';
import { readIntervals } from './read-dates';
import { readShare, refuseOtherSum } from './read-shares';
import { member, readChecked, readFields, readList, readText, refuseDuplicates, type Place } from './reading';

/** How the label's money is shared out, as written: the order of payees decides who gets the last cent. */
export function readSplits(place: Place): Split[] {
  return readIntervals(
    place,
    { required: ['shares'], more: (fields) => ({ shares: readShares(member(fields, 'shares')) }) },
    LISTS.splits,
  );
}

function readShares(place: Place): Split['shares'] {
  if (place.value === undefined) return [];
  return readChecked(
    place,
    () => {
      const read = readList(place, LISTS.splitShares).flatMap((entry) => {
        const fields = readFields(entry, { required: ['payee', 'share'] });
        if (!fields) return [];
        return [
          { entry, part: { payee: readText(member(fields, 'payee')), share: readShare(member(fields, 'share')) } },
        ];
      });
      refuseDuplicates(
        read.map(({ entry }) => entry),
        read.map(({ part }) => part.payee),
      );
      return read.map(({ part }) => part);
    },
    (shares) =>
      refuseOtherSum(place, { parts: shares.map(({ share }) => share), whole: '1', code: 'terms-split-shares' }),
  );
}
