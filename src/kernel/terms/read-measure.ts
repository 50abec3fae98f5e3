import { isTerritory } from '../territory';
import { LISTS } from './limits';
import { figureUnits } from './read-figures';
import { readModel, readServiceReference, readUse } from './read-grants';
import { readShare } from './read-shares';
import { type RoyaltyReferences } from './royalty-context';
import { fault, member, readFields, readList, readString, sortedSet, type Fields, type Place } from './reading';
import { type Figure, type Measure, type Selection, type UsageShare } from './terms';

type Unit = Figure['unit'];

/** Units that a royalty can multiply with a rate. */
export const AMOUNTS: readonly Unit[] = ['count', 'money'];

/** A measure of one of the given units: a built-in one, or a figure that the terms define. */
export function readMeasure(
  place: Place,
  { units, figures }: Pick<RoyaltyReferences, 'figures'> & { units: readonly Unit[] },
): Measure {
  const measure = readString(place);
  if (measure === undefined) return '';
  const known = new Map<string, Unit>([['units', 'count'], ['sales', 'money'], ...figureUnits(figures)]);
  const unit = known.get(measure);
  if (unit === undefined) {
    const names = [...known.keys()].slice(0, 20).join(', ');
    fault(place, 'terms-reference', `must be a figure of these terms, or one of: ${names}`);
  } else if (!units.includes(unit)) {
    fault(place, 'terms-figure-unit', `is a ${unit}, and must be a ${units.join(' or a ')}`);
  }
  return measure;
}

/** The members `measure` and `where` of a royalty, absent where it has none. */
export function readMeasured(
  fields: Fields,
  references: RoyaltyReferences & { units: readonly Unit[] },
): { measure?: Measure; where?: Selection } {
  const measure = member(fields, 'measure');
  return {
    ...(measure.value === undefined ? {} : { measure: readMeasure(measure, references) }),
    ...readWhere(fields, references),
  };
}

/** The member `where` of a royalty. A figure cannot be narrowed: `where` goes with units and sales only. */
export function readWhere(fields: Fields, { services }: RoyaltyReferences): { where?: Selection } {
  const place = member(fields, 'where');
  if (place.value === undefined) return {};
  const named = fields['measure']?.value;
  if (typeof named === 'string' && named !== 'units' && named !== 'sales') {
    fault(place, 'terms-selection', 'narrows units or sales; a figure is what the parties defined');
  }
  const selected = readFields(place, { required: [], optional: ['services', 'uses', 'models', 'territories'] });
  if (!selected) return {};
  const given = Object.values(selected).some(({ value }) => value !== undefined);
  if (!given) fault(place, 'terms-empty', 'must narrow something');
  const set = <Entry extends string>(name: string, read: (entry: Place) => Entry): readonly Entry[] | undefined => {
    const list = member(selected, name);
    return list.value === undefined ? undefined : sortedSet(readList(list, LISTS.selection).map(read));
  };
  return {
    where: defined({
      services: set('services', (entry) => readServiceReference(entry, services)),
      uses: set('uses', readUse),
      models: set('models', readModel),
      territories: set('territories', readTerritory),
    }),
  };
}

function readTerritory(place: Place): string {
  const code = readString(place)?.toUpperCase() ?? '';
  if (typeof place.value === 'string' && !isTerritory(code)) {
    fault(place, 'terms-territory', 'must be an ISO 3166-1 code of two letters');
  }
  return code;
}

/** The object without the members that are undefined. */
function defined<Value extends object>(value: { [Name in keyof Value]: Value[Name] | undefined }): Value {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Value;
}

/** How much of a whole is this licence's: by plays, by two measures, or as the period's figures state it. */
export function readUsageShare(place: Place, references: RoyaltyReferences): UsageShare {
  if (place.value === 'plays' || place.value === undefined) return 'plays';
  if (typeof place.value === 'string') {
    fault(place, 'terms-unknown-kind', 'must be "plays", two measures, or a figure with a share');
    return 'plays';
  }
  const fields = readFields(place, { required: [], optional: ['part', 'whole', 'ifWholeIsZero', 'figure'] });
  if (!fields) return 'plays';
  const given = (name: string) => member(fields, name).value !== undefined;
  if (given('figure') ? given('part') || given('whole') || given('ifWholeIsZero') : !given('part') || !given('whole')) {
    fault(place, 'terms-usage-share', 'must have either a part and a whole, or a figure');
    return 'plays';
  }
  if (given('figure')) {
    return { figure: readMeasure(member(fields, 'figure'), { units: ['share'], figures: references.figures }) };
  }
  const amounts = { units: AMOUNTS, figures: references.figures };
  return {
    part: readMeasure(member(fields, 'part'), amounts),
    whole: readMeasure(member(fields, 'whole'), amounts),
    ...(given('ifWholeIsZero') ? { ifWholeIsZero: readShare(member(fields, 'ifWholeIsZero')) } : {}),
  };
}

/** The id of a figure of the unit that is asked for. */
export function readFigure(place: Place, { unit, figures }: { unit: Unit; figures: readonly Figure[] }): string {
  const id = readString(place);
  const figure = figures.find((candidate) => candidate.id === id);
  if (id !== undefined && figure === undefined) {
    fault(place, 'terms-reference', 'is not one of the figures of these terms');
  } else if (figure !== undefined && figure.unit !== unit) {
    fault(place, 'terms-figure-unit', `is a ${figure.unit}, and must be a ${unit}`);
  }
  return id ?? '';
}
