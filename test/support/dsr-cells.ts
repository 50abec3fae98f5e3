import { type Cell, type CellsOf, layouts, type NamedCells, type RecordCode } from '../../src/ddex';
import { gtinCheckDigit } from '../../src/kernel';

/** Values of cells as a report may hold them, by the type of the cell: sound, and as odd as the type allows. */
export type Random = () => number;

export const below = (random: Random, limit: number): number => Math.floor(random() * limit);
export const oneOf = <T>(random: Random, choices: readonly T[]): T => choices[below(random, choices.length)]!;
export const upTo = <T>(random: Random, least: number, most: number, make: (index: number) => T): T[] =>
  Array.from({ length: least + below(random, most - least + 1) }, (_, index) => make(index));

const letters = ['a', 'Ж', '7', ' ', '"', '\t', '|', '\\', '😀', '#', ':', '.', 'ç'];
const digits = (random: Random, count: number): string => upTo(random, count, count, () => below(random, 10)).join('');
const text = (random: Random): string => `x ${upTo(random, 0, 8, () => oneOf(random, letters)).join('')}`;
const day = (random: Random): string => `2026-01-${String(1 + below(random, 31)).padStart(2, '0')}`;

function iswc(random: Random): string {
  const nine = digits(random, 9);
  const sum = [...nine].reduce((total, digit, index) => total + (index + 1) * Number(digit), 1);
  return `T${nine}${(10 - (sum % 10)) % 10}`;
}

function icpn(random: Random): string {
  const body = digits(random, 11 + below(random, 3));
  return body + gtinCheckDigit(body);
}

const makers: Readonly<Record<Cell['type'], (random: Random) => string>> = {
  record: () => '',
  version: () => 'dsrf/1.3/1.2/1.0',
  profile: () => 'UGCProfile',
  text,
  name: text,
  id: (random) => `i${digits(random, 9)}`,
  count: (random) => oneOf(random, ['0', '23', '5.00', digits(random, 6), '9007199254740993']),
  integer: (random) => digits(random, 3),
  decimal: (random) =>
    oneOf(random, ['0', '5.', '-0.01', `${below(random, 1e6)}.${digits(random, 6)}`, '1'.repeat(38)]),
  boolean: (random) => oneOf(random, ['true', 'false', 'TRUE', 'False']),
  date: (random) => oneOf(random, [day(random), day(random).replaceAll('-', '')]),
  isoDate: (random) => oneOf(random, ['2026', '2026-01', day(random)]),
  dateTime: (random) => `${day(random)}T10:05:00${oneOf(random, ['Z', '+08:00', '.5Z'])}`,
  duration: (random) => oneOf(random, ['PT0H0M0S', 'PT199S', 'PT3M45.5S', 'P1Y2M10DT2H30M']),
  dpid: (random) => `PADPIDA${digits(random, 10)}A`,
  namespacedId: (random) => `ISNI::${digits(random, 16)}`,
  isrc: (random) => `ZZAB1${digits(random, 7)}`,
  isan: (random) => `0123456789A${below(random, 10)}`,
  iswc,
  icpn,
  currency: (random) => oneOf(random, ['USD', 'EUR', 'RUB']),
  territory: (random) => oneOf(random, ['RU', 'KZ', 'Worldwide', '2136']),
  commercialModel: (random) => oneOf(random, ['AdvertisementSupportedModel', 'PayAsYouGoModel', 'SubscriptionModel']),
  useType: (random) => oneOf(random, ['OnDemandStream', 'PermanentDownload', 'Stream']),
  rightsType: (random) => oneOf(random, ['PerformingRight', 'MechanicalRight']),
  releaseType: () => 'Album',
  resourceType: () => 'SoundRecording',
};

/** Lists whose members belong together begin alike: these are given equally many. */
const stem = (name: string): string =>
  name.replace(/(PartyId|InCurrencyOf(Transaction|Accounting))$/, '').replace(/^(\w+?)s?(Type|Value)?$/, '$1');

/** A sound record of this code: all mandatory cells, some of the others, and those that are given. */
export function anyCells<Code extends RecordCode>(
  code: Code,
  random: Random,
  given: Partial<CellsOf<Code>> & NamedCells = {} as Partial<CellsOf<Code>> & NamedCells,
): NamedCells {
  const cells: Record<string, string | readonly string[]> = {};
  const counts = new Map<string, number>();
  const countOf = (name: string): number => {
    const key = code === 'RU01' || code === 'RU01.01' ? 'items' : stem(name);
    const known = counts.get(key) ?? 1 + below(random, 3);
    counts.set(key, known);
    return known;
  };
  for (const { name, type, mandatory, multiple } of (layouts[code] as readonly Cell[]).slice(1)) {
    const make = makers[type];
    const value = multiple ? upTo(random, countOf(name), countOf(name), () => make(random)) : make(random);
    if (mandatory || random() < 0.5) cells[name] = value;
  }
  return { ...cells, ...given };
}
