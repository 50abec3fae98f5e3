import { LISTS } from './limits';
import { FIGURE_ID } from './patterns';
import {
  fault,
  member,
  readFields,
  readList,
  readString,
  readText,
  readWord,
  refuseDuplicates,
  refuseObjectMember,
  type Place,
} from './reading';
import { REPORTED_FIGURES, type Figure } from './royalty';

/** Words that a measure or a deduction could also mean. */
const TAKEN: readonly string[] = ['units', 'sales', 'original', 'remaining', ...REPORTED_FIGURES];

const REPORTED_UNITS: Readonly<Record<(typeof REPORTED_FIGURES)[number], Figure['unit']>> = {
  allPlays: 'count',
  netMusicAdvertisingRevenue: 'money',
};

/** The figures that the parties define, sorted by id; none when the list is absent. */
export function readFigures(place: Place): Figure[] {
  const places = readList(place, LISTS.figures);
  const figures = places.map(readFigure);
  refuseDuplicates(
    places,
    figures.map(({ id }) => id),
  );
  return figures.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The unit of every figure that terms with these definitions may name: theirs, and those that every report carries. */
export function figureUnits(figures: readonly Figure[]): ReadonlyMap<string, Figure['unit']> {
  return new Map([...REPORTED_FIGURES.map((id) => [id, REPORTED_UNITS[id]] as const), ...figures.map(unitOf)]);
}

/** The id of a figure, in shape; whether there is one is the asker's to say. */
export function readFigureId(place: Place): string {
  const id = readString(place);
  if (id !== undefined && !FIGURE_ID.test(id)) {
    fault(place, 'terms-id', 'must be 1 to 64 letters, digits and hyphens, a lower-case letter first');
  }
  refuseObjectMember(place, id);
  return id ?? '';
}

function readFigure(place: Place): Figure {
  const fields = readFields(place, { required: ['id', 'unit', 'per', 'definition'] });
  if (!fields) return { id: '', unit: 'count', per: 'service', definition: '' };
  const id = readFigureId(member(fields, 'id'));
  if (TAKEN.includes(id)) fault(member(fields, 'id'), 'terms-reserved-id', `"${id}" has a meaning of its own`);
  const unit = readWord(member(fields, 'unit'), { words: ['count', 'money', 'share', 'flag'] });
  const per = readWord(member(fields, 'per'), { words: ['service', 'agreement'] });
  if (per === 'service' && (unit === 'share' || unit === 'flag')) {
    fault(
      member(fields, 'per'),
      'terms-figure-unit',
      `a ${unit} cannot be summed over services: give it for the agreement`,
    );
  }
  return {
    id,
    unit,
    per,
    definition: readText(member(fields, 'definition')),
  };
}

function unitOf({ id, unit }: Figure): readonly [string, Figure['unit']] {
  return [id, unit];
}
