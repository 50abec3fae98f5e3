import { gzipSync } from 'node:zlib';
import { checkReport, type FaultCode } from '../../src/ddex';

const MEBIBYTE = 1024 * 1024;
/** Whoever refuses early has not read more of it than this. */
const READ_MAX = 24 * MEBIBYTE;

interface Giant {
  readonly what: string;
  readonly piece: Buffer;
  readonly pieces: number;
  readonly expected: FaultCode;
}

/** Files that would fill any memory: a line of a gigabyte, and ten megabytes that unpack to ten gigabytes. */
const giants = (): Giant[] => [
  { what: 'a line of 1 GiB', piece: Buffer.alloc(MEBIBYTE, 'SR08\t'), pieces: 1024, expected: 'line-without-end' },
  ...['\n', 'SR08\tT1\n'].map((line) => ({
    what: `10 GiB of ${JSON.stringify(line)} in about 10 MiB of gzip`,
    piece: gzipSync(Buffer.alloc(64 * MEBIBYTE, line)),
    pieces: 160,
    expected: 'gzip-too-dense' as const,
  })),
];

/** What is wrong with how the giants were read; each must be refused after a small part of it. */
export async function refuseGiants(): Promise<string[]> {
  const complaints: string[] = [];
  for (const { what, piece, pieces, expected } of giants()) {
    let read = 0;
    async function* bytes() {
      for (let sent = 0; sent < pieces; sent += 1) {
        read += piece.length;
        yield piece;
      }
    }
    const { summary, faults } = await checkReport(bytes(), 'giant.tsv');
    if (summary !== null || !(expected in faults.byCode)) complaints.push(`${what} was not refused`);
    if (read > READ_MAX || read === pieces * piece.length) complaints.push(`${what} was read for ${read} bytes`);
  }
  return complaints;
}
