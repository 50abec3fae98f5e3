import { readFileSync, statSync } from 'node:fs';
import { archiveBytesMax, type PublishedKey } from '../evidence';

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
