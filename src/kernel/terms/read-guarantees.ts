import { at } from '../faults';
import { LISTS } from './limits';
import { type Guarantee } from './money-clauses';
import { readIntervals, readPeriod } from './read-dates';
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

type Per = Guarantee['per'];

const NOTHING: Guarantee = { id: '', topUpRecoups: false, per: 'period', amount: '0', prorated: false };

const FIELDS: Readonly<Record<Per, { readonly required: readonly string[]; readonly optional: readonly string[] }>> = {
  period: { required: ['amount', 'prorated'], optional: ['active'] },
  interval: { required: ['crossed', 'intervals'], optional: [] },
};

/** Minimum guarantees, as written. */
export function readGuarantees(place: Place, references: MoneyReferences): Guarantee[] {
  const places = readList(place, LISTS.guarantees);
  const guarantees = places.map((entry) => readGuarantee(entry, references));
  refuseDuplicates(
    places,
    guarantees.map(({ id }) => id),
  );
  return guarantees;
}

function readGuarantee(place: Place, references: MoneyReferences): Guarantee {
  const per = perOf(place);
  if (per === undefined) return NOTHING;
  const { required, optional } = FIELDS[per];
  const fields = readFields(place, {
    required: ['id', 'topUpRecoups', 'per', ...required],
    optional: ['clauses', ...optional],
  });
  if (!fields) return NOTHING;
  const common = {
    id: readClauseId(member(fields, 'id')),
    ...readOptional(fields, 'clauses', (clauses) => readNamedClauses(clauses, references)),
    topUpRecoups: readBoolean(member(fields, 'topUpRecoups')),
  };
  return per === 'period'
    ? { ...common, ...readPerPeriod(fields, references) }
    : { ...common, ...readPerInterval(fields, references) };
}

/** For what the amount holds. Without that the other members mean nothing and are not read. */
function perOf(place: Place): Per | undefined {
  const { value } = place;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    fault(place, 'terms-type', 'must be an object');
    return undefined;
  }
  const per: unknown = 'per' in value ? value.per : undefined;
  if (per === 'period' || per === 'interval') return per;
  if (per === undefined) {
    fault(place, 'terms-guarantee-period', 'must hold per period or per interval');
  } else {
    const named = { value: per, pointer: at(place.pointer, 'per'), faults: place.faults };
    readWord(named, { words: ['period', 'interval'] });
  }
  return undefined;
}

function readPerPeriod(fields: Fields, { currency }: MoneyReferences) {
  return {
    per: 'period' as const,
    amount: readAmount(member(fields, 'amount'), currency),
    prorated: readBoolean(member(fields, 'prorated')),
    ...readOptional(fields, 'active', readPeriod),
  };
}

function readPerInterval(fields: Fields, { currency }: MoneyReferences) {
  return {
    per: 'interval' as const,
    crossed: readBoolean(member(fields, 'crossed')),
    intervals: readIntervals(member(fields, 'intervals'), {
      required: ['amount'],
      optional: ['instalments'],
      more: (interval, entry) =>
        readChecked(
          entry,
          () => ({
            amount: readAmount(member(interval, 'amount'), currency),
            ...readOptional(interval, 'instalments', (list) => readInstalments(list, currency)),
          }),
          ({ amount, instalments }) => {
            if (instalments) refuseOtherInstalments(member(interval, 'instalments'), { instalments, amount });
          },
        ),
    }),
  };
}
