import { RequestClose } from '../../../src/settlement/statements/request-close';
import type { Product } from './product';
import { forgetJob, runJob, waitingJobs } from './queue';
import type { ReferenceDeal } from './reference';

/**
 * How a month is closed, from the request to what counts in the books: the only place that knows. Asks `times` times, and works all requests at once.
 * Gives how each of them ended; a refusal of the request itself is thrown.
 */
export async function closeMonth(
  product: Product,
  { agreementId, month, times }: { agreementId: string; month: string; times: number },
): Promise<CloseEnding[]> {
  const requested: string[] = [];
  for (let time = 0; time < times; time += 1) {
    const { id } = await product.as('label', (tx, actor) =>
      product.service(RequestClose).execute(tx, actor, agreementId, { month }),
    );
    requested.push(id);
  }
  const jobs = (await waitingJobs(product)).filter(({ payload }) => requested.includes(payload['operationId'] ?? ''));
  const endings = await Promise.allSettled(jobs.map((job) => runJob(product, job)));
  for (const [at, { status }] of endings.entries()) if (status === 'fulfilled') await forgetJob(product, jobs[at]!);
  const failed = endings.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
  return product.look<CloseEnding>(
    `SELECT state, result ->> 'statementId' AS "statementId", problem ->> 'code' AS code FROM operations WHERE id = ANY($1::uuid[])`,
    [requested],
  );
}

export interface CloseEnding {
  readonly state: string;
  readonly statementId: string | null;
  readonly code: string | null;
}

/** Learns from the books how a close of a month ended that nobody was told of, since a process died over it: it may be closed, or drafted and not issued. */
export async function learnClose(
  product: Product,
  deal: ReferenceDeal,
  { agreementId, month }: { agreementId: string; month: string },
): Promise<void> {
  const of = [agreementId, `${month}-01`];
  const statements = await product.look('SELECT FROM statements WHERE agreement_id = $1 AND month = $2', of);
  if (statements.length > 0) return deal.close(month);
  const drafts = await product.look(
    `SELECT FROM statement_drafts d JOIN approvals a ON a.subject_id = d.id
      WHERE a.decision IS NULL AND d.agreement_id = $1 AND d.month = $2`,
    of,
  );
  if (drafts.length > 0) deal.drafted = month;
}
