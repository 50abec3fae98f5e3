import { dsrReader, type Fault } from '../../ddex';
import type { DsrInput, DsrReader } from './dsr-input';
import { TallyingReceiver } from './dsr-receiver';
import { readApart } from './read-dsr-apart';
import { type Reading, ReadingFiles } from './reading';
import { countsOf } from './running-tally';

/** Lines are numbered through all files of a report, as if they followed each other. */
export interface DsrReading extends Reading {
  /** At most the first hundred faults that refuse the report as a whole. */
  readonly fatal: readonly Fault[];
  /** How many lines each file has. */
  readonly fileLines: readonly number[];
}

/**
 * Reads a DSR report of any profile that is received once, from its first byte to its last. Of a large file of the record-company profile threads read the usage
 * lines, each its own parts; where they meet what can be judged only in order, the file is read once more, in order.
 */
export async function readDsrReport(input: DsrInput): Promise<DsrReading> {
  const apart = input.file === undefined ? undefined : await readBy(readApart, input);
  return apart ?? (await readBy(readInOrder, input))!;
}

async function readBy(reader: DsrReader, input: DsrInput): Promise<DsrReading | undefined> {
  const { plan, folder } = input;
  const files = await ReadingFiles.open(folder);
  try {
    const receiver = new TallyingReceiver(plan, files);
    const others = await reader(input, files, receiver);
    if (others === undefined) {
      await files.remove();
      return undefined;
    }
    const tallied = [receiver.running.end(), ...others];
    const made = await files.end(plan, tallied);
    const { fatal, fileLines, linesBefore: lines, rejectedByCode } = receiver;
    return { lines, ...countsOf(tallied, rejectedByCode), ...made, fatal, fileLines };
  } catch (error) {
    await files.remove();
    throw error;
  }
}

const readInOrder: DsrReader = async ({ sources, progress }, { held }, receiver) => {
  // Reading part by part may have come some way before.
  await progress?.atBytes(0);
  for (const source of sources()) {
    const report = dsrReader(receiver);
    for await (const chunk of source) {
      report.push(chunk);
      progress?.atLine(receiver.lastLine);
      await held.add(receiver.running.takeHeld(), 1);
      await receiver.flushFaults();
    }
    receiver.end(report.finish());
  }
  receiver.together();
  await held.add(receiver.running.takeHeld(), 1);
  return [];
};
