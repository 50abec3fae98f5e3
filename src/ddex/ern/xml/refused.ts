import { type ProblemCode } from '../problem-codes';

/** Reading stops: what comes is no XML that is read here, or more of it than any message needs. */
export class XmlRefused extends Error {
  constructor(
    readonly code: ProblemCode,
    message: string,
  ) {
    super(message);
    this.name = 'XmlRefused';
  }
}
