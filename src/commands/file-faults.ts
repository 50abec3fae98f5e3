import { readFileSync } from 'node:fs';
import { type Fault } from '../kernel';

/** A fault of one of the files given to a command; the place is a JSON pointer or 'line 17', '' for the whole file. */
export interface FileFault {
  readonly file: string;
  readonly place: string;
  readonly code: string;
  readonly message: string;
}

/** A file by the name that faults are told with. */
export interface TextFile {
  readonly name: string;
  readonly text: string;
  /** What the text is as JSON, where whoever gives it has read it already; the text is not looked at then. */
  readonly json?: unknown;
}

/** The files cannot be used. Carries every fault found, in the order of the files. */
export class FilesRefused extends Error {
  constructor(readonly faults: readonly FileFault[]) {
    super(faults.map(faultText).join('\n'));
    this.name = 'FilesRefused';
  }
}

/** As many as help anybody. */
const FAULTS_MAX = 1000;

/** Collects the faults of all files, each once. */
export class FileFaults {
  readonly list: FileFault[] = [];
  private readonly told = new Set<string>();

  add(...faults: readonly FileFault[]): void {
    for (const fault of faults) {
      const text = faultText(fault);
      if (this.told.size >= FAULTS_MAX || this.told.has(text)) continue;
      this.told.add(text);
      this.list.push(fault);
    }
  }

  /** Throws FilesRefused when anything was found. */
  refuse(): void {
    if (this.list.length > 0) throw new FilesRefused(this.list);
  }

  /** What the work gives; when it is refused, its faults are noted and there is nothing. */
  collect<Result>(work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof FilesRefused)) throw error;
      this.add(...error.faults);
      return undefined;
    }
  }
}

export function faultText({ file, place, code, message }: FileFault): string {
  return `${file}${place === '' ? '' : ` ${place}`}: ${code}: ${message}`;
}

/** Faults of a JSON document as faults of its file. */
export function inFile(file: string, faults: readonly Fault[]): FileFault[] {
  return faults.map(({ pointer, code, message }) => ({ file, place: pointer, code, message }));
}

/** The text of a file. Throws FilesRefused with `file-unreadable`. */
export function openFile(path: string): TextFile {
  try {
    return { name: path, text: readFileSync(path, 'utf8') };
  } catch {
    throw new FilesRefused([{ file: path, place: '', code: 'file-unreadable', message: 'cannot be read' }]);
  }
}

/** The file as parsed JSON. Throws FilesRefused with `json-malformed`. */
export function parseJson({ name, text, json }: TextFile): unknown {
  if (json !== undefined) return json;
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : 'is no JSON';
    throw new FilesRefused([{ file: name, place: '', code: 'json-malformed', message }]);
  }
}
