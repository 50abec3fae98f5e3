/** One thing wrong with a document. The pointer is an RFC 6901 JSON pointer into it; the code is stable and kebab-case. */
export interface Fault {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

/** More would help nobody, and a list of a million bad codes must not answer with a million faults. */
const FAULTS_MAX = 1000;

/** Collects all faults of one document, at most a thousand. */
export class Faults {
  readonly list: Fault[] = [];

  add(pointer: string, code: string, message: string): void {
    if (this.list.length < FAULTS_MAX) this.list.push({ pointer, code, message });
  }

  get found(): boolean {
    return this.list.length > 0;
  }
}

/** The pointer of a member: '/' and '~' in its name are escaped. */
export function at(pointer: string, member: string | number): string {
  // A list may have a hundred thousand.
  if (typeof member === 'number') return `${pointer}/${member}`;
  return `${pointer}/${member.slice(0, 200).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

const VALUE_LIMIT = 200;
// NUL cannot be stored by PostgreSQL, and terminal escapes must not reach a screen.
const UNSAFE = /[\u0000-\u001f\u007f]/g;

/** Cuts a value found in a file to what may be stored and shown: well-formed, short, without control characters. */
export function presentable(value: string, limit = VALUE_LIMIT): string {
  // Encoding turns half of a surrogate pair, as the cut may leave it, into the replacement character.
  return Buffer.from(value.slice(0, limit)).toString().replace(UNSAFE, '\ufffd');
}
