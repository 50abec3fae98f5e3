import { INTEGERS, LISTS } from './limits';
import { FAULT_CODE, PROFILE } from './patterns';
import { readDate } from './read-dates';
import { readServiceReference, readUse } from './read-grants';
import { readShare } from './read-shares';
import { readAmount } from './royalty-context';
import {
  fault,
  member,
  readFields,
  readInteger,
  readList,
  readOptional,
  readString,
  readUuid,
  readWord,
  refuseDuplicates,
  sortedSet,
  type Fields,
  type Place,
} from './reading';
import {
  type Grant,
  type Settlement,
  type SourceOfRecord,
  type Terms,
  type UsageChecks,
  type UsageReconciliation,
} from './terms';

interface DutyReferences {
  readonly serviceIds: ReadonlySet<string>;
  readonly grants: readonly Grant[];
}

/** What the parties owe each other besides money: usage, and who clears the musical work. */
export function readDuties(fields: Fields, references: DutyReferences): Pick<Terms, 'usage' | 'rightsScope'> {
  const scope = readFields(member(fields, 'rightsScope'), { required: ['licensed', 'musicalWork'] });
  return {
    usage: readUsage(member(fields, 'usage'), references),
    rightsScope: {
      licensed: scope ? readWord(member(scope, 'licensed'), { words: ['sound-recording'] }) : 'sound-recording',
      musicalWork: scope
        ? readWord(member(scope, 'musicalWork'), { words: ['platform-clears', 'label-clears'] })
        : 'platform-clears',
    },
  };
}

function readUsage(place: Place, references: DutyReferences): Terms['usage'] {
  const fields = readFields(place, {
    required: ['sourceOfRecord', 'report'],
    optional: ['checks', 'reconciliation'],
  });
  if (!fields) return { sourceOfRecord: [], report: { profile: '', dueDays: 0 } };
  const report = readFields(member(fields, 'report'), { required: ['profile', 'dueDays'] });
  return {
    sourceOfRecord: readSources(member(fields, 'sourceOfRecord'), references),
    report: report
      ? {
          profile: readProfile(member(report, 'profile')),
          dueDays: readInteger(member(report, 'dueDays'), INTEGERS.dueDays),
        }
      : { profile: '', dueDays: 0 },
    ...readOptional(fields, 'checks', readChecks),
    ...readOptional(fields, 'reconciliation', readReconciliation),
  };
}

function readChecks(place: Place): UsageChecks {
  const fields = readFields(place, { required: ['faultyShareMax', 'refusedFor'] });
  if (!fields) return { faultyShareMax: '1', refusedFor: [] };
  return {
    faultyShareMax: readShare(member(fields, 'faultyShareMax')),
    refusedFor: sortedSet(readList(member(fields, 'refusedFor'), LISTS.faultCodes).map(readFaultCode)),
  };
}

function readFaultCode(place: Place): string {
  const code = readString(place);
  if (code !== undefined && !FAULT_CODE.test(code)) fault(place, 'terms-text', 'must be the code of a fault');
  return code ?? '';
}

function readReconciliation(place: Place): UsageReconciliation {
  const fields = readFields(place, { required: ['tolerance', 'answerDays'] });
  if (!fields) return { tolerance: '0', answerDays: 0 };
  return {
    tolerance: readShare(member(fields, 'tolerance')),
    answerDays: readInteger(member(fields, 'answerDays'), INTEGERS.answerDays),
  };
}

function readProfile(place: Place): string {
  const profile = readString(place);
  if (profile !== undefined && !PROFILE.test(profile)) fault(place, 'terms-text', 'must be the name of a DSR profile');
  return profile ?? '';
}

/** Every granted use on every service has exactly one source of record: reports and events are never both money. */
function readSources(place: Place, { serviceIds, grants }: DutyReferences): SourceOfRecord[] {
  const places = readList(place, LISTS.sourceOfRecord);
  const sources = places.map((entry): SourceOfRecord => {
    const fields = readFields(entry, { required: ['service', 'use', 'source'] });
    if (!fields) return { service: '', use: 'AsPerContract', source: 'report' };
    return {
      service: readServiceReference(member(fields, 'service'), serviceIds),
      use: readUse(member(fields, 'use')),
      source: readWord(member(fields, 'source'), { words: ['report', 'events'] }),
    };
  });
  const keys = sources.map(({ service, use }) => `${service} ${use}`);
  refuseDuplicates(places, keys);
  const granted = grants.flatMap((grant) =>
    grant.services.flatMap((service) => grant.uses.map((use) => `${service} ${use}`)),
  );
  const named = new Set(keys);
  const missing = sortedSet(granted).filter((key) => !named.has(key) && !key.startsWith(' '));
  if (place.value !== undefined && missing.length > 0) {
    fault(place, 'terms-source-of-record', `must name report or events for: ${missing.slice(0, 10).join(', ')}`);
  }
  return sources.sort((a, b) => (`${a.service} ${a.use}` < `${b.service} ${b.use}` ? -1 : 1));
}

/** The past: its price, the claims that end, and the day from which use needs the licence. */
export function readSettlement(place: Place, currency: string | undefined): Settlement {
  const fields = readFields(place, { required: ['backFee', 'claims', 'releasesUseBefore', 'effect'] });
  const none: Settlement = {
    backFee: { amount: '0', due: 'signature' },
    claims: [],
    releasesUseBefore: '',
    effect: 'signature',
  };
  if (!fields) return none;
  const backFee = readFields(member(fields, 'backFee'), { required: ['amount', 'due'] });
  return {
    backFee: {
      amount: backFee ? readAmount(member(backFee, 'amount'), currency) : '0',
      due: backFee ? readWord(member(backFee, 'due'), { words: ['signature'] }) : 'signature',
    },
    claims: sortedSet(readList(member(fields, 'claims'), LISTS.claims).map(readUuid)),
    releasesUseBefore: readDate(member(fields, 'releasesUseBefore')),
    effect: readWord(member(fields, 'effect'), { words: ['signature', 'payment'] }),
  };
}
