import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { type Command } from 'commander';
import {
  compareClauseLines,
  Findings,
  type PublishedKey,
  sealOfText,
  STATEMENT_BUNDLE_SEAL_TYPE,
  type StatementLink,
  type StatementVerification,
  verifyChain,
  verifyStatement,
} from '../evidence';
import { canonicalText, type Carried, type Fault } from '../kernel';
import { printable } from './printable';
import { type BundleFile, readBundle } from './read-bundle';
import { recompute, recomputeInputs } from './recompute-statement';
import { type Streams } from './terms-files';
import { EXIT, faultLines, line, outcomeLine, readBytes, readKeys } from './verify-files';

interface Asked {
  readonly keys: string;
  readonly inputs?: string;
  readonly json?: boolean;
}

/** What was found of one file. */
interface Checked {
  readonly file: string;
  readonly statement?: StatementVerification['statement'];
  /** How many clause lines came out the same, byte for byte; null: nothing was there to work them out from. */
  readonly recomputed: number | null;
  readonly usage: number;
  readonly faults: readonly Fault[];
  readonly link?: StatementLink;
}

/** `accordo verify statement FILE... --keys KEYS`: works statements out again from all that they were made of. Keys and form are options of `verify`. */
export function registerVerifyStatements(verify: Command): void {
  verify
    .command('statement')
    .description('work statements out again from their bundles, and see that each follows the one before it')
    .argument(
      '<files...>',
      'bundles of statements (`/v1/statements/…/bundle`), or one statement in JSON with its inputs',
    )
    .option('--inputs <file>', 'of one statement in JSON: what the API gives at `/inputs`')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.holds : EXIT.unreadable))
    .action(async (files: string[], _: object, command: Command) => {
      const streams = { output: process.stdout, errors: process.stderr };
      process.exitCode = await verifyStatementFiles(files, command.optsWithGlobals(), streams);
    });
}

/** 0 when everything holds, 1 with faults, 2 when files or keys cannot be read. */
export async function verifyStatementFiles(
  files: readonly string[],
  asked: Asked,
  { output, errors }: Streams,
): Promise<number> {
  const checked: Checked[] = [];
  try {
    if (asked.inputs !== undefined && files.length > 1) throw new Unreadable('inputs are of one statement');
    const keys = await reading(() => readKeys(asked.keys));
    for (const file of files) {
      const isJson = await reading(() => isStatement(file));
      checked.push(
        isJson
          ? await checkedJson(file, asked.inputs, keys)
          : checkedBundle(await reading(() => readBundle(file)), keys),
      );
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    errors.write(`${printable(error.message)}\n`);
    return EXIT.unreadable;
  }
  const links = checked.flatMap(({ link }) => (link === undefined ? [] : [link]));
  const chain = verifyChain(links);
  output.write(asked.json ? `${jsonOf(checked, chain)}\n` : told(checked, chain));
  if (checked.some(({ faults }) => faults.some(({ code }) => code === 'statement-unreadable'))) return EXIT.unreadable;
  return chain.length === 0 && checked.every(({ faults }) => faults.length === 0) ? EXIT.holds : EXIT.faults;
}

/** A file is not there, too large or none of the kind. */
class Unreadable extends Error {}

/** What reading gives; whatever is wrong with it is the file's. */
async function reading<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Unreadable((error as Error).message);
  }
}

const statementBegin = '{"seal":';

function isStatement(file: string): boolean {
  const begin = Buffer.alloc(statementBegin.length);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, begin);
  } finally {
    closeSync(descriptor);
  }
  return begin.toString('latin1') === statementBegin;
}

async function checkedJson(file: string, inputs: string | undefined, keys: readonly PublishedKey[]): Promise<Checked> {
  const bytes = await reading(() => readBytes(file));
  const { statement, faults } = verifyStatement(bytes, keys);
  if (inputs === undefined || statement === undefined)
    return { file, ...saidOf(statement), recomputed: null, usage: 0, faults };
  const findings = new Findings();
  const text = await reading(() => readFileSync(inputs, 'utf8'));
  const lines = recomputeInputs({ name: inputs, text }, findings);
  const recomputed = compared(bytes, lines, findings);
  return { file, ...saidOf(statement), recomputed, usage: 0, faults: [...faults, ...findings.faults] };
}

