import { availableParallelism } from 'node:os';
import type { ReadingProgress } from '../platform/operations/reading-progress';
import type { Storage } from '../platform/storage/storage';
import { lineBytesMax } from './engine/careful-line';
import type { DsrInput } from './engine/dsr-input';
import { StreamPieces } from './engine/line-chunks';
import type { PlainFile } from './engine/line-parts';
import type { MatchPlan } from './engine/match-plan';
import type { DelimitedInput } from './engine/read-delimited';
import { chunksAhead, startAhead } from './engine/scan-threads';
import { UnpackedPieces } from './engine/unpacked-pieces';
import type { ReportFile } from './report-parts';
import { reportText } from './report-text';
import { unpacked, unpackedMost } from './unpacked';
import type { UsageReport } from './usage-report';

interface How {
  readonly plan: MatchPlan;
  readonly progress?: ReadingProgress | undefined;
}

/** Below this a thread costs more than it saves. */
export const threadsFromBytes = 8n * 1024n * 1024n;
const threadsMax = 2;

/** Starts the threads that will read a report, where it is read by threads, before it is known what its lines are looked up in. */
export function startThreadsAhead({ layout, bytes }: UsageReport, files: readonly ReportFile[]): void {
  if (layout !== null) startAhead('delimited-thread.js', threadsFor(bytes));
  else if (files.length === 1 && files[0]!.packed === null) startAhead('record-company-thread.js', threadsFor(bytes));
}

/** How the stored files of a DSR report are read. */
export function dsrInputOf(storage: Storage, files: readonly ReportFile[], { plan, progress }: How): DsrInput {
  const [only] = files;
  const threads = files.length === 1 ? threadsFor(only!.bytes) : 0;
  return {
    sources: () => unpackedFiles(storage, files, progress),
    file: threads > 0 ? plainFile(storage, only!) : undefined,
    plan,
    folder: storage.temporaryFolder,
    threads,
    progress,
  };
}

/** How the stored file of a table is read. */
export function tableInputOf(
  storage: Storage,
  report: UsageReport,
  { plan, progress }: How,
): Omit<DelimitedInput, 'layout' | 'base'> {
  const threads = threadsFor(report.bytes);
  const file = report.layout?.isParquet === true ? undefined : plainFile(storage, report);
  const source = file ?? piecesOf(storage, report, { threads, progress });
  return { source, plan, folder: storage.temporaryFolder, threads, progress };
}

function piecesOf(
  storage: Storage,
  report: UsageReport,
  { threads, progress }: Pick<How, 'progress'> & { readonly threads: number },
): UnpackedPieces | StreamPieces {
  if (threads === 0 || report.packed === null)
    return new StreamPieces(reportText(storage, report, { progress }), lineBytesMax);
  const path = storage.pathOf(report.file_sha256);
  const most = unpackedMost(report.bytes);
  return new UnpackedPieces({ path, most, lineMax: lineBytesMax, ahead: chunksAhead(threads) + 1 }, progress);
}

function plainFile(
  storage: Storage,
  { packed, file_sha256: sha256, bytes }: Omit<ReportFile, 'number'>,
): PlainFile | undefined {
  return packed === null ? { path: storage.pathOf(sha256), bytes: Number(bytes) } : undefined;
}

const threadsFor = (bytes: bigint): number =>
  bytes < threadsFromBytes ? 0 : Math.min(threadsMax, availableParallelism());

/** One file after another, each opened when it is its turn. */
function* unpackedFiles(
  storage: Storage,
  files: readonly ReportFile[],
  progress: ReadingProgress | undefined,
): Generator<AsyncIterable<Buffer>> {
  for (const file of files) {
    const bytes = storage.read(file.file_sha256);
    yield unpacked(progress?.watched(bytes) ?? bytes, file);
  }
}
