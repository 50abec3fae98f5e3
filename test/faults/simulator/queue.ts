import { Approvals } from '../../../src/platform/approvals/approvals';
import { DomainError } from '../../../src/platform/errors/domain-error';
import type { JobPayload } from '../../../src/platform/jobs/jobs';
import { PostDues } from '../../../src/settlement/invoices/post-dues';
import { SendInvoice } from '../../../src/settlement/invoices/send-invoice';
import { TakeEvent } from '../../../src/settlement/payments/take-event';
import { SendPayout } from '../../../src/settlement/payouts/send-payout';
import { ClosePeriod } from '../../../src/settlement/statements/close-period';
import type { Product } from './product';

/** A job that waits in the product's own queue. */
export interface WaitingJob {
  readonly id: string;
  readonly task: string;
  readonly payload: JobPayload;
}

const services = {
  'close-period': ClosePeriod,
  'send-invoice': SendInvoice,
  'stripe-event': TakeEvent,
  'send-payout': SendPayout,
  'post-dues': PostDues,
} as const;

/** The jobs that move money, in the order in which they were asked for. Nothing but the simulator takes them. */
export function waitingJobs(product: Product): Promise<WaitingJob[]> {
  return product.look<WaitingJob>(
    `SELECT j.id::text AS id, t.identifier AS task, j.payload FROM graphile_worker._private_jobs j
       JOIN graphile_worker._private_tasks t ON t.id = j.task_id WHERE t.identifier = ANY($1) ORDER BY j.id`,
    [Object.keys(services)],
  );
}

/**
 * Does a job's work. Where it throws, the queue would have it run again. A close is done when a second person has issued what it drafted; or others are to decide
 * about that.
 */
export async function runJob(
  product: Product,
  { task, payload }: Pick<WaitingJob, 'task' | 'payload'>,
  drafts: 'issue drafts' | 'leave drafts' = 'issue drafts',
): Promise<void> {
  await product
    .service<{ execute(payload: JobPayload): Promise<void> }>(services[task as keyof typeof services])
    .execute(payload);
  if (task === 'close-period' && drafts === 'issue drafts') await issueDraft(product, payload);
}

async function issueDraft(product: Product, { agreementId = '', month = '' }: JobPayload): Promise<void> {
  const waiting = await product.look<{ id: string }>(
    `SELECT a.id FROM approvals a JOIN statement_drafts d ON d.id = a.subject_id
      WHERE a.decision IS NULL AND d.agreement_id = $1 AND d.month = $2`,
    [agreementId, `${month}-01`],
  );
  for (const { id } of waiting) {
    try {
      await product.as('colleague', (tx, actor) => product.service(Approvals).decide(tx, actor, id, 'approved'));
    } catch (error) {
      // Somebody else has issued it meanwhile.
      if (!(error instanceof DomainError && error.code === 'approval-decided')) throw error;
    }
  }
}

export const forgetJob = async (product: Product, { id }: WaitingJob): Promise<void> => {
  await product.look('DELETE FROM graphile_worker._private_jobs WHERE id = $1', [id]);
};
