import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { Database } from '../../platform/database/database';
import { DomainError } from '../../platform/errors/domain-error';
import { problemOf } from '../../platform/http/problem.filter';
import type { JobPayload } from '../../platform/jobs/jobs';
import { beginOperation, moveOperation } from '../../platform/operations/operations';
import type { Basis } from './basis';
import { tellFinished } from './simulation-news';
import { getSimulation } from './simulations.repository';
import { WorkOutSimulation } from './work-out';

/** Works a large run out. Killed anywhere it leaves nothing; run again it finds the result and says nothing new. */
@Injectable()
export class SimulationJob {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly workOut: WorkOutSimulation,
  ) {}

  async execute({ simulationId = '' }: JobPayload): Promise<void> {
    const at = this.clock.now();
    const run = await this.database.asSystem((tx) => getSimulation(tx, simulationId), 'read');
    const operationId = run.operationId ?? '';
    if (run.result !== null) return;
    await beginOperation(this.database, operationId, at);
    try {
      await this.database.asSystem(async (tx) => {
        const done = await this.workOut.execute(tx, run, JSON.parse(run.basis) as Basis);
        const moved = await moveOperation(tx, operationId, { state: 'done', result: { simulationId }, at });
        if (moved > 0) await tellFinished(tx, done, at);
      });
    } catch (error) {
      if (!(error instanceof DomainError) || error.status >= 500) throw error;
      const problem = problemOf(error);
      await this.database.asSystem((tx) => moveOperation(tx, operationId, { state: 'failed', problem, at }));
    }
  }
}
