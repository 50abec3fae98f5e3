import { setTimeout as wait } from 'node:timers/promises';
import type { PatientClient } from './patient-client';

/** A look that took longer than this was waiting itself, for a process that starts again: it says no more than that so much has gone by. */
const lookMilliseconds = 2_000;
/** The queue repeats what it has tried in vain for the fifth time after two and a half minutes; each kill is such a time. */
const stillMilliseconds = 240_000;

/** Ends a wait in which nothing has moved for so long while somebody could look: more than any repetition takes. */
export class Standstill {
  private last = '';
  private still = 0;
  private lookedAt = Date.now();

  constructor(private readonly what: string) {}

  look(state: string): void {
    const now = Date.now();
    this.still = state === this.last ? this.still + Math.min(now - this.lookedAt, lookMilliseconds) : 0;
    [this.last, this.lookedAt] = [state, now];
    if (this.still > stillMilliseconds) throw new Error(`${this.what} does not move any more: ${state}`);
  }
}

export interface Ended {
  readonly kind: string;
  readonly state: 'done' | 'failed';
  readonly problem: { readonly code: string } | null;
  readonly result: { readonly statementId: string } | null;
}

/** Follows an operation to its end. */
export async function ended(client: PatientClient, operationId: string): Promise<Ended> {
  const standstill = new Standstill(`operation ${operationId}`);
  for (;;) {
    const operation = await client.get<Omit<Ended, 'state'> & { state: string }>(`/v1/operations/${operationId}`);
    const { kind, state, problem, result } = operation;
    if (state === 'done' || state === 'failed') return { kind, state, problem, result };
    standstill.look(`${kind} is ${state}`);
    await wait(50);
  }
}

/** As ended, where only one end is right. */
export async function finished(client: PatientClient, operationId: string): Promise<Ended> {
  const operation = await ended(client, operationId);
  const { kind, state, problem } = operation;
  if (state === 'failed') throw new Error(`${kind} failed: ${JSON.stringify(problem)}`);
  return operation;
}

/** A second person issues the statement that a close has drafted. */
export async function issued(second: PatientClient, statementId: string): Promise<void> {
  const { approvalId } = await second.get<{ approvalId: string }>(`/v1/statements/${statementId}`);
  await second.post(`/v1/approvals/${approvalId}/decision`, { decision: 'approved' }, `issue-${approvalId}`);
}

/** The rows of a list that is not long. */
export const listed = async <Row>(client: PatientClient, path: string): Promise<Row[]> =>
  (await client.get<{ rows: Row[] }>(`${path}?limit=1000`)).rows;
