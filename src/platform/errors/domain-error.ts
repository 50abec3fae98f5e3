import { type ErrorCode, errorCodes } from './codes';

/** One fault of a request: where it is (a JSON pointer, or a place in a file), which rule, and what to do. */
export interface Fault {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

/** A refusal that the caller can act on. The code decides the HTTP status; `faults` lists everything found at once. */
export class DomainError extends Error {
  constructor(
    readonly code: ErrorCode,
    detail?: string,
    readonly faults: readonly Fault[] = [],
  ) {
    super(detail ?? errorCodes[code].title);
    this.name = 'DomainError';
  }

  get status(): number {
    return errorCodes[this.code].status;
  }
}
