import { DomainError } from '../../../src/platform/errors/domain-error';
import type { Simulation } from './simulation';
import { type Death, Killed } from './tapped-source';

const deaths: readonly Death[] = ['before', 'before', 'after-commit', 'terminated'];

/**
 * Does work in a process that dies at one of its next `statements` statements, or right after one of its commits. Gives whether it died: then nobody knows
 * what is done, and the books have to be looked at. What else goes wrong is thrown.
 */
export async function dyingAt(
  simulation: Simulation,
  statements: number,
  work: () => Promise<unknown>,
): Promise<boolean> {
  const { source } = simulation.product;
  const kind = simulation.pick(deaths);
  source.killAt(kind, 1 + simulation.below(kind === 'after-commit' ? 4 : statements));
  const ending = await work().then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const died = source.revive();
  if (died) simulation.count(`killed: ${kind}`);
  if (ending !== undefined && !(died && isDeath(ending.error))) throw ending.error;
  return died;
}

const isDeath = (error: unknown): boolean =>
  error instanceof Killed || (error instanceof DomainError && error.code === 'not-ready');
