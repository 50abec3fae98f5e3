import { DomainError } from '../platform/errors/domain-error';
import type { ReadingProgress } from '../platform/operations/reading-progress';
import type { Storage } from '../platform/storage/storage';
import type { DelimitedLayout } from './engine/delimited-layout';
import { type ColumnKind, columnKinds } from './mapping';
import { parquetRows } from './parquet/parquet-rows';
import { ParquetUnreadable } from './parquet/unreadable';
import { unpacked } from './unpacked';
import type { UsageReport } from './usage-report';

interface TextAsked {
  readonly progress?: ReadingProgress | undefined;
  /** Of Parquet with up to sixty columns that can be told as text, not only those that are read. */
  readonly isWhole?: boolean;
}

type Report = Pick<UsageReport, 'file_sha256' | 'bytes' | 'packed' | 'layout'>;

/** The lines of a stored report as they are counted: unpacked where it came by gzip, as JSON Lines where it is Parquet. Refuses with report-unreadable. */
export function reportText(
  storage: Storage,
  report: Report,
  { progress, isWhole }: TextAsked = {},
): AsyncIterable<Buffer> {
  const { file_sha256: sha256, layout } = report;
  if (layout?.isParquet === true) {
    const at = progress && ((bytes: number) => progress.atBytes(bytes));
    const asked = { columns: columnsOf(layout), isWhole: isWhole === true, forms: layout, at };
    return refusing(parquetRows(storage.pathOf(sha256), asked));
  }
  const file = storage.read(sha256);
  return unpacked(progress?.watched(file) ?? file, report);
}

function columnsOf(layout: DelimitedLayout): Partial<Record<ColumnKind, string>> {
  const named = columnKinds.flatMap((kind) => {
    const name = layout.names[layout[kind] ?? -1];
    return name === undefined ? [] : [[kind, name] as const];
  });
  return Object.fromEntries(named);
}

async function* refusing(rows: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* rows;
  } catch (error) {
    throw asRefusal(error);
  }
}

/** What callers are told about a file that is no Parquet, or none that is read. */
export const asRefusal = (error: unknown): unknown =>
  error instanceof ParquetUnreadable
    ? new DomainError(
        'report-unreadable',
        undefined,
        error.faults.map((fault) => ({ pointer: '/file', ...fault })),
      )
    : error;
