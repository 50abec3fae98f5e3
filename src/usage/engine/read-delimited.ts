import { cellNumber, type DelimitedFault, delimitedFaults, type DelimitedLayout, jsonLines } from './delimited-layout';
import { type DeltaBase, keepHeld, TakenHeld } from './delta-base';
import { DelimitedWork, type ScannedChunk, type ThreadResult } from './delimited-thread';
import { faultsWaiting } from './held-and-faults';
import type { Pieces } from './line-chunks';
import { partNumbers, type PlainFile } from './line-parts';
import type { MatchPlan } from './match-plan';
import { type Progress, type Reading, ReadingFiles } from './reading';
import { scanChunks } from './scan-threads';
import { countsOf, slotsOfThread } from './running-tally';

export interface DelimitedInput {
  /** A stored file, or its pieces as they are unpacked; from the first byte on, the header included. No line is kept beyond `lineBytesMax` and one. */
  readonly source: PlainFile | Pieces;
  readonly layout: DelimitedLayout;
  readonly plan: MatchPlan;
  /** On disk: what is made waits in a folder of its own in here. */
  readonly folder: string;
  /** 0: in the caller's own. */
  readonly threads: number;
  /** What the lines are differences to. The layout is signed then. */
  readonly base?: DeltaBase;
  /** Room for the sums of one thread, in slots of 24 bytes, a power of two. */
  readonly slotsMax?: number;
  readonly progress?: Progress | undefined;
}

/** Reads a delimited report once, from its first byte to its last, with memory that does not grow with it. */
export async function readDelimited(input: DelimitedInput): Promise<Reading> {
  const files = await ReadingFiles.open(input.folder);
  try {
    const { base, plan } = input;
    const scanned = await scan(input, files);
    const tallied = scanned.results.flatMap((result) => result.tallied);
    const left = base === undefined ? [] : await keepHeld(base, scanned.takenHeld, files.held);
    const made = await files.end(plan, tallied, base?.sums);
    const { lines, byCode } = scanned;
    return { lines, ...countsOf(tallied, byCode), ...made, impossible: [...made.impossible, ...left] };
  } catch (error) {
    await files.remove();
    throw error;
  }
}

interface Scanned {
  readonly lines: number;
  /** Faulty lines, each under its first code. */
  readonly byCode: Readonly<Record<string, number>>;
  readonly results: readonly ThreadResult[];
  readonly takenHeld: TakenHeld;
}

async function scan(input: DelimitedInput, { folder, held, faults }: ReadingFiles): Promise<Scanned> {
  const { layout, progress } = input;
  const byCode: Record<string, number> = {};
  const takenHeld = new TakenHeld();
  const scanned = await scanDelimited(input, folder, async (chunk, before) => {
    await held.add(chunk.held, before + 1);
    takenHeld.add(chunk.takenHeld);
    let faulty = 0;
    for (const fault of chunk.faults) {
      faults.add(keptFault(fault, before, layout));
      // A line with several faults is one rejected line, counted under the first.
      if (fault.line !== faulty) {
        faulty = fault.line;
        byCode[fault.code] = (byCode[fault.code] ?? 0) + 1;
      }
    }
    await faults.flush(faultsWaiting);
    progress?.atLine(before + chunk.lines);
  });
  return { ...scanned, byCode, takenHeld };
}

/** Scans a report's lines in their order; `take` is given each chunk, and how many lines lie before it. Runs that do not stay in memory go to `folder`. */
export async function scanDelimited(
  { source, layout, plan, threads, slotsMax = slotsOfThread, progress }: Omit<DelimitedInput, 'folder' | 'base'>,
  folder: string,
  take: (chunk: ScannedChunk, before: number) => Promise<void>,
): Promise<{ readonly lines: number; readonly results: readonly ThreadResult[] }> {
  const isHeaded = layout.delimiter !== jsonLines;
  let lines = isHeaded ? 1 : 0;
  const order = { layout, plan, folder, slotsMax, file: isPlain(source) ? source : undefined };
  const chunks = isPlain(source) ? partNumbers(source, progress) : isHeaded ? withoutHeader(source) : source;
  const takeNext = async (chunk: ScannedChunk): Promise<void> => {
    if (chunk.memory !== undefined && !isPlain(source)) source.giveBack(chunk.memory);
    await take(chunk, lines);
    lines += chunk.lines;
  };
  const how = { order, thread: 'delimited-thread.js' as const, work: DelimitedWork, threads, take: takeNext };
  const results = await scanChunks(chunks, how);
  return { lines, results };
}

const keptFault = ({ line, column, code, value }: DelimitedFault, before: number, layout: DelimitedLayout) => ({
  line: String(before + line),
  record: '',
  cell: cellNumber(layout, column),
  cellName: column === null ? null : (layout.names[column] ?? null),
  code,
  severity: 'error' as const,
  value,
  message: delimitedFaults[code],
});

const isPlain = (source: DelimitedInput['source']): source is PlainFile => 'path' in source;

/** The header has been read by whoever made the layout. */
async function* withoutHeader(chunks: AsyncIterable<Buffer<ArrayBuffer>>): AsyncGenerator<Buffer<ArrayBuffer>> {
  let isFirst = true;
  for await (const chunk of chunks) {
    const rest = isFirst ? chunk.subarray(chunk.indexOf(10) + 1) : chunk;
    isFirst = false;
    if (rest.length > 0) yield rest;
  }
}
