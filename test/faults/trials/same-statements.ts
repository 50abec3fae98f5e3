import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../support/repository';
import type { Product } from '../simulator/product';
import type { CloseAnswer, CloseOrder } from './statements-once';
import { Found, type Order, type ServiceTrial, type Verdict } from './trial';

/** Minutes behind UTC in January 2026: names of zones have spellings, minutes have none. */
const zones = { UTC: 0, 'Asia/Kolkata': -330, 'America/St_Johns': 210, 'Pacific/Apia': -780 } as const;
type Zone = keyof typeof zones;
const zoneNames = Object.keys(zones) as Zone[];

interface Place {
  readonly zone: Zone;
  readonly language: string;
  readonly workers: number;
}

const languages = ['C', 'ru_RU.UTF-8', 'tr_TR.UTF-8', 'de_DE.UTF-8'] as const;
const workers = [1, 2, 8] as const;

/** Every time zone with every language; the numbers of workers go round, so that each meets every zone and every language. */
const places: readonly Place[] = zoneNames.flatMap((zone, row) =>
  languages.map((language, column) => ({ zone, language, workers: workers[(row + column) % workers.length]! })),
);
/** As different as two can be, for a short run. */
const fewPlaces: readonly Place[] = [
  { zone: 'UTC', language: 'C', workers: 1 },
  { zone: 'America/St_Johns', language: 'tr_TR.UTF-8', workers: 8 },
];

const statementsOfRound = 18;
const atOnce = 2;

/** Real processes run what was compiled. */
const program = join(
  root,
  ...(__filename.endsWith('.ts') ? ['dist'] : []),
  'test',
  'faults',
  'trials',
  'statements-once.js',
);

/**
 * T11: processes under different time zones and languages close the same months, with one, two or eight workers, from the same input in another order and other batches.
 * Each statement is the same everywhere, to the byte: as it is signed, and in all its lines.
 */
export const sameStatements: ServiceTrial = {
  name: 'T11',
  about: 'statements are the same wherever and by however many they are closed',
  unit: 'statements',
  sizes: { brief: 18, usual: 90, full: 1_008 },
  run: async (product, { size, seed, say }: Order): Promise<Verdict> => {
    const found = new Found();
    const rounds = Math.ceil(size / statementsOfRound);
    const all = size <= statementsOfRound ? fewPlaces : places;
    const answers: CloseAnswer[] = [];
    for (let at = 0; at < all.length; at += atOnce) {
      const some = all.slice(at, at + atOnce);
      const told = await Promise.all(
        some.map((place, next) => closeAt(product, place, { rounds, seed: seed + 1_000 * (at + next) })),
      );
      for (const [next, answer] of told.entries()) checkPlace(some[next]!, answer, found);
      answers.push(...told);
      say(`${at + some.length} of ${all.length} places`);
    }
    const [first] = answers as [CloseAnswer];
    const statements = Object.keys(first.hashes).length;
    found.same('statements', statements, rounds * statementsOfRound);
    found.same('different ones', new Set(Object.values(first.hashes)).size, statements);
    let hashes = 0;
    for (const [at, { hashes: others }] of answers.entries()) {
      found.same(`statements in ${all[at]!.zone}`, Object.keys(others).length, statements);
      hashes += Object.keys(others).length;
      for (const [name, hash] of Object.entries(first.hashes)) {
        const { zone, language, workers: of } = all[at]!;
        if (others[name] !== hash) found.add(`${name} differs in ${zone}, ${language}, by ${of} workers`);
      }
    }
    return { statements, places: all.length, hashes, found: found.list };
  },
};

/** A process that is not where it was told to be would prove nothing. */
function checkPlace({ zone, language }: Place, answer: CloseAnswer, found: Found): void {
  found.same(`time of ${zone}`, answer.minutesBehind, zones[zone]);
  const expected = language === 'C' ? 'en-US' : language.slice(0, 5).replace('_', '-');
  found.same('language', answer.locale, expected);
}

/** What the reference ledger knows of the deals is no concern of these processes. */
const withoutFacts = (name: string, value: unknown): unknown => (name === 'facts' ? undefined : value);

async function closeAt(
  { world }: Product,
  { zone, language, workers: of }: Place,
  { rounds, seed }: Pick<CloseOrder, 'rounds' | 'seed'>,
): Promise<CloseAnswer> {
  const order: CloseOrder = { world, rounds, workers: of, seed };
  const { PATH, HOME, TMPDIR, ACCORDO_TEST_SERVER } = process.env;
  const place = { TZ: zone, LANG: language, LC_ALL: language };
  const env = { PATH, HOME, TMPDIR, ACCORDO_TEST_SERVER, ...place, ACCORDO_TRIAL: JSON.stringify(order, withoutFacts) };
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env, maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as CloseAnswer;
}
