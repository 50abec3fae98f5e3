import { RequestClose } from '../../../src/settlement/statements/request-close';
import type { Product } from './product';
import { forgetJob, runJob, waitingJobs } from './queue';

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

/** Whether the books have the month, whoever closed it: what is looked at after a process died in the middle. */
export async function isClosed(product: Product, agreementId: string, month: string): Promise<boolean> {
  const rows = await product.look('SELECT FROM statements WHERE agreement_id = $1 AND month = $2', [
    agreementId,
    `${month}-01`,
  ]);
  return rows.length > 0;
}
