import { DomainError } from '../errors/domain-error';
import { isStream } from './streams';

export const pdfType = 'application/pdf';

interface WithBody {
  readonly body?: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** The body of a request that sends a PDF. Refuses with content-type-unsupported. */
export function pdfBody({ body, headers }: WithBody): NodeJS.ReadableStream & AsyncIterable<Buffer> {
  if (isStream(body) && /^application\/pdf\s*(;|$)/i.test(String(headers['content-type']))) return body;
  throw new DomainError('content-type-unsupported', `this route takes ${pdfType}`);
}

/** Whether a file begins as a PDF does. */
export async function isPdf(file: AsyncIterable<unknown>): Promise<boolean> {
  for await (const chunk of file) return (chunk as Buffer).subarray(0, 5).toString('latin1') === '%PDF-';
  return false;
}
