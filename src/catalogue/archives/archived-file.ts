import { at, presentable } from '../../kernel';
import { DomainError } from '../../platform/errors/domain-error';

/** A file in an archive. Its content is read before the next one is asked for, or passed over. */
export interface ArchivedFile {
  readonly name: string;
  readonly content: AsyncIterable<Buffer>;
}

/** An archive of releases has a few files for each: more is none. */
export const filesMax = 100_000;

/** So much may come out of what was taken in: messages pack to a twentieth, and equal ones beside each other to less. Below 64 MiB any density is harmless. */
export const unpackedMost = (taken: number): number => Math.max(64 * 1024 * 1024, 200 * taken);

type ArchiveFault = 'archive-corrupt' | 'archive-too-dense' | 'archive-unsupported' | 'too-many-files';

/** The archive as a whole is refused. Its names and what is said of them may be anything: what is kept of them is presentable. */
export const archiveRefused = (code: ArchiveFault, message: string, name = ''): DomainError =>
  new DomainError('import-unreadable', undefined, [
    { pointer: name === '' ? '' : at('/files', presentable(name)), code, message: presentable(message) },
  ]);
