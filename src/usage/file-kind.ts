import { type DelimitedLayout, jsonLines } from './engine/delimited-layout';

interface FileKind {
  readonly ending: string;
  readonly type: string;
}

export const parquetType = 'application/vnd.apache.parquet';

/** How the file of a report is called and told to be, as it is without gzip. A DSR file has no layout. */
export const fileKindOf = (layout: DelimitedLayout | null): FileKind =>
  layout?.isParquet === true ? { ending: 'parquet', type: parquetType } : linesKindOf(layout);

/** The same of single lines of it: rows of Parquet are told as JSON Lines. */
export function linesKindOf(layout: DelimitedLayout | null): FileKind {
  if (layout === null || layout.delimiter === '\t')
    return { ending: 'tsv', type: 'text/tab-separated-values; charset=utf-8' };
  if (layout.delimiter === jsonLines) return { ending: 'jsonl', type: 'application/x-ndjson' };
  return { ending: 'csv', type: 'text/csv; charset=utf-8' };
}
