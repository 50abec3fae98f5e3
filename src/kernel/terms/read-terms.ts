import { isTimeZone, type Period, REPORTING_PERIODS } from '../calendar';
import { at, Faults, type Fault } from '../faults';
import { currencyExponent, isCurrency, ROUNDING_MODES } from '../money';
import { refuseForeignShares } from './check-shares';
import { INTEGERS, LISTS } from './limits';
import { LAST_END, readPeriod } from './read-dates';
import { readDuties, readSettlement } from './read-duties';
import { figureUnits, readFigures } from './read-figures';
import { readGrants, readRepertoire } from './read-grants';
import { OPTIONAL_LIFE_CLAUSES, readLifeClauses } from './read-life-clauses';
import { OPTIONAL_MONEY_CLAUSES, readMoneyClauses } from './read-money-clauses';
import { readMostFavoured } from './read-most-favoured';
import { readRoyalty } from './read-royalty';
import { type RoyaltyReferences } from './royalty-context';
import {
  fault,
  member,
  readClauseId,
  readFields,
  readInteger,
  readList,
  readOptional,
  readString,
  readText,
  readUuid,
  readWord,
  refuseDuplicates,
  sortedSet,
  type Fields,
  type Place,
} from './reading';
import { type Grant, type Party, type Rounding, type RoyaltyClause, type Service, type Terms } from './terms';

export type TermsReading = { readonly terms: Terms } | { readonly faults: readonly Fault[] };

const REQUIRED = [
  ...['schema', 'rules', 'parties', 'services', 'repertoire', 'grants', 'term', 'timeZone', 'reportingPeriod'],
  ...['currency', 'royalties', 'advances', 'rounding', 'usage', 'payment', 'rightsScope'],
];
const OPTIONAL = ['figures', 'settlement', 'mostFavoured', ...OPTIONAL_MONEY_CLAUSES, ...OPTIONAL_LIFE_CLAUSES];

/**
 * Reads terms from parsed JSON into canonical form, or tells every fault at once, each with a JSON pointer. Never throws,
 * whatever the JSON. Reading the canonical form of terms gives the same terms.
 */
export function readTerms(json: unknown): TermsReading {
  const faults = new Faults();
  const root: Place = { value: json ?? null, pointer: '', faults };
  const fields = readFields(root, { required: REQUIRED, optional: OPTIONAL });
  const terms = fields && readDocument(fields);
  return terms && !faults.found ? { terms } : { faults: faults.list };
}

function readDocument(fields: Fields): Terms {
  const currency = readCurrency(member(fields, 'currency'));
  const services = readServices(member(fields, 'services'));
  const serviceIds = new Set(services.map((service) => service.id));
  const grants = readGrants(member(fields, 'grants'), serviceIds);
  const figures = readFigures(member(fields, 'figures'));
  const royalties = readRoyalties(member(fields, 'royalties'), {
    currency,
    figures,
    services: serviceIds,
    grants,
    grantsAt: member(fields, 'grants'),
  });
  const clauses = new Set(royalties.map((royalty) => royalty.id));
  const read = {
    schema: readWord(member(fields, 'schema'), { words: ['accordo-terms/1'], code: 'terms-version' }),
    rules: readWord(member(fields, 'rules'), { words: ['accordo-rating/1'], code: 'terms-version' }),
    parties: readParties(member(fields, 'parties')),
    services,
    repertoire: readRepertoire(member(fields, 'repertoire')),
    grants,
    term: readTerm(member(fields, 'term')),
    timeZone: readTimeZone(member(fields, 'timeZone')),
    reportingPeriod: readWord(member(fields, 'reportingPeriod'), { words: REPORTING_PERIODS }),
    currency: currency ?? '',
    ...readOptional(fields, 'figures', () => figures),
    royalties,
    ...readMoneyClauses(fields, { currency, clauses, figures: figureUnits(figures) }),
    ...readOptional(fields, 'settlement', (place) => readSettlement(place, currency)),
    ...readOptional(fields, 'mostFavoured', readMostFavoured),
    rounding: readRounding(member(fields, 'rounding'), currency),
    ...readDuties(fields, { serviceIds, grants }),
  } as const;
  return { ...read, ...readLifeClauses(fields, read) };
}

