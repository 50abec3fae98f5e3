import { Injectable } from '@nestjs/common';
import type { Actor } from '../../../platform/auth/actor';
import { Clock } from '../../../platform/clock';
import { Database } from '../../../platform/database/database';
import type { Tx } from '../../../platform/database/tx';
import { DomainError } from '../../../platform/errors/domain-error';
import { problemOf } from '../../../platform/http/problem.filter';
import { enqueue, type JobPayload } from '../../../platform/jobs/jobs';
import { beginOperation, moveOperation, type Operation, openOperation } from '../../../platform/operations/operations';
import { reportProofView } from './proof.view';
import { ProveLine, statedLine } from './prove-line';

export const traceJob = 'trace-line';

/** So many numbers of lines are told of each report. */
const linesTold = 1_000;

/** Finds the lines behind a line of a statement where that takes longer than anybody waits: as an operation, however large the reports are. */
@Injectable()
export class TraceLine {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly proveLine: ProveLine,
  ) {}

  /** Refuses with not-found. */
  async ask(tx: Tx, actor: Actor, statementId: string, line: string): Promise<Operation> {
    await statedLine(tx, statementId, line);
    const at = this.clock.now();
    const kind = traceJob;
    const operation = await openOperation(tx, { ownerId: actor.organizationId, kind, subjectId: statementId, at });
    await enqueue(tx, traceJob, { operationId: operation.id, statementId, line }, `${traceJob} ${operation.id}`);
    return operation;
  }

  async execute({ operationId = '', statementId = '', line = '' }: JobPayload): Promise<void> {
    await beginOperation(this.database, operationId, this.clock.now());
    try {
      const order = await this.database.asSystem(
        (tx) => this.proveLine.prepare(tx, statementId, line, { rates: false }),
        'read',
      );
      const { counted, corrected } = await this.proveLine.prove(order, { limit: linesTold, bytesMax: Infinity });
      const result = {
        statementId,
        line: order.line.line,
        counted: counted.reports.map(reportProofView),
        corrected: corrected && corrected.reports.map(reportProofView),
      };
      await this.move(operationId, { state: 'done', result });
    } catch (error) {
      // A file that cannot be read any more will not be readable the next time.
      if (!(error instanceof DomainError) || error.status >= 500) throw error;
      await this.move(operationId, { state: 'failed', problem: problemOf(error) });
    }
  }

  private async move(id: string, how: Omit<Parameters<typeof moveOperation>[2], 'at'>): Promise<void> {
    await this.database.asSystem((tx) => moveOperation(tx, id, { ...how, at: this.clock.now() }));
  }
}
