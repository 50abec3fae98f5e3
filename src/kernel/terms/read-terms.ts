import { isCalendarDate, isTimeZone, type CalendarDate, type Period } from '../calendar';
import { Faults, type Fault } from '../faults';
import { currencyExponent, isCurrency, ROUNDING_MODES } from '../money';
import { readDuties, readSettlement } from './read-duties';
import { readGrants, readRepertoire } from './read-grants';
import { readAmount, readRoyalty } from './read-royalty';
import {
  fault,
  member,
  readClauseId,
  readFields,
  readInteger,
  readList,
  readString,
  readText,
  readUuid,
  readWord,
  refuseDuplicates,
  sortedSet,
  type Fields,
  type Place,
} from './reading';
import {
  type Advance,
  type Grant,
  type Party,
  type Rounding,
  type RoyaltyClause,
  type Service,
  type Terms,
} from './terms';

export type TermsReading = { readonly terms: Terms } | { readonly faults: readonly Fault[] };

const SERVICES_MAX = 100;
const ROYALTIES_MAX = 100;
const ADVANCES_MAX = 20;
const NO_DATE = '0001-01-01' as CalendarDate;
const REQUIRED = [
  ...['schema', 'rules', 'parties', 'services', 'repertoire', 'grants', 'term', 'timeZone', 'reportingPeriod'],
  ...['currency', 'royalties', 'advances', 'rounding', 'usage', 'payment', 'rightsScope'],
];

/**
 * Reads terms from parsed JSON into canonical form, or tells every fault at once, each with a JSON pointer. Never throws,
 * whatever the JSON. Reading the canonical form of terms gives the same terms.
 */
export function readTerms(json: unknown): TermsReading {
  const faults = new Faults();
  const root: Place = { value: json ?? null, pointer: '', faults };
  const fields = readFields(root, { required: REQUIRED, optional: ['settlement'] });
  const terms = fields && readDocument(fields);
  return terms && !faults.found ? { terms } : { faults: faults.list };
}

