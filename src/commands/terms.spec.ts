import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { describeTerms, repertoireHash, termsHash } from '../kernel';
import { FULL_TERMS } from '../kernel/testing/full-terms';
import { referenceTerms, referenceTermsJson } from '../kernel/testing/reference-terms';
import { checkTerms, compareTerms, explainTerms, hashTerms, registerTerms } from './terms';
import { type Streams } from './terms-files';

const folder = mkdtempSync(join(tmpdir(), 'accordo-terms-'));
const path = (name: string) => join(folder, name);
const write = (name: string, content: unknown): string => {
  writeFileSync(path(name), typeof content === 'string' ? content : JSON.stringify(content));
  return path(name);
};
afterAll(() => rmSync(folder, { recursive: true }));

const sound = write('sound.json', referenceTermsJson());
const { currency: _, ...unpriced } = referenceTermsJson();
const faulty = write('faulty.json', { ...unpriced, timeZone: 'Europe/Atlantis' });
const unusual = write('unusual.json', {
  ...referenceTermsJson(),
  splits: ['2026-01-01', '2027-03-01'].map((from) => ({
    from,
    until: `${from.slice(0, 4)}-12-01`,
    shares: [{ payee: 'label', share: '1' }],
  })),
});
const broken = write('broken.json', '{');
const missing = path('missing.json');

/** What the command says, with the names of files in place of their paths. */
function run(command: (streams: Streams) => number): { code: number; output: string; errors: string } {
  let [output, errors] = ['', ''];
  const code = command({
    output: { write: (text) => (output += text) },
    errors: { write: (text) => (errors += text) },
  });
  const named = (text: string) => text.replaceAll(`${folder}/`, '');
  return { code, output: named(output), errors: named(errors) };
}

describe('accordo terms check', () => {
  const check = (files: string[], json = false) => run((streams) => checkTerms(files, { json }, streams));

  it('says nothing of terms in which nothing is wrong or unusual', () => {
    expect(check([sound])).toEqual({ code: 0, output: '', errors: '' });
  });

  it('tells every fault, a line each', () => {
    const { code, output } = check([sound, faulty]);
    expect([code, output.split('\n')]).toEqual([
      1,
      [
        'faulty.json /currency: terms-required: is required',
        'faulty.json /timeZone: terms-time-zone: must be a zone of the IANA database, such as "Europe/Moscow"',
        '',
      ],
    ]);
  });

  it('tells what is unusual, which is no fault', () => {
    const { code, output } = check([unusual]);
    expect([code, output]).toEqual([
      0,
      'unusual.json /splits/1: terms-gap: leaves a gap before it: from 2026-12-01 until 2027-03-01 the money is shared out to nobody\n',
    ]);
  });

  it('is worst where a file cannot be read, and reads the others all the same', () => {
    const { code, output, errors } = check([missing, broken, faulty]);
    expect(code).toBe(2);
    expect(output.match(/^faulty\.json/gm)).toHaveLength(2);
    expect(errors).toMatch(/^missing\.json: file-unreadable: .*\nbroken\.json: json-malformed: .*\n$/);
  });

  it('tells the same as JSON, a member for every file', () => {
    const { code, output } = check([sound, faulty, unusual, missing], true);
    expect(code).toBe(2);
    expect(JSON.parse(output)).toEqual([
      { file: 'sound.json', faults: [], remarks: [] },
      {
        file: 'faulty.json',
        faults: [expect.objectContaining({ pointer: '/currency', code: 'terms-required' }), expect.anything()],
        remarks: [],
      },
      { file: 'unusual.json', faults: [], remarks: [expect.objectContaining({ pointer: '/splits/1' })] },
      { file: 'missing.json', faults: [expect.objectContaining({ code: 'file-unreadable' })], remarks: [] },
    ]);
  });
});

