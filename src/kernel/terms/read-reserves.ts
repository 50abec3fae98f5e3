import { INTEGERS, LISTS } from './limits';
import { type Reserve } from './money-clauses';
import { readShare, refuseOtherSum } from './read-shares';
import {
  fault,
  member,
  readChecked,
  readClauseId,
  readFields,
  readInteger,
  readList,
  readOptional,
  readWord,
  refuseDuplicates,
  type Place,
} from './reading';
import { readNamedClauses, type MoneyReferences } from './references';

/** Reserves against returns, as written. */
export function readReserves(place: Place, references: MoneyReferences): Reserve[] {
  const places = readList(place, LISTS.reserves);
  const reserves = places.map((entry) => readReserve(entry, references));
  refuseDuplicates(
    places,
    reserves.map(({ id }) => id),
  );
  return reserves;
}

function readReserve(place: Place, references: MoneyReferences): Reserve {
  const fields = readFields(place, { required: ['id', 'rate', 'basis', 'release'], optional: ['clauses'] });
  if (!fields) return { id: '', rate: '0', basis: 'royalties', release: [] };
  const basis = readWord(member(fields, 'basis'), { words: ['royalties', 'sales'] });
  const clauses = member(fields, 'clauses');
  if (basis === 'sales' && clauses.value === undefined) {
    fault(clauses, 'terms-required', 'is required: sales are those of named royalties');
  }
  return {
    id: readClauseId(member(fields, 'id')),
    ...readOptional(fields, 'clauses', (named) => readNamedClauses(named, references)),
    rate: readShare(member(fields, 'rate')),
    basis,
    release: readRelease(member(fields, 'release')),
  };
}

/** What is released how many reporting periods later, as written: ascending, all of it in the end. */
function readRelease(place: Place): Reserve['release'] {
  if (place.value === undefined) return [];
  return readChecked(
    place,
    () => {
      let before = 0;
      return readList(place, LISTS.release).flatMap((entry) => {
        const fields = readFields(entry, { required: ['afterPeriods', 'share'] });
        if (!fields) return [];
        const after = member(fields, 'afterPeriods');
        const afterPeriods = readInteger(after, INTEGERS.afterPeriods);
        if (after.value === afterPeriods && afterPeriods <= before) {
          fault(after, 'terms-order', `must be more than ${before}: releases are written in ascending order`);
        }
        before = Math.max(before, afterPeriods);
        return [{ afterPeriods, share: readShare(member(fields, 'share')) }];
      });
    },
    (release) =>
      refuseOtherSum(place, { parts: release.map(({ share }) => share), whole: '1', code: 'terms-release-shares' }),
  );
}
