import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalText } from '../../canonical';
import { FULL_TERMS } from '../../testing/full-terms';
import { referenceTerms, termsPaying } from '../../testing/reference-terms';
import { describeRoyalty } from '../describe-royalty';
import { describeTerms, SECTIONS, type LanguageCode } from '../describe-terms';
import { readTerms } from '../read-terms';
import { type Royalty, type Terms } from '../terms';
import { percent } from './rates';

const LANGUAGES = ['en', 'ru'] as const satisfies readonly LanguageCode[];
const GOLDEN = join(__dirname, '../../../../test/golden/prose');
const NUMBER = /^\d+(\.\d+)?(\/\d+)?$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** One value in the terms, by its path from the top. */
interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

function leavesOf(node: unknown, path: readonly string[] = []): Leaf[] {
  if (typeof node !== 'object' || node === null) return [{ path, value: node }];
  return Object.entries(node).flatMap(([name, child]) => leavesOf(child, [...path, name]));
}

/** Numbers, days and yes or no: everything that says how much, when and whether. */
const figuresOf = (terms: Terms): Leaf[] =>
  leavesOf(terms).filter(
    ({ value, path }) =>
      path[0] !== 'repertoire' &&
      (typeof value === 'number' ||
        typeof value === 'boolean' ||
        (typeof value === 'string' && (NUMBER.test(value) || DAY.test(value)))),
  );

/** The terms with another value at the path; without the member where there is none. */
function changed(terms: Terms, path: readonly string[], value: unknown): Terms {
  const copy = JSON.parse(JSON.stringify(terms)) as Record<string, unknown>;
  let node = copy;
  for (const name of path.slice(0, -1)) node = node[name] as Record<string, unknown>;
  const last = path[path.length - 1]!;
  if (value === undefined) delete node[last];
  else node[last] = value;
  return copy as unknown as Terms;
}

const proseOf = (terms: Terms, language: LanguageCode): string =>
  describeTerms(terms, language)
    .map(({ clause, text }) => `${clause} ${text}\n`)
    .join('\n');

/** Whether the number or day stands in the prose by itself, not as a part of a longer one. */
const states = (prose: string, text: string): boolean =>
  new RegExp(`(?<![\\d.])${text.replaceAll('.', '\\.')}(?!\\.?\\d)`).test(prose);

describe.each(LANGUAGES)('the terms in words (%s)', (language) => {
  it('have every number and every day of the terms', () => {
    const prose = proseOf(FULL_TERMS, language);
    const missing = figuresOf(FULL_TERMS)
      // A fee of nothing for a tier is not mentioned.
      .filter(({ path, value }) => typeof value !== 'boolean' && !(path.at(-1) === 'flat' && value === '0'))
      .map(({ value }) => String(value))
      .filter((text) => !states(prose, text) && !(NUMBER.test(text) && states(prose, percent(text))));
    expect(missing).toEqual([]);
  });

  it('differ when any number, day, or yes and no differs', () => {
    const prose = proseOf(FULL_TERMS, language);
    const other = (value: unknown): unknown => {
      if (typeof value === 'boolean') return !value;
      if (typeof value === 'number') return value + 41;
      return DAY.test(String(value)) ? '2031-05-06' : `${String(value)}7`;
    };
    const silent = figuresOf(FULL_TERMS).filter(
      ({ path, value }) => proseOf(changed(FULL_TERMS, path, other(value)), language) === prose,
    );
    expect(silent.map(({ path }) => path.join('/'))).toEqual([]);
  });

  it('differ when one word of the terms is another', () => {
    const silent = leavesOf(FULL_TERMS).flatMap(({ path, value }) => {
      const words = CHOICES[path.at(-1) ?? '']?.find((choice) => choice.includes(String(value))) ?? [];
      const texts = words.map((word) => proseOf(changed(FULL_TERMS, path, word), language));
      return new Set(texts).size === words.length ? [] : [path.join('/')];
    });
    expect(silent).toEqual([]);
  });

  it('differ when something that is optional is left out', () => {
    const prose = proseOf(FULL_TERMS, language);
    const paths = new Map(
      leavesOf(FULL_TERMS).flatMap(({ path }) =>
        path.flatMap((name, depth) =>
          OPTIONAL.includes(name) &&
          !/^(rounding\/spread|royalties\/.*\/active|grants\/\d+\/(uses|territories))$/.test(
            path.slice(0, depth + 1).join('/'),
          )
            ? [[path.slice(0, depth + 1).join('/'), path.slice(0, depth + 1)] as const]
            : [],
        ),
      ),
    );
    expect(new Set([...paths.values()].map((path) => path.at(-1)))).toEqual(new Set(OPTIONAL));
    const silent = [...paths].filter(([, path]) => proseOf(changed(FULL_TERMS, path, undefined), language) === prose);
    expect(silent.map(([pointer]) => pointer)).toEqual([]);
  });

  it.each([
    ['full', FULL_TERMS],
    ['reference', referenceTerms()],
  ] as const)('read as they are kept: %s', (name, terms) => {
    const prose = proseOf(terms, language);
    const path = join(GOLDEN, `${name}.${language}.txt`);
    // ACCORDO_WRITE_GOLDEN=1 keeps the words anew, for a person to read and commit.
    if (process.env['ACCORDO_WRITE_GOLDEN'] === '1') writeFileSync(path, prose);
    expect(prose).toBe(readFileSync(path, 'utf8'));
    expect(prose).not.toMatch(/undefined|\[object|NaN/);
  });
});

describe('clause numbers', () => {
  const numbers = (terms: Terms, language: LanguageCode) => describeTerms(terms, language).map(({ clause }) => clause);

  it.each([
    ['full', FULL_TERMS],
    ['reference', referenceTerms()],
  ] as const)('are unique, ascending and the same in every language: %s', (_name, terms) => {
    const english = numbers(terms, 'en');
    expect(new Set(english).size).toBe(english.length);
    expect(english).toEqual([...english].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })));
    expect(numbers(terms, 'ru')).toEqual(english);
  });

  it('use every section', () => {
    const sections = new Set(numbers(FULL_TERMS, 'en').flatMap((clause) => [clause, clause.split('.')[0]]));
    expect(Object.values(SECTIONS).filter((section) => !sections.has(section))).toEqual([]);
    expect(SECTIONS.guarantees).toBe('14');
  });

  it('stay when another section goes', () => {
    const { settlement: _settlement, figures: _figures, breakage: _breakage, ...rest } = FULL_TERMS as Terms;
    const gone = ['8', '19', ...FULL_TERMS.figures.map((_, place) => `13.${place + 1}`)];
    expect(numbers(rest, 'en')).toEqual(numbers(FULL_TERMS, 'en').filter((clause) => !gone.includes(clause)));
  });
});

