import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemWeights, versionNames } from '../../../src/ddex';
import { read, root, textFiles } from '../../support/repository';

const page = 'docs/ern.md';
const source = 'src/ddex/ern/problem-codes.ts';
const marker =
  '<!-- The tables below are made from src/ddex/ern/problem-codes.ts: ACCORDO_WRITE_DOCS=1 npm run test:unit -- test/unit/ern/documents.spec.ts -->';

type Code = keyof typeof problemWeights;
const weightOf = (code: Code): string => {
  const { severity, fatal } = { fatal: false, ...problemWeights[code] };
  return fatal ? 'error, stops' : severity;
};

/** The codes as the page shows them: a table for each heading of the source. */
function tables(): string {
  const lines: string[] = [];
  for (const [, heading, code] of read(source).matchAll(/^ {2}\/\/ (.+)$|^ {2}'([a-z][a-z0-9-]+)': /gm)) {
    if (heading !== undefined)
      lines.push('', `### ${heading}`, '', '| code | severity | what is wrong |', '| --- | --- | --- |');
    if (code !== undefined)
      lines.push(`| \`${code}\` | ${weightOf(code as Code)} | ${problemWeights[code as Code].meaning} |`);
  }
  return lines.join('\n');
}

describe('the page of release notifications', () => {
  it('lists every problem with its severity and its meaning', () => {
    const [introduction, shown] = read(page).split(marker);
    if (process.env.ACCORDO_WRITE_DOCS !== undefined)
      writeFileSync(join(root, page), `${introduction}${marker}\n${tables()}\n`);
    else expect(shown?.trim()).toBe(tables().trim());
    for (const code of Object.keys(problemWeights)) expect(tables()).toContain(`| \`${code}\` |`);
  });

  it('names every version that is read', () => {
    for (const name of versionNames) expect(read(page)).toMatch(new RegExp(`\\b${name.replaceAll('.', '\\.')}\\b`));
  });
});

it('every problem is provoked in a test', () => {
  const text = textFiles()
    .filter(
      (path) =>
        /^test\/(unit\/ern\/.*\.spec|faults\/ern-hostile)\.ts$/.test(path) &&
        path !== 'test/unit/ern/documents.spec.ts',
    )
    .map(read)
    .join('\n');
  const silent = Object.keys(problemWeights).filter((code) => !new RegExp(`['"\`]${code}['"\` ]`).test(text));
  // Nobody waits for four gigabytes to be read.
  expect(silent).toEqual(['file-too-large']);
});
