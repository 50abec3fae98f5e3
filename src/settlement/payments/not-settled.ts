import { DomainError } from '../../platform/errors/domain-error';
import type { Outcome, Refused, Unknown } from './payment-rail';

/** A call to the provider that did not end well. Thrown by jobs, so that the queue runs them again later. */
export class NotSettled extends Error {
  constructor(subject: string, ending: Refused | Unknown) {
    super(`${subject}: ${endingText(ending)}`);
    this.name = 'NotSettled';
  }
}

/**
 * How a call ended, where that is final. Throws NotSettled where the provider leaves it open: nobody knows, or the same
 * call may be sent again.
 */
export function finalEnding<Result>(
  subject: string,
  ending: Outcome<Result>,
): ({ readonly outcome: 'done' } & Result) | Refused {
  if (ending.outcome === 'unknown' || (ending.outcome === 'refused' && ending.retryable)) {
    throw new NotSettled(subject, ending);
  }
  return ending;
}

/** For whoever waits for the answer: payment-provider-refused, or not-ready. */
export const endingError = (ending: Refused | Unknown): DomainError =>
  ending.outcome === 'refused'
    ? new DomainError('payment-provider-refused', `${ending.code}: ${ending.message}`)
    : new DomainError('not-ready', 'the payment provider did not answer; try again');

export const endingText = (ending: Refused | Unknown): string =>
  ending.outcome === 'refused'
    ? `the provider refused: ${ending.code}: ${ending.message}`
    : `the outcome is unknown: ${ending.reason}`;
