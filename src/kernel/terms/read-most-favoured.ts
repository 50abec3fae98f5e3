import { LISTS } from './limits';
import { AGAINST, MOST_FAVOURED_FIGURES, type BoundParty, type MostFavoured } from './most-favoured';
import { NO_DATE, readDays } from './read-dates';
import { readTerritoryCodes, readUse } from './read-grants';
import {
  fault,
  member,
  readClauseId,
  readFields,
  readList,
  readOptional,
  readWord,
  refuseDuplicates,
  sortedSet,
  type Fields,
  type Place,
} from './reading';

type Promised = { [Bound in BoundParty]: { bound: Bound; against: (typeof AGAINST)[Bound] } }[BoundParty];

const NOTHING: MostFavoured = {
  id: '',
  bound: 'label',
  against: 'other-platforms',
  compares: [],
  from: NO_DATE,
  until: NO_DATE,
};

/** Most favoured nation clauses, as written. */
export function readMostFavoured(place: Place): MostFavoured[] {
  const places = readList(place, LISTS.mostFavoured);
  const clauses = places.map(readClause);
  refuseDuplicates(
    places,
    clauses.map(({ id }) => id),
  );
  return clauses;
}

function readClause(place: Place): MostFavoured {
  const fields = readFields(place, {
    required: ['id', 'bound', 'against', 'compares', 'from', 'until'],
    optional: ['uses', 'territories'],
  });
  if (!fields) return NOTHING;
  const compared = readList(member(fields, 'compares'), LISTS.compares);
  return {
    id: readClauseId(member(fields, 'id')),
    ...readPromise(fields),
    compares: sortedSet(compared.map((entry) => readWord(entry, { words: MOST_FAVOURED_FIGURES }))),
    ...readOptional(fields, 'uses', (list) => sortedSet(readList(list, LISTS.uses).map(readUse))),
    ...readOptional(fields, 'territories', (list) => readTerritoryCodes(list, LISTS.territories)),
    ...readDays(place, fields),
  };
}

/** Whom the clause binds, and against whom: that follows, and is written all the same for people who read the data. */
function readPromise(fields: Fields): Promised {
  const [binding, against] = [member(fields, 'bound'), member(fields, 'against')];
  const bound = readWord(binding, { words: ['label', 'platform'] });
  const others = readWord(against, { words: ['other-platforms', 'other-labels'] });
  if (binding.value === bound && against.value === others && others !== AGAINST[bound]) {
    fault(against, 'terms-most-favoured', `must be ${AGAINST[bound]}, for the clause binds the ${bound}`);
  }
  return bound === 'label' ? { bound, against: AGAINST.label } : { bound, against: AGAINST.platform };
}
