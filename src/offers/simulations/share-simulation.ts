import { Injectable } from '@nestjs/common';
import type { Actor } from '../../platform/auth/actor';
import { audit } from '../../platform/audit/audit';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { tellShared } from './simulation-news';
import { getSimulation, markShared, type Simulation } from './simulations.repository';

/** Shows the other party a run, the very one that is kept. It stays shown; shown again it is as it was. Refuses with not-found. */
@Injectable()
export class ShareSimulation {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, id: string): Promise<Simulation> {
    const run = await getSimulation(tx, id);
    // Whoever sees another's run has been shown it already.
    if (run.shared) return run;
    const at = this.clock.now();
    if (await markShared(tx, id, at)) {
      await audit(tx, actor, {
        action: 'simulation.shared',
        subjectId: id,
        details: { resultHash: run.resultHash },
        at,
      });
      await tellShared(tx, run, at);
    }
    return getSimulation(tx, id);
  }
}
