import { checkReport, dsrReader, faultWeights, profiles, type DsrSummary, type Fault } from '../../src/ddex';
import { below, type Random } from '../support/dsr-cells';
import { type Mutated } from './dsr-mutations';

/** What is wrong with how a damaged file was read; empty when nothing is. Whatever throws is told as well. */
export async function judge({ bytes, expected }: Mutated, random: Random): Promise<string[]> {
  try {
    const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const check = await checkReport(pieces(bytes, random), 'report.tsv');
    const complaints = expected !== null && !(expected in check.faults.byCode) ? [`${expected} was not found`] : [];
    if (check.summary === null) return [...complaints, ...(packed ? [] : ['an unpacked file is called unreadable'])];
    if (!packed) complaints.push(...sameWhereverCut(bytes, random), ...complaintsOf(bytes));
    return complaints;
  } catch (error) {
    return [`it threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  }
}

function read(parts: Iterable<Buffer>): { summary: DsrSummary; faults: Fault[] } {
  const faults: Fault[] = [];
  const reader = dsrReader({ fault: (fault) => faults.push(fault) });
  for (const part of parts) reader.push(part);
  return { summary: reader.finish(), faults };
}

function complaintsOf(bytes: Buffer): string[] {
  const { summary, faults } = read([bytes]);
  const wrong: string[] = [];
  for (const { line, record, cell, code, value, message } of faults) {
    const isSound =
      line >= Math.min(1, summary.lines) &&
      line <= summary.lines &&
      record.length <= 16 &&
      value.length <= 200 &&
      !/[\u0000-\u001f\u007f]/.test(value + record) &&
      code in faultWeights &&
      message !== '' &&
      (cell === null || (cell.number >= 1 && cell.number <= 48 && cell.name !== ''));
    if (!isSound) wrong.push(`a fault is not as it must be: ${JSON.stringify({ line, record, cell, code, value })}`);
  }
  if (summary.faults !== faults.length) wrong.push('faults were not all passed on');
  // A head that comes too late names a profile by which nothing was read: then all usage records count.
  const named = profiles.filter(({ id }) => id === summary.profile);
  const [one, other] = [named, profiles].map((read) =>
    miscounted(
      summary,
      faults,
      read.flatMap(({ usage }) => usage),
    ),
  );
  return one === null || other === null ? wrong : [...wrong, one!];
}

/** Records of a version that nobody knows are no usage records, whatever they are. */
const isError = ({ severity, code }: Fault): boolean => severity === 'error' && code !== 'unknown-record-version';

/** Each usage record, by these families, must be accepted or rejected, and rejected only with an error. */
function miscounted(summary: DsrSummary, faults: readonly Fault[], families: readonly string[]): string | null {
  const isUsage = (code: string): boolean => families.includes(code.split('.')[0]!);
  const usages = Object.entries(summary.records)
    .filter(([code]) => isUsage(code))
    .reduce((sum, [, count]) => sum + count, 0);
  if (summary.accepted + summary.rejected !== usages) return 'accepted and rejected are not all usage records';
  const faulty = new Set(faults.filter((fault) => isError(fault) && isUsage(fault.record)).map(({ line }) => line));
  if (summary.rejected === faulty.size) return null;
  return `${summary.rejected} records are rejected, ${faulty.size} have errors`;
}

function sameWhereverCut(bytes: Buffer, random: Random): string[] {
  if (random() < 0.8) return [];
  const parts = cutAnywhere(bytes, random, 200);
  const same = JSON.stringify(comparable(read(parts))) === JSON.stringify(comparable(read([bytes])));
  return same ? [] : ['it makes a difference where the bytes are cut'];
}

/** In parts of one byte to `most` bytes. */
export function cutAnywhere(bytes: Buffer, random: Random, most: number): Buffer[] {
  const parts: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = start + 1 + below(random, most);
    parts.push(bytes.subarray(start, end));
    start = end;
  }
  return parts;
}

const comparable = ({
  summary: { head: _head, footer: _footer, blockIds, ...summary },
  faults,
}: ReturnType<typeof read>): object => ({
  summary: { ...summary, blockIds: blockIds && [String(blockIds.lowest), String(blockIds.highest)] },
  faults,
});

async function* pieces(bytes: Buffer, random: Random): AsyncGenerator<Buffer> {
  const size = 1 + below(random, bytes.length + 1);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