describe('one royalty in words', () => {
  const USD = { currency: 'USD' };
  const one: Royalty = { kind: 'flat', amount: '1' };
  const two: Royalty = { kind: 'flat', amount: '2' };

  it('keeps to one paragraph what was always one, as it was signed', () => {
    const signed: Royalty = { kind: 'sum', of: [{ kind: 'greaterOf', of: [one, two] }, one] };
    const words =
      'the sum of: (a) the greatest of: (a) USD 1 for the period; (b) USD 2 for the period; (b) USD 1 for the period';
    expect(describeRoyalty(signed, USD)).toBe(words);
    expect(describeTerms(termsPaying(signed)).find(({ clause }) => clause === '6.1')?.text).toContain(words);
  });

  it('sets branches of branches in lines, labelled alike in every language', () => {
    const nested: Royalty = {
      kind: 'floor',
      amount: '9',
      of: { kind: 'less', of: { kind: 'cap', amount: '3', of: { kind: 'sum', of: [one, two] } }, deduct: [two] },
    };
    expect(describeRoyalty(nested, USD)).toBe(
      [
        'the first of the following less all others, but not below USD 0:',
        '  (a) the sum of:',
        '    (a)(i) USD 1 for the period;',
        '    (a)(ii) USD 2 for the period;',
        '  but at most USD 3 for the period;',
        '  (b) USD 2 for the period;',
        'but at least USD 9 for the period',
      ].join('\n'),
    );
    const labels = (text: string) => text.match(/^ *\([a-z()]+\)/gm);
    expect(labels(describeRoyalty(nested, { ...USD, language: 'ru' }))).toEqual(labels(describeRoyalty(nested, USD)));
  });

  it('tells a bound of the whole from a bound of the last branch', () => {
    const whole: Royalty = { kind: 'cap', name: 'x', amount: '3', of: { kind: 'sum', of: [one, two] } };
    const last: Royalty = { kind: 'sum', name: 'x', of: [one, { kind: 'cap', amount: '3', of: two }] };
    for (const language of LANGUAGES) {
      expect(describeRoyalty(whole, { ...USD, language })).not.toBe(describeRoyalty(last, { ...USD, language }));
    }
  });

  it('labels 32 branches, and 64 levels', () => {
    const branches = Array.from({ length: 32 }, () => one);
    expect(describeRoyalty({ kind: 'sum', of: branches }, USD)).toContain('(z) USD 1 for the period; (aa) USD 1');
    let deep: Royalty = { ...one, name: 'deepest' };
    for (let level = 0; level < 63; level++) deep = { kind: 'sum', of: [deep] };
    expect(describeRoyalty(deep, USD)).toContain('(a)(i)(A)(1)(a)');
  });

  it('names figures by their ids where no terms define them', () => {
    const royalty: Royalty = { kind: 'perSubscriber', rate: '0.5', subscribers: 'subscribers', by: 'plays' };
    expect(describeRoyalty(royalty, USD)).toBe(
      'USD 0.5 for each subscriber in the figure "subscribers", by the licensed share of all plays',
    );
    expect(describeRoyalty(royalty, { ...USD, language: 'ru' })).toBe(
      '0.5 USD за каждого подписчика согласно показателю «subscribers», пропорционально доле лицензированных прослушиваний в общем числе прослушиваний',
    );
  });
});

