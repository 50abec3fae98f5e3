import { DomainError } from '../errors/domain-error';
import type { Storage, StoredFile } from '../storage/storage';
import { isStream } from './streams';

export const pdfType = 'application/pdf';

interface WithBody {
  readonly body?: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Stores the body of a request that sends a PDF. Refuses with content-type-unsupported or body-too-large. */
export async function storedPdf(storage: Storage, request: WithBody, bytesMax: number): Promise<StoredFile> {
  const file = await storage.store(pdfBody(request), bytesMax);
  if (await isPdf(storage.read(file.sha256))) return file;
  throw new DomainError('content-type-unsupported', 'the file does not begin as a PDF does');
}

function pdfBody({ body, headers }: WithBody): NodeJS.ReadableStream & AsyncIterable<Buffer> {
  if (isStream(body) && /^application\/pdf\s*(;|$)/i.test(String(headers['content-type']))) return body;
  throw new DomainError('content-type-unsupported', `this route takes ${pdfType}`);
}

async function isPdf(file: AsyncIterable<unknown>): Promise<boolean> {
  for await (const chunk of file) return (chunk as Buffer).subarray(0, 5).toString('latin1') === '%PDF-';
  return false;
}
