import { LISTS } from './limits';
import { AGAINST, MOST_FAVOURED_FIGURES, type BoundParty, type MostFavoured } from './most-favoured';
import { clauseId, days, listOf, objectOf, oneOf, territory, use, word, type JsonSchema } from './schema-parts';

const binding = (bound: BoundParty): JsonSchema =>
  objectOf<MostFavoured>(
    {
      id: clauseId,
      bound: word(bound),
      against: word(AGAINST[bound]),
      compares: listOf(word(...MOST_FAVOURED_FIGURES), LISTS.compares),
      ...days,
    },
    { uses: listOf(use, LISTS.uses), territories: listOf(territory, LISTS.territories) },
  );

export const mostFavoured = listOf(oneOf(binding('label'), binding('platform')), LISTS.mostFavoured);
