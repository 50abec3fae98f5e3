import type { Tx } from '../../platform/database/tx';
import { publish } from '../../platform/outbox/outbox';
import type { SimulationHead } from './simulations.repository';

/** News of a run: hashes and numbers, no figures. What is not shared is told to nobody but its owner. */
export async function tellFinished(tx: Tx, run: SimulationHead, at: Date): Promise<void> {
  const to = run.shared ? [run.labelId, run.platformId] : [run.ownerId];
  const payload = { negotiation: run.negotiationId, revisions: run.revisions, resultHash: run.resultHash };
  await publish(tx, { to, topic: 'simulation.finished', subjectId: run.id, payload, at });
}

export async function tellShared(tx: Tx, run: SimulationHead, at: Date): Promise<void> {
  const payload = { negotiation: run.negotiationId, revisions: run.revisions };
  await publish(tx, { to: [run.labelId, run.platformId], topic: 'simulation.shared', subjectId: run.id, payload, at });
}
