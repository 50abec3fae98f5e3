import { DomainError } from '../platform/errors/domain-error';
import type { LivingAgreement } from './life.repository';

/** Refuses with agreement-not-running once an agreement has ended; one that waits for its conditions runs. */
export function refuseUnlessRunning({ state }: LivingAgreement): void {
  if (!['concluded', 'active', 'suspended'].includes(state)) throw new DomainError('agreement-not-running');
}
