import { DENSITY_MAX, gunzipped, ReportUnreadable } from '../ddex';
import { DomainError } from '../platform/errors/domain-error';

/** Small files may be as dense as they like. */
const freeBytes = 64 * 1024 * 1024;

/** What callers are told about a file that cannot be unpacked. */
const codes: Readonly<Record<string, string>> = { 'gzip-corrupt': 'not-gzip', 'gzip-too-dense': 'packed-too-tightly' };

/** A report's bytes as they are read: inflated where it came packed. Refuses with report-unreadable what is no gzip, or grows beyond all measure. */
export async function* unpacked(
  file: AsyncIterable<Buffer>,
  { packed, bytes }: { readonly packed: 'gzip' | null; readonly bytes: bigint },
): AsyncGenerator<Buffer> {
  if (packed === null) {
    yield* file;
    return;
  }
  const most = unpackedMost(bytes);
  try {
    yield* gunzipped(file, () => most);
  } catch (error) {
    throw refusalOf(error);
  }
}

/** What may come out of so many packed bytes. */
export const unpackedMost = (bytes: bigint): number => Math.max(freeBytes, Number(bytes) * DENSITY_MAX);

/** The refusal of a file that cannot be unpacked; any other error is itself. */
export function refusalOf(error: unknown): unknown {
  if (!(error instanceof ReportUnreadable)) return error;
  const fault = { pointer: '/file', code: codes[error.code] ?? error.code, message: `the file ${error.message}` };
  return new DomainError('report-unreadable', undefined, [fault]);
}
