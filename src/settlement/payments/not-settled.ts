import type { Refused, Unknown } from './payment-rail';

/** A call to the provider that did not end well. Thrown by jobs, so that the queue runs them again later. */
export class NotSettled extends Error {
  constructor(subject: string, ending: Refused | Unknown) {
    super(`${subject}: ${endingText(ending)}`);
    this.name = 'NotSettled';
  }
}

export const endingText = (ending: Refused | Unknown): string =>
  ending.outcome === 'refused'
    ? `the provider refused: ${ending.code}: ${ending.message}`
    : `the outcome is unknown: ${ending.reason}`;
