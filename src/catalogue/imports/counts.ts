import type { ImportReport } from './import-report';

/** What an import came to; of a dry run: what it would come to. */
export interface ImportCounts {
  /** Of files with rows. */
  readonly rows: { readonly read: number; readonly accepted: number; readonly rejected: number };
  readonly recordings: { readonly created: number; readonly changed: number; readonly unchanged: number };
  readonly releases: {
    readonly created: number;
    readonly changed: number;
    readonly withdrawn: number;
    /** Something newer is known of them already. */
    readonly outdated: number;
  };
  readonly messages: {
    readonly applied: number;
    readonly repeated: number;
    readonly outdated: number;
    readonly test: number;
    readonly refused: number;
  };
  readonly faults: { readonly errors: number; readonly warnings: number };
}

export function countsOf(report: ImportReport, rowsRead: number): ImportCounts {
  const of = (kind: string, what: string): number => report.count(`${kind} ${what}`);
  const rejected = of('recording', 'rejected');
  return {
    rows: { read: rowsRead, accepted: rowsRead - rejected, rejected },
    recordings: {
      created: of('recording', 'created'),
      changed: of('recording', 'changed'),
      unchanged: of('recording', 'unchanged'),
    },
    releases: {
      created: of('release', 'created'),
      changed: of('release', 'changed'),
      withdrawn: of('release', 'withdrawn'),
      outdated: of('release', 'outdated'),
    },
    messages: {
      applied: of('message', 'applied'),
      repeated: of('message', 'repeated'),
      outdated: of('message', 'outdated'),
      test: of('message', 'test'),
      refused: of('message', 'refused'),
    },
    faults: { errors: of('fault', 'error'), warnings: of('fault', 'warning') },
  };
}