describe('accordo terms explain', () => {
  const full = write('full.json', FULL_TERMS);
  const explain = (file: string, language: 'en' | 'ru' = 'en', json = false) =>
    run((streams) => explainTerms(file, { language, json }, streams));

  it.each(['en', 'ru'] as const)(
    'sets every clause into lines of a hundred columns under its number: %s',
    (language) => {
      const { code, output, errors } = explain(full, language);
      expect([code, errors]).toEqual([0, '']);
      const lines = output.trimEnd().split('\n');
      expect(lines.filter((line) => line.length > 100)).toEqual([]);
      const clauses = describeTerms(FULL_TERMS, language);
      expect(lines.flatMap((line) => /^\d\S*/.exec(line) ?? [])).toEqual(clauses.map(({ clause }) => clause));
      const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');
      expect(words(output)).toEqual(clauses.flatMap(({ clause, text }) => [clause, ...words(text)]));
      expect(lines.filter((line) => !/^(\d|$| {6})/.test(line))).toEqual([]);
    },
  );

  it('gives the clauses as JSON', () => {
    expect(JSON.parse(explain(sound, 'ru', true).output)).toEqual(describeTerms(referenceTerms(), 'ru'));
  });

  it('tells the faults of terms that it cannot explain', () => {
    expect(explain(faulty)).toMatchObject({
      code: 1,
      output: '',
      errors: expect.stringMatching(/^faulty\.json/) as string,
    });
    expect(explain(missing)).toMatchObject({ code: 2, output: '' });
  });
});

describe('accordo terms diff', () => {
  const later = write('later.json', { ...referenceTermsJson(), payment: { dueDays: 45 }, advances: [] });
  const diff = (before: string, after: string, json = false, language: 'en' | 'ru' = 'en') =>
    run((streams) => compareTerms([before, after], { language, json }, streams));

  it('finds no difference between two ways of writing the same terms', () => {
    const canonical = write('canonical.json', referenceTerms());
    expect(diff(sound, canonical)).toEqual({ code: 0, output: '', errors: '' });
    expect(JSON.parse(diff(sound, canonical, true).output)).toEqual({ differences: [], values: [] });
  });

  it('tells each clause before and after, then value by value', () => {
    expect(diff(sound, later)).toEqual({
      code: 1,
      output: [
        '7.1',
        '- Advance "advance": USD 12000, due at signature, recoupable from all royalties of this agreement,',
        '  the top-up to a floor included.',
        '',
        '11',
        '- Invoices are due within 30 days.',
        '+ Invoices are due within 45 days.',
        '',
        'removed /advances/0: {"id":"advance","amount":"12000","due":"signature","recoupableFrom":"all"}',
        'changed /payment/dueDays: 30 -> 45',
        '',
      ].join('\n'),
      errors: '',
    });
  });

  it('tells the same as JSON, in the language asked for', () => {
    expect(JSON.parse(diff(later, sound, true, 'ru').output)).toEqual({
      differences: [
        { clause: '7.1', before: null, after: expect.stringContaining('Аванс') as string },
        {
          clause: '11',
          before: expect.stringContaining('45') as string,
          after: expect.stringContaining('30') as string,
        },
      ],
      values: [
        { pointer: '/advances/0', change: 'added', after: expect.objectContaining({ id: 'advance' }) as object },
        { pointer: '/payment/dueDays', change: 'changed', before: 45, after: 30 },
      ],
    });
  });

  it('compares nothing with terms that are at fault or not there', () => {
    expect(diff(sound, faulty)).toMatchObject({ code: 2, output: '' });
    expect(diff(missing, sound)).toMatchObject({
      code: 2,
      output: '',
      errors: expect.stringMatching(/unreadable/) as string,
    });
  });
});

describe('accordo terms hash', () => {
  const hash = (files: string[], more: { json?: boolean; repertoire?: boolean } = {}) =>
    run((streams) => hashTerms(files, more, streams));
  const terms = termsHash(referenceTerms());
  const repertoire = repertoireHash(referenceTerms());

  it('prints what parties sign, as sha256sum prints it', () => {
    expect(hash([sound])).toEqual({ code: 0, output: `${terms}  sound.json\n`, errors: '' });
    expect(hash([sound, unusual], { repertoire: true }).output).toBe(
      `${repertoire}  sound.json\n${repertoire}  unusual.json\n`,
    );
  });

  it('prints both hashes as JSON', () => {
    expect(JSON.parse(hash([sound], { json: true }).output)).toEqual([{ file: 'sound.json', terms, repertoire }]);
  });

  it('hashes what it can, and tells what it cannot', () => {
    expect(hash([faulty, sound])).toMatchObject({ code: 1, output: `${terms}  sound.json\n` });
    expect(hash([missing, faulty])).toMatchObject({ code: 2, output: '' });
  });
});

it('accordo terms is registered with its commands', () => {
  const program = new Command();
  registerTerms(program);
  expect(
    program.commands.flatMap((command) => command.commands.map((sub) => `${command.name()} ${sub.name()}`)),
  ).toEqual(['terms check', 'terms explain', 'terms diff', 'terms hash']);
});
