import { readFileSync, statSync } from 'node:fs';
import { archiveBytesMax, type PublishedKey, type Verification } from '../evidence';
import { printable } from './printable';
import { hangingLines } from './wrap-text';

export const EXIT = { holds: 0, faults: 1, unreadable: 2 } as const;

/** Throws for a file that is not there, or larger than any that we give. */
export function readBytes(file: string): Buffer {
  if (statSync(file).size > archiveBytesMax) throw new Error(`${file}: larger than any evidence bundle`);
  return readFileSync(file);
}

/** The keys of a JSON Web Key Set; throws where the file is none. */
export function readKeys(file: string): readonly PublishedKey[] {
  const text = readFileSync(file, 'utf8');
  let set: unknown;
  try {
    set = JSON.parse(text);
  } catch {
    throw new Error(`${file}: is no JSON`);
  }
  const keys = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : undefined;
  if (!Array.isArray(keys)) throw new Error(`${file}: is no JSON Web Key Set`);
  return keys as PublishedKey[];
}

const WIDTH = 100;
const COLUMN = 13;

type Faults = Verification['faults'];

/** What was found of one kind, on as many lines as it needs. */
export const line = (label: string, text: string): string[] =>
  hangingLines({ label: `  ${label}`, text: printable(text), column: COLUMN, width: WIDTH });

export const outcomeLine = (file: string, { length }: Faults): string =>
  `${printable(file)}: ${length === 0 ? 'everything holds' : `${length} ${length === 1 ? 'fault' : 'faults'}`}`;

export const faultLines = (faults: Faults): string[] =>
  faults.flatMap(({ pointer, code, message }) => line('fault', `${pointer}: ${message} (${code})`));
