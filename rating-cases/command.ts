import { parseArgs } from 'node:util';
import { CaseFileRefused, readCaseFile } from './read-file';
import { reportJson, reportText } from './report';
import { runCase } from './run-cases';

/** What the command says, and how it ends: 0 when no case fails, 1 when one does, 2 when there are no cases to run. */
export interface Answer {
  readonly status: 0 | 1 | 2;
  readonly out: string;
  readonly err: string;
}

/** Runs the cases of a file: `FILE [--json]`. */
export function answer(args: readonly string[]): Answer {
  const asked = wish(args);
  if (asked === undefined) return refusal('usage: rating-cases FILE [--json]');
  try {
    const results = readCaseFile(asked.file).map(runCase);
    const out = asked.json ? reportJson(results) : reportText(results);
    return { status: results.some(({ ok }) => ok === false) ? 1 : 0, out: `${out}\n`, err: '' };
  } catch (error) {
    if (error instanceof CaseFileRefused) return refusal(`${asked.file}: ${error.message}`);
    throw error;
  }
}

/** Undefined when the command line asks for nothing that there is. */
function wish(args: readonly string[]): { readonly file: string; readonly json: boolean } | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const [file, ...more] = positionals;
    return file === undefined || more.length > 0 ? undefined : { file, json: values.json };
  } catch {
    return undefined;
  }
}

const refusal = (message: string): Answer => ({ status: 2, out: '', err: `rating-cases: ${message}\n` });
