/** The embedded PostgreSQL cannot be used; the message is one line that says what to do about it. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

/** The system's code of an error (ENOENT, 57P03, …), or an empty string. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

const causes: readonly [RegExp, string][] = [
  [/no space left on device/i, 'no space is left on the device'],
  [/address already in use|could not bind/i, 'its port was taken by another program'],
  [/database files are incompatible/i, 'the files were written by another version of PostgreSQL'],
  [/could not (?:map|resize|create) .*shared memory/i, 'the machine has too little shared memory'],
  [/cannot open shared object file/i, 'a system library is missing'],
  [/invalid locale name/i, 'the system has no C.UTF-8 locale'],
];

/** Turns what PostgreSQL printed while failing into one line: a known cause, and always its own last words. */
export function explain(what: string, output: string): EmbeddedPostgresError {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const cause = causes.find(([pattern]) => pattern.test(output));
  const last = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).at(-1);
  const telling = (cause && last(cause[0])) ?? last(/FATAL|PANIC|error/i) ?? lines.at(-1) ?? 'it said nothing';
  return new EmbeddedPostgresError(`${what}: ${cause ? `${cause[1]} ` : ''}(${telling.trim()})`);
}

/** A failure of our own files (no space, no permission) as one line; any other error as it is. */
export function asEmbeddedError(directory: string, error: unknown): unknown {
  if (!/^E[A-Z]+$/.test(codeOf(error))) return error;
  return new EmbeddedPostgresError(`the database folder ${directory} cannot be used (${(error as Error).message})`);
}
