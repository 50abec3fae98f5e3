import { at, presentable } from '../../kernel';
import { DomainError } from '../../platform/errors/domain-error';
import type { ReadingProgress } from '../../platform/operations/reading-progress';

/** A file in an archive. Its content is read before the next one is asked for, or passed over. */
export interface ArchivedFile {
  readonly name: string;
  /** Unpacked, as the archive says; it may be wrong. */
  readonly bytes: number;
  readonly content: AsyncIterable<Buffer>;
}

/** Who is told how far an archive has been read. */
export type Follower = Pick<ReadingProgress, 'watched' | 'atBytes'>;

/** An archive of releases has a few files for each: more is none. */
export const filesMax = 100_000;

/** Other files are passed over. A message that is no archive at all has no name. */
export const isMessage = ({ name }: ArchivedFile): boolean => name === '' || /\.xml(\.gz)?$/i.test(name);

/** So much may come out of what was taken in: messages pack to a twentieth, and equal ones beside each other to less. Below 64 MiB any density is harmless. */
export const unpackedMost = (taken: number): number => Math.max(64 * 1024 * 1024, 200 * taken);

type ArchiveFault = 'archive-corrupt' | 'archive-too-dense' | 'archive-unsupported' | 'too-many-files';

/** The archive as a whole is refused. Its names and what is said of them may be anything: what is kept of them is presentable. */
export const archiveRefused = (code: ArchiveFault, message: string, name = ''): DomainError =>
  new DomainError('import-unreadable', undefined, [
    { pointer: name === '' ? '' : at('/files', presentable(name)), code, message: presentable(message) },
  ]);

/** What is packed inside of the archive once more counts as well: all messages together unpack to no more than an archive may. */
export function weighing(archiveBytes: number): (bytes: number) => void {
  const most = unpackedMost(archiveBytes);
  let weight = 0;
  return (bytes) => {
    weight += bytes;
    if (weight > most) throw archiveRefused('archive-too-dense', 'its messages unpack to far more than messages can');
  };
}