describe('Russian plurals', () => {
  it.each([
    [1, '1 претензия Лицензиара считается урегулированной'],
    [2, '2 претензии Лицензиара считаются урегулированными'],
    [5, '5 претензий Лицензиара считаются урегулированными'],
    [11, '11 претензий Лицензиара считаются урегулированными'],
    [21, '21 претензия Лицензиара считается урегулированной'],
  ])('%i', (count, words) => {
    const claims = Array.from({ length: count }, () => 'claim');
    const terms = changed(FULL_TERMS, ['settlement', 'claims'], claims);
    expect(describeTerms(terms, 'ru').find(({ clause }) => clause === SECTIONS.settlement)?.text).toContain(words);
  });

  it.each([
    [1, 'в течение 1 дня', 'льготного срока в 1 день', 'охватывать 1 полный календарный год'],
    [3, 'в течение 3 дней', 'льготного срока в 3 дня', 'охватывать 3 полных календарных года'],
    [7, 'в течение 7 дней', 'льготного срока в 7 дней', 'охватывать 7 полных календарных лет'],
  ])('%i days and years', (count, within, grace, years) => {
    const paths = [
      ['payment', 'dueDays'],
      ['payment', 'lateInterest', 'graceDays'],
      ['audit', 'fullYearsBack'],
    ];
    const prose = proseOf(
      paths.reduce<Terms>((terms, path) => changed(terms, path, count), FULL_TERMS),
      'ru',
    );
    for (const words of [within, grace, years]) expect(prose).toContain(words);
  });
});

describe('the full terms', () => {
  it('are read without a fault, and are canonical already', () => {
    expect(readTerms(JSON.parse(canonicalText(FULL_TERMS)))).toEqual({ terms: FULL_TERMS });
  });
});

/** Words that exclude each other, by the member that has them. */
const CHOICES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  reportingPeriod: [['month', 'quarter', 'half-year', 'year']],
  unit: [['count', 'money', 'share', 'flag']],
  counter: [['period', 'term']],
  trigger: [['usageDate', 'reportDate']],
  negative: [['carried-forward', 'unrecouped']],
  expenses: [['none', 'before-recoupment']],
  basis: [['royalties', 'sales']],
  allocateBy: [['units', 'royalties']],
  withholding: [['deducted', 'grossed-up']],
  vat: [['added', 'included', 'reverse-charge']],
  source: [
    ['report', 'events'],
    ['ecb', 'cbr', 'manual'],
  ],
  rateOf: [['period-end', 'statement', 'payment']],
  dayCount: [['actual/365', 'actual/360']],
  comparison: [['at-or-above', 'above']],
  effect: [['signature', 'payment']],
  prevailing: [['en', 'ru']],
  suspension: [['at-once', 'after-cure-period', 'never']],
  by: [['label', 'platform', 'either']],
  mode: [['half-up', 'half-even', 'half-down', 'up', 'down']],
  apply: [['period', 'line']],
  musicalWork: [['platform-clears', 'label-clears']],
  per: [['service', 'agreement']],
  bound: [['label', 'platform']],
};

const OPTIONAL = [
  ...['name', 'where', 'measure', 'deductions', 'notBelow', 'cap', 'adjustments', 'fixedPerSale', 'free', 'spread'],
  ...['ifWholeIsZero', 'active', 'clauses', 'instalments', 'recoup', 'option', 'pooledWith', 'costShift', 'interest'],
  ...['minimumPayout', 'lateInterest', 'figures', 'guarantees', 'minimumFees', 'inKindCredits', 'recoupment'],
  ...['reserves', 'breakage', 'splits', 'taxes', 'exchange', 'audit', 'settlement'],
  ...['mostFavoured', 'uses', 'territories'],
  ...['texts', 'conditions', 'renewal', 'termination', 'notice', 'breach', 'withdrawal', 'shareMax', 'sellOff'],
];
