import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answer } from '../../rating-cases/command';
import { differences } from '../../rating-cases/compare';
import { FAMILIES } from '../../rating-cases/families';
import { readCaseFile } from '../../rating-cases/read-file';
import { runCase } from '../../rating-cases/run-cases';
import { root } from '../support/repository';
import { sharedFile } from '../support/shared-files';

const ours = join(root, 'examples/rating-cases.json');
const published = sharedFile('examples/rating-cases.json');
/** What the database does: no pure function counts reports or moves payouts. */
const notDone = ['metering-dedupe', 'payout-safety'];

const folder = mkdtempSync(join(tmpdir(), 'rating-cases-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(content: unknown): string {
  const path = join(folder, 'cases.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe.each([ours, published].filter((path) => existsSync(path)))('the worked cases of %s', (path) => {
  it.each(readCaseFile(path).map((entry) => [entry.id, entry] as const))('%s comes out exactly', (_id, entry) => {
    const { got, ok } = runCase(entry);
    if (notDone.includes(entry.family)) expect([got, ok]).toEqual([null, null]);
    else expect(got).toEqual(entry.expect);
  });
});

describe('the worked cases of this repository', () => {
  const cases = readCaseFile(ours);

  it('have one of every family, each with its arithmetic in words', () => {
    expect([...new Set(cases.map(({ family }) => family))].sort()).toEqual(Object.keys(FAMILIES).sort());
    const { cases: written } = JSON.parse(readFileSync(ours, 'utf8')) as { cases: { explain?: string }[] };
    expect(written.filter(({ explain = '' }) => explain.length < 20)).toEqual([]);
  });

  it('fail when a single digit is another', () => {
    for (const entry of cases) {
      const wrong = JSON.parse(
        JSON.stringify(entry.expect).replace(/"(-?\d+(?:\.\d+)?)"/, (_text, figure: string) => `"${figure}1"`),
      ) as unknown;
      if (differences(entry.expect, wrong).length > 0) expect(runCase({ ...entry, expect: wrong }).ok).toBe(false);
    }
  });
});

describe('a case', () => {
  const [first] = readCaseFile(ours);
  if (!first) throw new Error('no cases');

  it('of a family that nothing does is not done, and fails nothing', () => {
    expect(runCase({ ...first, family: 'barter' })).toMatchObject({ got: null, ok: null });
    expect(runCase({ ...first, family: 'toString' })).toMatchObject({ got: null, ok: null });
  });

  it('that the product refuses fails alone, with the faults', () => {
    const usage = { periods: [{ from: '2026-01-01', until: '2026-02-01', metrics: {} }] };
    const { got, ok } = runCase({ ...first, usage });
    expect(ok).toBe(false);
    expect(got).toMatchObject({ faults: [{ pointer: '/periods/0/figures/count plays', code: 'context-missing' }] });
  });

  it('without the fields of its family fails alone', () => {
    expect(runCase({ ...first, terms: {} })).toMatchObject({ ok: false, got: { error: expect.any(String) } });
  });

  it('may use one metric as a count, as money and as a share, whatever it is called', () => {
    const formula = {
      name: 'all',
      method: 'times-share',
      of: {
        name: 'both',
        method: 'sum',
        of: [
          { name: 'count', method: 'per-unit', metric: 'units', rate: '2' },
          { name: 'money', method: 'percentage', metric: 'units', rate: '1/3' },
        ],
      },
      share: { metric: 'units' },
    };
    const usage = { periods: [{ from: '2026-01-01', until: '2026-02-01', metrics: { units: '0.6' } }] };
    const { got } = runCase({ ...first, terms: { ...Object(first.terms), formula }, usage });
    // 0.6 × 2 + 0.6 / 3 = 1.4, × 0.6 = 0.84.
    expect(got).toMatchObject({
      periods: [{ branches: { count: '1.2', money: '0.2', both: '1.4', all: '0.84' }, final: '1' }],
    });
  });

  it('may be rounded finer than its currency can be paid', () => {
    const terms = { ...Object(first.terms), rounding: { mode: 'half-even', decimals: '1', apply: 'per-period' } };
    expect(runCase({ ...first, terms }).got).toMatchObject({ total: { exact: '430.85', final: '430.9' } });
  });
});

describe('the command', () => {
  it('prints one JSON array of id, family, got and ok', () => {
    const { status, out, err } = answer([ours, '--json']);
    const results = JSON.parse(out) as object[];
    expect([status, err, results.length]).toEqual([0, '', readCaseFile(ours).length]);
    for (const result of results) expect(Object.keys(result)).toEqual(['id', 'family', 'got', 'ok']);
  });

  it('prints a line a case, what differs in one that fails, and the sum of it', () => {
    const [entry] = readCaseFile(ours);
    const cases = [
      { ...entry, expect: { periods: [], total: { exact: '430.85', final: '430' } } },
      { ...entry, id: 'x', family: 'barter' },
    ];
    const { status, out } = answer([fileOf({ format: 'rating-cases/1', cases })]);
    expect(status).toBe(1);
    expect(out.split('\n').slice(-4)).toEqual([
      '  /total/final: expected "430", got "431"',
      'x             barter    not done',
      '2 cases: 0 ok, 1 failed, 1 not done',
      '',
    ]);
    expect(out).toContain('own-per-play  per-play  FAILED\n  /periods/0: expected nothing, got {"from"');
  });

  it.each<[string, () => string[], string]>([
    ['no file', () => [], 'usage: rating-cases FILE [--json]'],
    ['two files', () => [ours, ours], 'usage: rating-cases FILE [--json]'],
    ['an option that is none', () => [ours, '--yaml'], 'usage: rating-cases FILE [--json]'],
    ['a file that is not there', () => [join(folder, 'none.json')], 'ENOENT'],
    ['a file that is no JSON', () => [fileOf('{"format":\n')], 'JSON'],
    ['another format', () => [fileOf({ format: 'rating-cases/2', cases: [] })], 'the format is not rating-cases/1'],
    ['a list', () => [fileOf([])], 'the format is not rating-cases/1'],
    ['no list of cases', () => [fileOf({ format: 'rating-cases/1' })], 'there is no list of cases'],
    ['a case that is a text', () => [fileOf({ format: 'rating-cases/1', cases: ['x'] })], 'case 0 is not an object'],
    ['a case without an id', () => [fileOf({ format: 'rating-cases/1', cases: [{}] })], 'case 0 has no id'],
    [
      'a case without a family',
      () => [fileOf({ format: 'rating-cases/1', cases: [{ id: 'a', family: 'split' }, { id: 'b' }] })],
      'case 1 (b) has no family',
    ],
  ])('refuses %s in one line', (_what, args, message) => {
    const { status, out, err } = answer(args());
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(/^rating-cases: .*\n$/);
    expect(err).toContain(message);
  });
});

describe('two results', () => {
  it.each<[unknown, unknown, string[]]>([
    [{ a: '1', b: null }, { b: null, a: '1' }, []],
    [{ a: '1.0' }, { a: '1.00' }, ['/a']],
    [{ a: null }, {}, ['/a']],
    [{}, { a: null }, ['/a']],
    [
      ['a', 'b'],
      ['b', 'a'],
      ['/0', '/1'],
    ],
    [['a'], ['a', 'b'], ['/1']],
    [{ a: [] }, { a: {} }, ['/a']],
    [{ a: false }, { a: 'false' }, ['/a']],
    [{ 'a/b': { c: '1' } }, { 'a/b': { c: '2' } }, ['/a~1b/c']],
    ['x', null, ['']],
  ])('%j and %j differ at %j', (expected, got, paths) => {
    expect(differences(expected, got).map(({ path }) => path)).toEqual(paths);
  });
});
