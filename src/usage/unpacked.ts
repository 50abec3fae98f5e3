import { createGunzip } from 'node:zlib';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DomainError } from '../platform/errors/domain-error';

/** What honest reports shrink to is a twentieth at the least; a bomb is a thousandth. Small files may be as dense as they like. */
const ratioMax = 200;
const freeBytes = 64 * 1024 * 1024;

/** A report's bytes as they are read: inflated where it came packed. Refuses with report-unreadable what is no gzip, or grows beyond all measure. */
export async function* unpacked(
  file: Readable,
  { packed, bytes }: { readonly packed: 'gzip' | null; readonly bytes: bigint },
): AsyncGenerator<Buffer> {
  if (packed === null) {
    yield* file as AsyncIterable<Buffer>;
    return;
  }
  let inflated = 0;
  const max = Math.max(freeBytes, Number(bytes) * ratioMax);
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      inflated += chunk.length;
      done(inflated > max ? refusal('packed-too-tightly', `more than ${max} bytes come out of ${bytes}`) : null, chunk);
    },
  });
  const done = pipeline(file, createGunzip({ chunkSize: 256 * 1024 }), measure);
  // Whoever stops reading early has been told why already.
  done.catch(() => undefined);
  try {
    yield* measure as AsyncIterable<Buffer>;
    await done;
  } catch (error) {
    throw error instanceof DomainError
      ? error
      : refusal('not-gzip', `the file cannot be unpacked: ${(error as Error).message}`);
  }
}

const refusal = (code: string, message: string): DomainError =>
  new DomainError('report-unreadable', undefined, [{ pointer: '/file', code, message }]);
