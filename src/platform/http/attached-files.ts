import { StreamableFile } from '@nestjs/common';
import { DomainError } from '../errors/domain-error';
import type { Storage, StoredFile } from '../storage/storage';
import { isStream } from './streams';

/** What a file is by its content type: how its name ends, and what its first bytes are where that can be told. */
export interface FileKind {
  readonly mediaType: string;
  readonly endings: readonly string[];
  readonly begins: readonly Buffer[];
}

const zip = [Buffer.from('PK\u0003\u0004'), Buffer.from('PK\u0005\u0006')];
const office = 'application/vnd.openxmlformats-officedocument';

/** What may be attached: documents, pictures and tables that people exchange. */
export const fileKinds: readonly FileKind[] = [
  { mediaType: 'application/pdf', endings: ['pdf'], begins: [Buffer.from('%PDF-')] },
  { mediaType: 'image/png', endings: ['png'], begins: [Buffer.from('89504e470d0a1a0a', 'hex')] },
  { mediaType: 'image/jpeg', endings: ['jpg', 'jpeg'], begins: [Buffer.from('ffd8ff', 'hex')] },
  { mediaType: 'text/csv', endings: ['csv'], begins: [] },
  { mediaType: 'text/plain', endings: ['txt'], begins: [] },
  { mediaType: `${office}.spreadsheetml.sheet`, endings: ['xlsx'], begins: zip },
  { mediaType: `${office}.wordprocessingml.document`, endings: ['docx'], begins: zip },
  { mediaType: 'application/zip', endings: ['zip'], begins: zip },
];

/**
 * The kind of a file by its content type and name. Refuses with content-type-unsupported, and with request-invalid when the name
 * ends otherwise: a receiver's machine goes by the ending, so it must not be another than what was looked at here.
 */
export function fileKindOf(contentType: string | undefined, fileName: string): FileKind {
  const mediaType = contentType?.split(';')[0]?.trim().toLowerCase();
  const kind = fileKinds.find((known) => known.mediaType === mediaType);
  if (kind === undefined) {
    const known = fileKinds.map((each) => each.mediaType).join(', ');
    throw new DomainError('content-type-unsupported', `an attachment is one of ${known}`);
  }
  if (!kind.endings.some((ending) => fileName.toLowerCase().endsWith(`.${ending}`))) {
    const message = `the name of this kind of file ends with .${kind.endings.join(' or .')}`;
    throw new DomainError('request-invalid', undefined, [{ pointer: '/fileName', code: 'field-ending', message }]);
  }
  return kind;
}

/** Refuses with content-type-unsupported a file whose first bytes are not those of its kind. */
function refuseUnlessBegins({ begins, mediaType }: FileKind, first: Buffer): void {
  if (begins.length === 0 || begins.some((bytes) => first.subarray(0, bytes.length).equals(bytes))) return;
  throw new DomainError('content-type-unsupported', `the file does not begin as ${mediaType} does`);
}

/**
 * The Content-Disposition (RFC 6266) under which a file is handed out: always to be saved, never shown. Clients that read no
 * UTF-8 names get `fallback`.
 */
function savedAs(fileName: string, fallback: string): string {
  const encoded = encodeURIComponent(fileName).replace(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${fallback}"; filename*=UTF-8''${encoded}`;
}

const fileBytesMax = 25 * 1024 * 1024;

/** Stores what streams in as a file of its kind, at most 25 MiB. Refuses with content-type-unsupported, body-too-large, and request-invalid an empty one. */
export async function storeAttached(storage: Storage, body: unknown, kind: FileKind): Promise<StoredFile> {
  if (!isStream(body)) throw new DomainError('content-type-unsupported');
  const file = await storage.store(body, fileBytesMax);
  if (file.bytes === 0) {
    throw new DomainError('request-invalid', undefined, [
      { pointer: '/body', code: 'field-missing', message: 'the file is empty' },
    ]);
  }
  for await (const chunk of storage.read(file.sha256)) {
    refuseUnlessBegins(kind, chunk as Buffer);
    break;
  }
  return file;
}

/** A stored file to be handed out: to be saved under its name, or under `fallback` with its ending. */
export function handedOut(
  storage: Storage,
  { fileName, mediaType, bytes, sha256 }: StoredFile & { readonly fileName: string; readonly mediaType: string },
  fallback: string,
): StreamableFile {
  const ending = fileName.slice(fileName.lastIndexOf('.') + 1).toLowerCase();
  return new StreamableFile(storage.read(sha256), {
    type: mediaType,
    disposition: savedAs(fileName, `${fallback}.${ending}`),
    length: bytes,
  });
}