function checkedBundle(bundle: BundleFile, keys: readonly PublishedKey[]): Checked {
  const { name: file, agreement, statement: id, month, signed, carried, rows: usage } = bundle;
  const { statement, faults } = verifyStatement(signed, keys);
  const findings = new Findings();
  checkSealed(bundle, keys, findings);
  if (statement === undefined) return { file, recomputed: null, usage, faults: [...faults, ...findings.faults] };
  if (statement.id !== id || statement.month !== month)
    findings.add('statement', 'statement-differs', `is ${statement.id} of ${statement.month}, and the bundle of ${id}`);
  const made = recompute(bundle, findings);
  const before = findings.faults.length;
  const recomputed = made === undefined ? null : compared(signed, made.lines, findings);
  if (made !== undefined && !same(made.carried, carried.out)) {
    const message = `says ${short(carried.out)}, and the inputs give ${short(made.carried)}`;
    findings.add('carried/out', 'carried-differs', message);
  }
  const link = made && {
    ...{ file, agreement, statement: id, month, terms: made.terms },
    // What it says of the balances before it was read as such; those after it are what its inputs give.
    ...{ carriedIn: carried.in as Carried, carriedOut: made.carried },
  };
  return {
    ...{ file, statement, usage, faults: [...faults, ...findings.faults] },
    recomputed: findings.faults.length > before ? null : recomputed,
    ...(link === undefined ? {} : { link }),
  };
}

const saidOf = (statement: StatementVerification['statement']): Pick<Checked, 'statement'> =>
  statement === undefined ? {} : { statement };

/** The bundle's own seal: that no line was changed, added or taken away since it was made. */
function checkSealed(
  { end, found, agreement, statement }: BundleFile,
  keys: readonly PublishedKey[],
  findings: Findings,
): void {
  const { seal, ...sealed } = end;
  const text = same(sealed, sealed) ? canonicalText(sealed) : '';
  const fault = sealOfText(seal, text, keys, {
    purpose: 'statement',
    typ: STATEMENT_BUNDLE_SEAL_TYPE,
  });
  if (fault !== undefined) findings.add('end', fault, 'is not under the marketplace’s seal');
  if (sealed.records !== found.records || sealed.sha256 !== found.sha256)
    findings.add('end', 'bundle-changed', 'the lines of the bundle are not those that were sealed');
  if (sealed.agreement !== agreement || sealed.statement !== statement)
    findings.add('end', 'bundle-changed', 'another statement was sealed');
}

/** How many lines are the same; null where any differs, which the findings name. */
function compared(signed: Buffer, lines: string | undefined, findings: Findings): number | null {
  if (lines === undefined) return null;
  const { statement } = JSON.parse(signed.toString('utf8')) as { statement: { clauseLines?: unknown } };
  const stated = (Array.isArray(statement.clauseLines) ? statement.clauseLines : []) as Readonly<
    Record<string, unknown>
  >[];
  const made = lines.trimEnd().split('\n');
  const before = findings.faults.length;
  compareClauseLines(
    stated.filter((each) => typeof each === 'object' && each !== null),
    made.map((each) => JSON.parse(each) as Readonly<Record<string, unknown>>),
    findings,
  );
  return findings.faults.length === before ? made.length : null;
}

/** Of what a file says it may be anything: what has no canonical form is the same as nothing of ours. */
const same = (ours: unknown, theirs: unknown): boolean => {
  try {
    return canonicalText(ours) === canonicalText(theirs ?? null);
  } catch {
    return false;
  }
};

const short = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 200);

function jsonOf(checked: readonly Checked[], chain: readonly Fault[]): string {
  const files = checked.map(({ link: _, ...rest }) => rest);
  return JSON.stringify({ files, chain, faults: [...checked.flatMap(({ faults }) => faults), ...chain] });
}

function told(checked: readonly Checked[], chain: readonly Fault[]): string {
  const lines = checked.flatMap(({ file, statement, recomputed, usage, faults }) => [
    outcomeLine(file, faults),
    ...(statement === undefined
      ? []
      : line(
          'statement',
          `${statement.id} of ${statement.month}, for the ${statement.for}, payable ${statement.payable}`,
        )),
    ...(recomputed === null
      ? []
      : line(
          'recomputed',
          `${recomputed} clause lines, byte for byte${usage === 0 ? '' : `, from ${usage} usage sums`}`,
        )),
    ...faultLines(faults),
  ]);
  const links = checked.filter(({ link }) => link !== undefined).length;
  const follows =
    links < 2 ? [] : chain.length === 0 ? line('chain', `${links} statements, each following the one before it`) : [];
  return `${[...lines, ...follows, ...faultLines(chain)].join('\n')}\n`;
}
