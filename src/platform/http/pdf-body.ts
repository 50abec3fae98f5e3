import type { AccordoRequest } from '../auth/allow';
import { DomainError } from '../errors/domain-error';
import type { Storage, StoredFile } from '../storage/storage';
import { fileBody } from './streams';

export const pdfType = 'application/pdf';

/** Stores the body of a request that sends a PDF. Refuses with content-type-unsupported or body-too-large. */
export async function storedPdf(storage: Storage, request: AccordoRequest, bytesMax: number): Promise<StoredFile> {
  const file = await storage.store(fileBody(request, [pdfType], `this route takes ${pdfType}`), bytesMax);
  if (await isPdf(storage.read(file.sha256))) return file;
  throw new DomainError('content-type-unsupported', 'the file does not begin as a PDF does');
}

async function isPdf(file: AsyncIterable<unknown>): Promise<boolean> {
  for await (const chunk of file) return (chunk as Buffer).subarray(0, 5).toString('latin1') === '%PDF-';
  return false;
}
