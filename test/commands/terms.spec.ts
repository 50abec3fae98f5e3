import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { termsHash } from '../../src/kernel';
import { referenceTerms, referenceTermsJson } from '../../src/kernel/testing/reference-terms';
import { accordo } from '../support/command';

let folder: string;
let terms: string;
let later: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'accordo-terms-'));
  terms = join(folder, 'terms.json');
  later = join(folder, 'later.json');
  await writeFile(terms, JSON.stringify(referenceTermsJson()));
  await writeFile(later, JSON.stringify({ ...referenceTermsJson(), payment: { dueDays: 45 } }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('accordo terms', () => {
  it('checks, explains, compares and hashes files without a server', async () => {
    const [checked, explained, compared, same, hashed] = await Promise.all([
      accordo(['terms', 'check', terms, later]),
      accordo(['terms', 'explain', terms, '--language', 'ru']),
      accordo(['terms', 'diff', terms, later]),
      accordo(['terms', 'diff', terms, terms, '--json']),
      accordo(['terms', 'hash', terms]),
    ]);
    expect(checked).toEqual({ code: 0, stdout: '', stderr: '' });
    expect([explained.code, explained.stdout]).toEqual([0, expect.stringMatching(/^1 {4}Лицензиар /)]);
    expect([compared.code, compared.stdout]).toEqual([
      1,
      expect.stringMatching(/^11\n- .*30 days\.\n\+ .*45 days\.\n/),
    ]);
    expect([same.code, JSON.parse(same.stdout)]).toEqual([0, { differences: [], values: [] }]);
    expect(hashed).toEqual({ code: 0, stdout: `${termsHash(referenceTerms())}  ${terms}\n`, stderr: '' });
  });

  it('ends with 1 where terms are at fault and with 2 where a file cannot be read', async () => {
    const empty = join(folder, 'empty.json');
    await writeFile(empty, '{}');
    const [faulty, missing] = await Promise.all([
      accordo(['terms', 'check', empty]),
      accordo(['terms', 'explain', join(folder, 'none.json')]),
    ]);
    expect([faulty.code, faulty.stdout]).toEqual([1, expect.stringContaining(`${empty} /schema: terms-required: `)]);
    expect([missing.code, missing.stdout]).toEqual([2, '']);
    expect(missing.stderr).toMatch(/none\.json: file-unreadable: cannot be read\n$/);
  });
});
