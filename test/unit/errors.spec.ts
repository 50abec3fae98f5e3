import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HttpException } from '@nestjs/common';
import { errorCodes } from '../../src/platform/errors/codes';
import { translateDatabaseError } from '../../src/platform/database/constraints';
import { DomainError } from '../../src/platform/errors/domain-error';
import { problemOf, toDomainError } from '../../src/platform/http/problem.filter';
import { read, root } from '../support/repository';

const page = 'docs/errors.md';
const marker =
  '<!-- The tables below are made from src/platform/errors/codes.ts: ACCORDO_WRITE_DOCS=1 npm run test:unit -- test/unit/errors.spec.ts -->';

/** The codes as the page shows them: a table for each heading of the source. */
function tables(): string {
  const lines: string[] = [];
  for (const [, heading, code] of read('src/platform/errors/codes.ts').matchAll(
    /^ {2}\/\/ (.+)$|^ {2}'?([a-z][a-z-]+)'?: \{/gm,
  )) {
    if (heading !== undefined)
      lines.push('', `## ${heading}`, '', '| code | status | meaning |', '| --- | --- | --- |');
    const { status, title } = errorCodes[code as keyof typeof errorCodes] ?? {};
    if (code !== undefined) lines.push(`| \`${code}\` | ${status} | ${title} |`);
  }
  return lines.join('\n');
}

it('the page of errors lists every code, with status and meaning', () => {
  const [introduction, shown] = read(page).split(marker);
  if (process.env.ACCORDO_WRITE_DOCS !== undefined)
    writeFileSync(join(root, page), `${introduction}${marker}\n${tables()}\n`);
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

describe('what others throw', () => {
  it.each([
    [400, 'request-invalid'],
    [401, 'unauthenticated'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [405, 'method-not-allowed'],
    [413, 'body-too-large'],
    [415, 'content-type-unsupported'],
    [429, 'too-many-requests'],
    [503, 'not-ready'],
    [418, 'internal-error'],
  ])('becomes a refusal of ours: status %i is %s', (status, code) => {
    expect(toDomainError(new HttpException('from the framework', status))).toMatchObject({ code });
    expect(toDomainError(Object.assign(new Error('from the server'), { statusCode: status }))).toMatchObject({ code });
  });

  it('keeps its reason to itself when the fault is ours', () => {
    const cause = new Error('password authentication failed for user "accordo_app"');
    const refusal = toDomainError(cause);
    expect(refusal).toMatchObject({ code: 'internal-error', cause });
    expect(JSON.stringify(problemOf(refusal))).not.toContain('accordo_app');
  });

  it('passes on what is wrong with a body that is not JSON, and nothing else that a framework says', () => {
    expect(toDomainError(new HttpException('Unexpected token', 400)).message).toBe('Unexpected token');
    expect(toDomainError(new HttpException('Cannot GET /secret', 404)).message).toBe(errorCodes['not-found'].title);
  });
});

describe('what PostgreSQL throws', () => {
  const refused = (fields: object): unknown =>
    translateDatabaseError(Object.assign(new Error('from PostgreSQL'), fields));

  it.each(['08006', '53300', '57P01', '40001', '40P01', '55P03', '57014', 'ECONNREFUSED', 'ECONNRESET'])(
    'means "try again" where nothing was decided: %s',
    (code) => {
      expect(refused({ code })).toMatchObject({ code: 'not-ready', status: 503 });
    },
  );

  it('means what the violated constraint says', () => {
    expect(refused({ code: '23P01', constraint: 'agreement_grants_exclusive' })).toMatchObject({
      code: 'exclusive-grant-overlaps',
    });
    expect(refused({ code: '23505', constraint: 'members_one_email' })).toMatchObject({ code: 'email-taken' });
  });

  it('is a fault of ours where no meaning is known', () => {
    const unknown = Object.assign(new Error('violates'), { code: '23514', constraint: 'payouts_add_up' });
    expect(translateDatabaseError(unknown)).toBe(unknown);
    expect(translateDatabaseError('not even an error')).toBe('not even an error');
  });
});