function readDocument(fields: Fields): Terms {
  const currency = readCurrency(member(fields, 'currency'));
  const services = readServices(member(fields, 'services'));
  const serviceIds = new Set(services.map((service) => service.id));
  const grants = readGrants(member(fields, 'grants'), serviceIds);
  const settlement = member(fields, 'settlement');
  return {
    schema: readWord(member(fields, 'schema'), { words: ['accordo-terms/1'], code: 'terms-version' }),
    rules: readWord(member(fields, 'rules'), { words: ['accordo-rating/1'], code: 'terms-version' }),
    parties: readParties(member(fields, 'parties')),
    services,
    repertoire: readRepertoire(member(fields, 'repertoire')),
    grants,
    term: readPeriod(member(fields, 'term')),
    timeZone: readTimeZone(member(fields, 'timeZone')),
    reportingPeriod: readWord(member(fields, 'reportingPeriod'), { words: ['month'] }),
    currency: currency ?? '',
    royalties: readRoyalties(member(fields, 'royalties'), { currency, grants, grantsAt: member(fields, 'grants') }),
    advances: readAdvances(member(fields, 'advances'), currency),
    ...(settlement.value === undefined ? {} : { settlement: readSettlement(settlement, currency) }),
    rounding: readRounding(member(fields, 'rounding'), currency),
    ...readDuties(fields, { serviceIds, grants }),
  };
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
  const places = readList(place, { min: 1, max: SERVICES_MAX });
  const services = places.map(readNamed);
  refuseDuplicates(
    places,
    services.map((service) => service.id),
  );
  return services.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function readPeriod(place: Place): Period {
  const fields = readFields(place, { required: ['from', 'until'] });
  if (!fields) return { from: NO_DATE, until: NO_DATE };
  const period = { from: readDate(member(fields, 'from')), until: readDate(member(fields, 'until')) };
  if (period.from !== NO_DATE && period.until !== NO_DATE && period.from >= period.until) {
    fault(place, 'terms-period', 'must begin before it ends: `until` is the first day after it');
  }
  return period;
}

function readDate(place: Place): CalendarDate {
  const text = readString(place);
  if (text !== undefined && isCalendarDate(text)) return text;
  if (text !== undefined) fault(place, 'terms-date', 'must be a day that exists, as YYYY-MM-DD');
  return NO_DATE;
}

function readTimeZone(place: Place): string {
  const zone = readString(place);
  if (zone !== undefined && !isTimeZone(zone)) {
    fault(place, 'terms-time-zone', 'must be a zone of the IANA database, such as "Europe/Moscow"');
  }
  return zone ?? '';
}

interface RoyaltyReferences {
  readonly currency: string | undefined;
  readonly grants: readonly Grant[];
  readonly grantsAt: Place;
}

/** Every grant is paid for by exactly one royalty clause: none earns twice, none is given away by an oversight. */
function readRoyalties(place: Place, { currency, grants, grantsAt }: RoyaltyReferences): RoyaltyClause[] {
  const places = readList(place, { min: 1, max: ROYALTIES_MAX });
  const paid = new Set<string>();
  const clauses = places.map((entry): RoyaltyClause => {
    const fields = readFields(entry, { required: ['id', 'grants', 'royalty'] });
    if (!fields) return { id: '', grants: [], royalty: { kind: 'flat', amount: '0' } };
    const named = readList(member(fields, 'grants'), { min: 1, max: ROYALTIES_MAX }).map((reference) => {
      const id = readClauseId(reference);
      if (id !== '' && !grants.some((grant) => grant.id === id)) {
        fault(reference, 'terms-reference', 'is not one of the grants of these terms');
      }
      if (paid.has(id)) fault(reference, 'terms-duplicate', `the grant "${id}" is already paid for`);
      paid.add(id);
      return id;
    });
    const id = readClauseId(member(fields, 'id'));
    return { id, grants: sortedSet(named), royalty: readRoyalty(member(fields, 'royalty'), currency) };
  });
  refuseDuplicates(
    places,
    clauses.map((clause) => clause.id),
  );
  grants.forEach((grant, index) => {
    if (grant.id !== '' && !paid.has(grant.id)) {
      const pointer = `${grantsAt.pointer}/${index}`;
      grantsAt.faults.add(pointer, 'terms-grant-without-royalty', 'is named by no royalty');
    }
  });
  return clauses;
}

function readAdvances(place: Place, currency: string | undefined): Advance[] {
  const places = readList(place, { min: 0, max: ADVANCES_MAX });
  const advances = places.map((entry): Advance => {
    const fields = readFields(entry, { required: ['id', 'amount', 'due', 'recoupableFrom'] });
    if (!fields) return { id: '', amount: '0', due: 'signature', recoupableFrom: 'all' };
    return {
      id: readClauseId(member(fields, 'id')),
      amount: readAmount(member(fields, 'amount'), currency),
      due: readWord(member(fields, 'due'), { words: ['signature'] }),
      recoupableFrom: readWord(member(fields, 'recoupableFrom'), { words: ['all'] }),
    };
  });
  refuseDuplicates(
    places,
    advances.map((advance) => advance.id),
  );
  return advances;
}

function readRounding(place: Place, currency: string | undefined): Rounding {
  const fields = readFields(place, { required: ['mode', 'decimals', 'apply', 'spread'] });
  if (!fields) return { mode: 'half-up', decimals: 0, apply: 'period', spread: 'largest-remainder' };
  const decimals = readInteger(member(fields, 'decimals'), { min: -9, max: 9 });
  if (currency !== undefined && decimals > currencyExponent(currency)) {
    fault(member(fields, 'decimals'), 'terms-decimals-exceed-currency', `is finer than the minor unit of ${currency}`);
  }
  return {
    mode: readWord(member(fields, 'mode'), { words: ROUNDING_MODES }),
    decimals,
    apply: readWord(member(fields, 'apply'), { words: ['period'] }),
    spread: readWord(member(fields, 'spread'), { words: ['largest-remainder'] }),
  };
}
