import { readIsrc } from '../identifiers';
import { expandTerritories, isTerritory, type TerritorySet } from '../territory';
import { isCommercialModel, isUseType, type CommercialModel, type UseType } from '../uses';
import { LISTS, type Bounds } from './limits';
import {
  fault,
  member,
  readBoolean,
  readClauseId,
  readFields,
  readList,
  readString,
  readUuid,
  refuseDuplicates,
  sortedSet,
  type Place,
} from './reading';
import { type Grant, type Repertoire } from './terms';

/** Values of the DDEX lists that name nothing a machine could check or count. */
export const NAMELESS: readonly string[] = ['Unknown', 'UserDefined'];

export function readRepertoire(place: Place): Repertoire {
  const isrcs: string[] = [];
  const fields = readFields(place, { required: ['kind', 'isrcs'] });
  if (!fields) return { kind: 'list', isrcs };
  if (readString(member(fields, 'kind')) !== 'list' && member(fields, 'kind').value !== undefined) {
    fault(member(fields, 'kind'), 'terms-unknown-kind', 'must be one of: list');
  }
  for (const entry of readList(member(fields, 'isrcs'), LISTS.isrcs)) {
    const reading = typeof entry.value === 'string' ? readIsrc(entry.value) : undefined;
    if (reading && 'isrc' in reading) isrcs.push(reading.isrc);
    else fault(entry, 'terms-isrc', 'must be an ISRC: two letters, three letters or digits, seven digits');
  }
  return { kind: 'list', isrcs: sortedSet(isrcs) };
}

/** Reads the grants. A service that the terms do not name is a `terms-reference`. */
export function readGrants(place: Place, services: ReadonlySet<string>): Grant[] {
  const places = readList(place, LISTS.grants);
  const grants = places.map((entry) => readGrant(entry, services));
  refuseDuplicates(
    places,
    grants.map((grant) => grant.id),
  );
  return grants;
}

function readGrant(place: Place, services: ReadonlySet<string>): Grant {
  const fields = readFields(place, {
    required: ['id', 'services', 'uses', 'models', 'territories', 'exclusive'],
  });
  if (!fields) return { id: '', services: [], uses: [], models: [], territories: { include: [] }, exclusive: false };
  return {
    id: readClauseId(member(fields, 'id')),
    services: sortedSet(
      readList(member(fields, 'services'), LISTS.grantServices).map((entry) => readServiceReference(entry, services)),
    ),
    uses: sortedSet(readList(member(fields, 'uses'), LISTS.uses).map(readUse)),
    models: sortedSet(readList(member(fields, 'models'), LISTS.models).map(readModel)),
    territories: readTerritories(member(fields, 'territories')),
    exclusive: readBoolean(member(fields, 'exclusive')),
  };
}

/** The id of a service that the terms name. */
export function readServiceReference(place: Place, services: ReadonlySet<string>): string {
  const id = readUuid(place);
  if (id !== '' && !services.has(id)) fault(place, 'terms-reference', 'is not one of the services of these terms');
  return id;
}

export function readUse(place: Place): UseType {
  const use = readString(place);
  if (use !== undefined && isUseType(use) && !NAMELESS.includes(use)) return use;
  if (use !== undefined) fault(place, 'terms-use-type', 'must be a DDEX use type');
  return 'AsPerContract';
}

export function readModel(place: Place): CommercialModel {
  const model = readString(place);
  if (model !== undefined && isCommercialModel(model) && !NAMELESS.includes(model)) return model;
  if (model !== undefined) fault(place, 'terms-commercial-model', 'must be a DDEX commercial model');
  return 'AsPerContract';
}

function readTerritories(place: Place): TerritorySet {
  const fields = readFields(place, { required: [], optional: ['include', 'worldwideExcept'] });
  if (!fields) return { include: [] };
  const include = member(fields, 'include');
  const except = member(fields, 'worldwideExcept');
  if ((include.value === undefined) === (except.value === undefined)) {
    fault(place, 'terms-territory', 'must have either include or worldwideExcept');
    return { include: [] };
  }
  if (include.value !== undefined) return { include: readTerritoryCodes(include, LISTS.territories) };
  const selection = { worldwideExcept: readTerritoryCodes(except, LISTS.exceptedTerritories) };
  if (expandTerritories(selection).length === 0) fault(except, 'terms-empty', 'leaves no territory at all');
  return selection;
}

export function readTerritoryCodes(place: Place, bounds: Bounds): string[] {
  const codes = readList(place, bounds).map((entry) => {
    const code = readString(entry)?.toUpperCase() ?? '';
    if (typeof entry.value === 'string' && !isTerritory(code)) {
      fault(
        entry,
        'terms-territory',
        'must be an ISO 3166-1 code of two letters; the world is {"worldwideExcept": []}',
      );
    }
    return code;
  });
  return sortedSet(codes);
}
