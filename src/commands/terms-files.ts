import { type Fault, readTerms, remarksOf, type Remark, type Terms } from '../kernel';
import { faultText, FilesRefused, inFile, openFile, parseJson, type FileFault } from './file-faults';

/** Where a command writes: its result, and what is wrong. */
export interface Streams {
  readonly output: { write(text: string): unknown };
  readonly errors: { write(text: string): unknown };
}

/** A terms file as far as it could be read: `unreadable` is not there or no JSON, `faulty` is JSON that is no terms. */
export type TermsFile =
  | { readonly file: string; readonly state: 'sound'; readonly terms: Terms; readonly remarks: readonly Remark[] }
  | { readonly file: string; readonly state: 'faulty' | 'unreadable'; readonly faults: readonly Fault[] };

export const EXIT_CODES = { sound: 0, faulty: 1, unreadable: 2 } as const;

export function readTermsAt(file: string): TermsFile {
  try {
    const reading = readTerms(parseJson(openFile(file)));
    if ('faults' in reading) return { file, state: 'faulty', faults: reading.faults };
    return { file, state: 'sound', terms: reading.terms, remarks: remarksOf(reading.terms) };
  } catch (error) {
    if (!(error instanceof FilesRefused)) throw error;
    const faults = error.faults.map(({ place, code, message }) => ({ pointer: place, code, message }));
    return { file, state: 'unreadable', faults };
  }
}

/** The worst of all files. */
export function exitCodeOf(files: readonly TermsFile[]): number {
  return Math.max(...files.map(({ state }) => EXIT_CODES[state]));
}

/** What is to be told of the file, a line each: its faults, or its remarks. */
export function linesOf(file: TermsFile): string {
  const told: FileFault[] = inFile(file.file, file.state === 'sound' ? file.remarks : file.faults);
  return told.map((fault) => `${faultText(fault)}\n`).join('');
}

/** Tells the faults of files that are no terms. */
export function tellFaults(files: readonly TermsFile[], { errors }: Streams): void {
  for (const file of files) if (file.state !== 'sound') errors.write(linesOf(file));
}
