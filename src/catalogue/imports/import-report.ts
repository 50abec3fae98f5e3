import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { csvRow } from '../../platform/http/csv';
import type { Storage, StoredFile } from '../../platform/storage/storage';

/** What happened to one thing of an import, or what is wrong with it; empty where it says nothing. */
export interface ReportLine {
  /** created, changed, unchanged, withdrawn, outdated, repeated, rejected, warning, error … */
  readonly what: string;
  readonly kind: 'recording' | 'release' | 'message' | 'fault';
  /** ISRC, bar code or another id. */
  readonly name: string;
  readonly file?: string | undefined;
  /** Of a file with rows; 0: none. */
  readonly row?: number;
  readonly column?: string;
  readonly path?: string;
  readonly code?: string;
  readonly value?: string;
  readonly message?: string;
}

/** A fault as it is listed beside the report. */
export interface ListedFault {
  readonly file: string;
  readonly row: number;
  readonly column: string;
  readonly path: string;
  readonly code: string;
  readonly value: string;
  readonly message: string;
  readonly severity: 'warning' | 'error';
}

const header = ['what', 'kind', 'name', 'file', 'row', 'column', 'path', 'code', 'value', 'message'];
/** So many are listed by the API, and kept in memory until the import ends; the report has all. */
export const faultsListed = 100_000;
const chunkLength = 64 * 1024;

/** Everything that an import does, line by line as CSV, in a file that is stored when it ends. Memory does not grow with it. */
export class ImportReport {
  private readonly stream = new PassThrough();
  private readonly stored: Promise<StoredFile>;
  private text = csvRow(header);
  readonly faults: ListedFault[] = [];
  private readonly counts = new Map<string, number>();

  constructor(storage: Storage) {
    this.stored = storage.store(this.stream, Number.MAX_SAFE_INTEGER);
    // Whoever keeps the report hears of it; one that is given up has none.
    this.stored.catch(() => undefined);
    this.stream.on('error', () => undefined);
  }

  add(line: ReportLine): void {
    const key = `${line.kind} ${line.what}`;
    this.counts.set(key, this.count(key) + 1);
    const { what, kind, name, file = '', row = 0, column = '', path = '', code = '', value = '', message = '' } = line;
    this.text += csvRow([what, kind, name, file, row === 0 ? '' : String(row), column, path, code, value, message]);
  }

  fault({ severity, ...place }: ListedFault): void {
    if (this.faults.length < faultsListed) this.faults.push({ severity, ...place });
    this.add({ what: severity, kind: 'fault', name: '', ...place });
  }

  /** "recording created": how many lines said so. */
  count(key: string): number {
    return this.counts.get(key) ?? 0;
  }

  /** Lets what was added go to disk: wait for it now and then. */
  async flush(): Promise<void> {
    if (this.text.length < chunkLength) return;
    const { text } = this;
    this.text = '';
    if (!this.stream.write(text)) await Promise.race([once(this.stream, 'drain'), this.stored]);
  }

  /** Nothing can be added afterwards. */
  async end(): Promise<StoredFile> {
    this.stream.end(this.text);
    return this.stored;
  }

  /** Leaves nothing behind, unless it was ended. */
  discard(): void {
    this.stream.destroy(new Error('given up'));
  }
}
