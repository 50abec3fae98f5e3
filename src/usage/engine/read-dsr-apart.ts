import { open } from 'node:fs/promises';
import { ReportInParts } from '../../ddex';
import type { DsrReader } from './dsr-input';
import { bytesAt } from './hashed-file';
import { partNumbers, partsOf, type PlainFile } from './line-parts';
import { type ScannedLines, type UsageLinesEnd, UsageLinesWork } from './record-company-thread';
import { slotsOfThread } from './running-tally';
import { scanChunks } from './scan-threads';
import { heldWords } from './tally';

const lineFeed = 10;

/** Room is made beforehand for no more lines than these: the first part may be unlike all others. */
const expectedMax = 4_000_000;

/** Lets others read the usage lines of a file of the record-company profile, each its own parts. */
export const readApart: DsrReader = async ({ file, plan, threads, progress }, { folder, held }, receiver) => {
  if (file === undefined) return undefined;
  const report = new ReportInParts(receiver);
  const from = await pushUntilUsage(file, report);
  const contexts = from === undefined ? undefined : report.contextsApart;
  if (from === undefined || contexts === undefined) return undefined;
  await held.add(receiver.running.takeHeld(), 1);
  const opening = report.lines;
  const rest = { ...file, from };
  const take = async (scanned: ScannedLines): Promise<void> => {
    const before = (receiver.heldFrom = report.lines);
    if (before === opening) report.expect(Math.min((scanned.ids.length / 2) * partsOf(rest), expectedMax));
    if (!report.takeApart(scanned)) throw new OnlyInOrder();
    await held.add(inOrder(scanned.held, receiver.running.takeHeld()), before + 1);
    await receiver.flushFaults();
    progress?.atLine(report.lines);
  };
  const order = { plan, folder, slotsMax: slotsOfThread, contexts, file: rest };
  const how = { order, thread: 'record-company-thread.js' as const, work: UsageLinesWork, threads, take };
  let ends: UsageLinesEnd[];
  try {
    ends = await scanChunks(partNumbers(rest, progress), how);
  } catch (error) {
    if (error instanceof OnlyInOrder) return undefined;
    throw error;
  }
  for (const { totals } of ends) report.addTotals(totals);
  const summary = report.finish();
  if (summary === undefined) return undefined;
  receiver.end(summary);
  receiver.together();
  return ends.map(({ tallied }) => tallied);
};

/** Something in the report can be judged only from its first line to its last. */
class OnlyInOrder extends Error {}

/** So much is looked through for the first usage line: thousands of sales contexts. */
const beginBytesMax = 16 * 1024 * 1024;
const beginBytesMin = 256 * 1024;
const beforeUsage = '\nSR08\t';

/** Reads everything up to the first usage line, and that one, and gives how many bytes it was; undefined where no usage line is found. */
async function pushUntilUsage({ path, bytes }: PlainFile, report: ReportInParts): Promise<number | undefined> {
  const file = await open(path, 'r');
  try {
    for (let length = beginBytesMin; length <= beginBytesMax; length *= 4) {
      const begin = await bytesAt(file, 0, Math.min(length, bytes));
      const usage = begin.indexOf(beforeUsage);
      const end = usage < 0 ? -1 : begin.indexOf(lineFeed, usage + 1);
      if (end < 0) continue;
      report.push(begin.subarray(0, end + 1));
      return end + 1;
    }
    return undefined;
  } finally {
    await file.close();
  }
}

/** Rows of both in the order of their lines; in each they are so already. */
function inOrder(some: Uint32Array, others: Uint32Array): Uint32Array {
  if (others.length === 0) return some;
  const all = new Uint32Array(some.length + others.length);
  for (let to = 0, at = 0, other = 0; to < all.length; to += heldWords) {
    const isOther = at === some.length || (other < others.length && others[other]! < some[at]!);
    if (isOther) all.set(others.subarray(other, (other += heldWords)), to);
    else all.set(some.subarray(at, (at += heldWords)), to);
  }
  return all;
}
