import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FaultCode, faultWeights, profiles } from '../../../src/ddex';
import { read, root, textFiles } from '../../support/repository';

const page = 'docs/dsr.md';
const marker =
  '<!-- The tables below are made from src/ddex/dsr/fault-codes.ts: ACCORDO_WRITE_DOCS=1 npm run test:unit -- test/unit/ddex/documents.spec.ts -->';

const weightOf = (code: FaultCode): string => {
  const { severity, fatal } = { fatal: false, ...faultWeights[code] };
  return fatal ? 'error, refuses' : severity;
};

/** The codes as the page shows them: a table for each heading of the source. */
function tables(): string {
  const lines: string[] = [];
  for (const [, heading, code] of read('src/ddex/dsr/fault-codes.ts').matchAll(
    /^ {2}\/\/ (.+)$|^ {2}'([a-z][a-z0-9-]+)': /gm,
  )) {
    if (heading !== undefined)
      lines.push('', `### ${heading}`, '', '| code | severity | in | what is wrong |', '| --- | --- | --- | --- |');
    if (code === undefined) continue;
    const { records, meaning } = faultWeights[code as FaultCode];
    lines.push(`| \`${code}\` | ${weightOf(code as FaultCode)} | ${records} | ${meaning} |`);
  }
  return lines.join('\n');
}

describe('the page of usage reports', () => {
  it('lists every fault with its severity, its records and its meaning', () => {
    const [introduction, shown] = read(page).split(marker);
    if (process.env.ACCORDO_WRITE_DOCS !== undefined)
      writeFileSync(join(root, page), `${introduction}${marker}\n${tables()}\n`);
    else expect(shown?.trim()).toBe(tables().trim());
    for (const code of Object.keys(faultWeights)) expect(tables()).toContain(`| \`${code}\` |`);
  });

  it('names every profile that is read, with its versions', () => {
    for (const { id, versions } of profiles) {
      expect(read(page)).toContain(`| ${id} | ${Object.keys(versions).join(', ')} |`);
    }
  });
});

it('every fault is provoked in a test', () => {
  const specs = textFiles().filter((path) => /^(src\/ddex|test\/unit\/ddex)\/.*\.spec\.ts$/.test(path));
  const text = specs
    .filter((path) => path !== 'test/unit/ddex/documents.spec.ts')
    .map(read)
    .join('\n');
  const silent = Object.keys(faultWeights).filter((code) => !new RegExp(`['" ]${code}['" ]`).test(text));
  expect(silent).toEqual([]);
});
