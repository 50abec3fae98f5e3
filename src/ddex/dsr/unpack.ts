import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type FaultCode } from './faults';

/** The bytes cannot be read as a report at all, or no longer: reading has stopped. */
export class ReportUnreadable extends Error {
  constructor(
    readonly code: Extract<FaultCode, 'file-unreadable' | 'gzip-corrupt' | 'gzip-too-dense' | 'line-without-end'>,
    message: string,
  ) {
    super(message);
    this.name = 'ReportUnreadable';
  }
}

/** Reports pack to a twentieth or so; gzip itself can go to a thousandth. */
export const DENSITY_MAX = 200;
/** Below this, any density is harmless. */
const DENSE_BYTES_MIN = 8 * 1024 * 1024;
/** Far more than a line of a report; a file without line ends is none. */
const LINE_END_WITHIN = 16 * 1024 * 1024;
const LINE_FEED = 0x0a;
const UNPACKED_CHUNK = 256 * 1024;

/**
 * The text of a report, unpacked where it is gzip (told by its first bytes). Stops by ReportUnreadable at what can be
 * no report: damaged gzip, a file that unpacks to far too much, megabytes without a line end.
 */
export async function* unpacked(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  yield* withLineEnds(opened(source, bytesFrom));
}

/** The bytes of a file, unpacked where it is gzip (told by its first bytes), with the same refusals as `gunzipped`. */
export async function* opened(
  source: AsyncIterable<Uint8Array>,
  mostFrom: (taken: number) => number,
): AsyncGenerator<Buffer, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let length = 0;
  while (length < 2) {
    const { value, done } = await iterator.next();
    if (done === true) break;
    first.push(asBuffer(value));
    length += value.length;
  }
  const begin = Buffer.concat(first);
  const whole = joined(begin, iterator);
  yield* begin[0] === 0x1f && begin[1] === 0x8b ? gunzipped(whole, mostFrom) : whole;
}

const asBuffer = (chunk: Uint8Array): Buffer => Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);

async function* joined(begin: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Buffer> {
  try {
    if (begin.length > 0) yield begin;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield asBuffer(next.value);
  } finally {
    await rest.return?.();
  }
}

/** So much may come out of the bytes that were taken in. */
const bytesFrom = (taken: number): number => Math.max(DENSE_BYTES_MIN, DENSITY_MAX * taken);

/**
 * What is in a gzip file. Stops by ReportUnreadable where it is damaged (gzip-corrupt), or where more comes out than `mostFrom` allows for the
 * bytes taken in so far (gzip-too-dense). A failure of the source itself goes on to the caller. It comes in chunks of at most `chunkSize` bytes.
 */
export async function* gunzipped(
  packed: AsyncIterable<Buffer>,
  mostFrom: (taken: number) => number,
  chunkSize = UNPACKED_CHUNK,
): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize });
  let failure: unknown;
  const source = Readable.from(packed, { objectMode: false });
  // An error arrives below as well; this one tells a broken source from broken gzip.
  source.on('error', (error) => (failure = error));
  pipeline(source, gunzip, () => undefined);
  let unpackedBytes = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      unpackedBytes += chunk.length;
      if (unpackedBytes > mostFrom(gunzip.bytesWritten)) {
        throw new ReportUnreadable('gzip-too-dense', `unpacks to more than ${DENSITY_MAX} times its size`);
      }
      yield chunk;
    }
  } catch (error) {
    if (error instanceof ReportUnreadable) throw error;
    if (failure !== undefined) throw failure;
    throw new ReportUnreadable('gzip-corrupt', 'cannot be unpacked to its end');
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

async function* withLineEnds(text: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let since = 0;
  for await (const chunk of text) {
    const last = chunk.lastIndexOf(LINE_FEED);
    since = last < 0 ? since + chunk.length : chunk.length - last - 1;
    if (since > LINE_END_WITHIN) {
      throw new ReportUnreadable('line-without-end', `has no line end within ${LINE_END_WITHIN} bytes`);
    }
    yield chunk;
  }
}