function readTerm(place: Place): Period {
  const term = readPeriod(place);
  if (term.until > LAST_END)
    fault({ ...place, pointer: at(place.pointer, 'until') }, 'terms-date', `must not be after ${LAST_END}`);
  return term;
}

function readCurrency(place: Place): string | undefined {
  const currency = readString(place);
  if (currency === undefined || isCurrency(currency)) return currency;
  fault(place, 'terms-currency', 'must be an active ISO 4217 currency');
  return undefined;
}

function readParties(place: Place): Terms['parties'] {
  const nobody: Party = { id: '', name: '' };
  const fields = readFields(place, { required: ['label', 'platform'] });
  if (!fields) return { label: nobody, platform: nobody };
  const label = readNamed(member(fields, 'label'));
  const platform = readNamed(member(fields, 'platform'));
  refuseDuplicates([member(fields, 'label'), member(fields, 'platform')], [label.id, platform.id]);
  return { label, platform };
}

function readNamed(place: Place): Party {
  const fields = readFields(place, { required: ['id', 'name'] });
  return fields ? { id: readUuid(member(fields, 'id')), name: readText(member(fields, 'name')) } : { id: '', name: '' };
}

function readServices(place: Place): Service[] {
  const places = readList(place, LISTS.services);
  const services = places.map(readNamed);
  refuseDuplicates(
    places,
    services.map((service) => service.id),
  );
  return services.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function readTimeZone(place: Place): string {
  const zone = readString(place);
  if (zone !== undefined && !isTimeZone(zone)) {
    fault(place, 'terms-time-zone', 'must be a zone of the IANA database, such as "Europe/Moscow"');
  }
  return zone ?? '';
}

interface ClauseReferences extends RoyaltyReferences {
  readonly grants: readonly Grant[];
  readonly grantsAt: Place;
}

/** Every grant is paid for by exactly one royalty clause: none earns twice, none is given away by an oversight. */
function readRoyalties(
  place: Place,
  { currency, figures, services, grants, grantsAt }: ClauseReferences,
): RoyaltyClause[] {
  const places = readList(place, LISTS.royalties);
  const paid = new Set<string>();
  const clauses = places.map((entry): RoyaltyClause => {
    const fields = readFields(entry, { required: ['id', 'grants', 'royalty'] });
    if (!fields) return { id: '', grants: [], royalty: { kind: 'flat', amount: '0' } };
    const named = readList(member(fields, 'grants'), LISTS.royaltyGrants).map((reference) => {
      const id = readClauseId(reference);
      if (id !== '' && !grants.some((grant) => grant.id === id)) {
        fault(reference, 'terms-reference', 'is not one of the grants of these terms');
      }
      if (paid.has(id)) fault(reference, 'terms-duplicate', `the grant "${id}" is already paid for`);
      paid.add(id);
      return id;
    });
    const id = readClauseId(member(fields, 'id'));
    return {
      id,
      grants: sortedSet(named),
      royalty: readRoyalty(member(fields, 'royalty'), { currency, figures, services }),
    };
  });
  refuseDuplicates(
    places,
    clauses.map((clause) => clause.id),
  );
  refuseForeignShares(clauses, { grants, pointer: place.pointer, faults: place.faults });
  grants.forEach((grant, index) => {
    if (grant.id !== '' && !paid.has(grant.id)) {
      const pointer = `${grantsAt.pointer}/${index}`;
      grantsAt.faults.add(pointer, 'terms-grant-without-royalty', 'is named by no royalty');
    }
  });
  return clauses;
}

function readRounding(place: Place, currency: string | undefined): Rounding {
  const fields = readFields(place, { required: ['mode', 'decimals', 'apply', 'spread'] });
  if (!fields) return { mode: 'half-up', decimals: 0, apply: 'period', spread: 'largest-remainder' };
  const decimals = readInteger(member(fields, 'decimals'), INTEGERS.roundingDecimals);
  if (currency !== undefined && decimals > currencyExponent(currency)) {
    fault(member(fields, 'decimals'), 'terms-decimals-exceed-currency', `is finer than the minor unit of ${currency}`);
  }
  return {
    mode: readWord(member(fields, 'mode'), { words: ROUNDING_MODES }),
    decimals,
    apply: readWord(member(fields, 'apply'), { words: ['period', 'line'] }),
    spread: readWord(member(fields, 'spread'), { words: ['largest-remainder'] }),
  };
}
