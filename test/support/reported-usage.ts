import { randomUUID } from 'node:crypto';
import { ClosePeriod } from '../../src/settlement/statements/close-period';
import { ReadReport } from '../../src/usage/read-report';
import type { TestApp } from './app';
import type { Party } from './given';
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

/** Works a month out now, and gives the id of its draft. No worker may run. */
export async function draftMonth(
  { app }: Pick<TestApp, 'app'>,
  label: Pick<Party, 'as' | 'memberId'>,
  agreementId: string,
  month: string,
  { estimate = false } = {},
): Promise<string> {
  const body = { month, ...(estimate ? { estimate } : {}) };
  const { id: operationId } = await label.as.post<{ id: string }>(`/v1/agreements/${agreementId}/closes`, body);
  const askedBy = `member:${label.memberId}`;
  await app
    .get(ClosePeriod)
    .execute({ operationId, agreementId, month, askedBy, ...(estimate ? { estimate: 'true' } : {}) });
  const { state, result, problem } = await label.as.get<{
    state: string;
    result: { statementId: string } | null;
    problem: unknown;
  }>(`/v1/operations/${operationId}`);
  if (state !== 'done') throw new Error(`the close of ${month} is ${state}: ${JSON.stringify(problem)}`);
  return result!.statementId;
}

/** Closes a month now, a second person issuing its statement, and gives it with its lines. No worker may run. */
export async function closeMonth(
  app: Pick<TestApp, 'app' | 'given'>,
  { label }: Pick<Market, 'label'>,
  agreementId: string,
  month: string,
): Promise<{ statement: Statement; lines: StatementLine[] }> {
  const id = await app.given.issued(label, await draftMonth(app, label, agreementId, month));
  const statement = await label.as.get<Statement>(`/v1/statements/${id}`);
  return { statement, lines: await label.as.all<StatementLine>(`/v1/statements/${statement.id}/lines`) };
}
