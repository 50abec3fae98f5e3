import { randomUUID } from 'node:crypto';
import { ClosePeriod } from '../../src/settlement/statements/close-period';
import { ReadReport } from '../../src/usage/read-report';
import type { TestApp } from './app';
import type { Market } from './market';
import { smallReport, type SmallReport } from './small-report';

/** Sends and reads a report of Radio's January, of a thing or two else where that is given. Gives its id. No worker may run. */
export async function reportUsage(
  { app }: TestApp,
  { label, platform }: Market,
  changes: Partial<SmallReport> & Pick<SmallReport, 'plays'>,
  replaces = '',
): Promise<string> {
  const file = await smallReport({
    messageId: randomUUID(),
    month: '2026-01',
    senderPartyId: platform.partyId,
    recipientPartyId: label.partyId,
    serviceName: 'Radio',
    allPlays: 1_000_000,
    ...changes,
  });
  const path = `/v1/usage-reports${replaces === '' ? '' : `?replaces=${replaces}`}`;
  const { id } = await platform.as.upload<{ id: string }>(path, 'text/tab-separated-values', file);
  await app.get(ReadReport).execute({ reportId: id });
  return id;
}

export interface Statement {
  readonly id: string;
  readonly sha256: string;
}

export interface StatementLine {
  readonly period: string;
  readonly clause: string;
  readonly isrc: string | null;
  readonly useType: string | null;
  readonly quantity: string;
  readonly amount: string;
}

/** Closes a month now, and gives its statement with its lines. No worker may run. */
export async function closeMonth(
  { app }: TestApp,
  { label }: Market,
  agreementId: string,
  month: string,
): Promise<{ statement: Statement; lines: StatementLine[] }> {
  const operation = await label.as.post<{ id: string }>(`/v1/agreements/${agreementId}/closes`, { month });
  await app.get(ClosePeriod).execute({ operationId: operation.id, agreementId, month });
  const { state, result, problem } = await label.as.get<{
    state: string;
    result: { statementId: string } | null;
    problem: unknown;
  }>(`/v1/operations/${operation.id}`);
  expect([state, problem]).toEqual(['done', null]);
  const statement = await label.as.get<Statement>(`/v1/statements/${result!.statementId}`);
  return { statement, lines: await label.as.all<StatementLine>(`/v1/statements/${statement.id}/lines`) };
}
