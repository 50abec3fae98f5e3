import { type DelimitedLayout, jsonLines } from './engine/delimited-layout';

/** How the file of a report is called and told to be, as it is without gzip. A DSR file has no layout. */
export function fileKindOf(layout: DelimitedLayout | null): { readonly ending: string; readonly type: string } {
  if (layout === null || layout.delimiter === '\t')
    return { ending: 'tsv', type: 'text/tab-separated-values; charset=utf-8' };
  if (layout.delimiter === jsonLines) return { ending: 'jsonl', type: 'application/x-ndjson' };
  return { ending: 'csv', type: 'text/csv; charset=utf-8' };
}
