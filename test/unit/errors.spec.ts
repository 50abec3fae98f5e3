import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes } from '../../src/platform/errors/codes';
import { DomainError } from '../../src/platform/errors/domain-error';
import { problemOf } from '../../src/platform/http/problem.filter';
import { read, root } from '../support/repository';

const page = 'docs/errors.md';
const marker = '<!-- The tables below are made from src/platform/errors/codes.ts: ACCORDO_WRITE_DOCS=1 npm run test:unit -- test/unit/errors.spec.ts -->';

/** The codes as the page shows them: a table for each heading of the source. */
function tables(): string {
  const lines: string[] = [];
  for (const [, heading, code] of read('src/platform/errors/codes.ts').matchAll(/^ {2}\/\/ (.+)$|^ {2}'?([a-z][a-z-]+)'?: \{/gm)) {
    if (heading !== undefined) lines.push('', `## ${heading}`, '', '| code | status | meaning |', '| --- | --- | --- |');
    const { status, title } = errorCodes[code as keyof typeof errorCodes] ?? {};
    if (code !== undefined) lines.push(`| \`${code}\` | ${status} | ${title} |`);
  }
  return lines.join('\n');
}

it('the page of errors lists every code, with status and meaning', () => {
  const [introduction, shown] = read(page).split(marker);
  if (process.env.ACCORDO_WRITE_DOCS !== undefined) writeFileSync(join(root, page), `${introduction}${marker}\n${tables()}\n`);
  else expect(shown?.trim()).toBe(tables().trim());
  for (const code of Object.keys(errorCodes)) expect(tables()).toContain(`| \`${code}\` |`);
});

it('a refusal becomes problem details with its code, its faults and a stable type', () => {
  const fault = { pointer: '/month', code: 'field-matches', message: 'month must be a month' };
  expect(problemOf(new DomainError('request-invalid', undefined, [fault]))).toEqual({
    type: 'https://accordo.example/errors/request-invalid',
    title: 'The request has faults; all are listed',
    status: 400,
    code: 'request-invalid',
    detail: 'The request has faults; all are listed',
    faults: [fault],
  });
});
