import { type Command, Option } from 'commander';
import { describeTerms, repertoireHash, termsHash, type LanguageCode } from '../kernel';
import { differenceText, termsDifference } from './terms-diff';
import { EXIT_CODES, exitCodeOf, linesOf, readTermsAt, tellFaults, type Streams } from './terms-files';
import { hangingLines } from './wrap-text';

interface Format {
  readonly json?: boolean;
}

interface Wording extends Format {
  readonly language: LanguageCode;
}

const WIDTH = 100;
const DIFFERENT = 1;

/** Registers `accordo terms`: what can be said of terms from their files alone. */
export function registerTerms(program: Command): void {
  const terms = program.command('terms').description('check, explain, compare and hash terms, without a server');
  const streams: Streams = { output: process.stdout, errors: process.stderr };
  const language = (): Option =>
    new Option('--language <language>', 'of the clauses').choices(['en', 'ru']).default('en');
  terms
    .command('check')
    .description('tell every fault of terms, and what is unusual in those without')
    .argument('<files...>', 'terms, JSON')
    .option('--json', 'print a list with the faults and remarks of each file')
    .action((files: string[], format: Format) => {
      process.exitCode = checkTerms(files, format, streams);
    });
  terms
    .command('explain')
    .description('print terms as the numbered clauses of a contract')
    .argument('<file>', 'terms, JSON')
    .addOption(language())
    .option('--json', 'print a list of clauses')
    .action((file: string, wording: Wording) => {
      process.exitCode = explainTerms(file, wording, streams);
    });
  terms
    .command('diff')
    .description('tell what later terms change, clause by clause and value by value')
    .argument('<before>', 'terms, JSON')
    .argument('<after>', 'terms, JSON')
    .addOption(language())
    .option('--json', 'print one object with the differing clauses and values')
    .action((before: string, after: string, wording: Wording) => {
      process.exitCode = compareTerms([before, after], wording, streams);
    });
  terms
    .command('hash')
    .description('print the SHA-256 of the canonical terms, which is what parties sign')
    .argument('<files...>', 'terms, JSON')
    .option('--repertoire', 'the SHA-256 of the list of recordings instead')
    .option('--json', 'print a list with both hashes of each file')
    .action((files: string[], format: Format & { repertoire?: boolean }) => {
      process.exitCode = hashTerms(files, format, streams);
    });
}

/** 0 without faults, 1 with, 2 when a file cannot be read. */
export function checkTerms(paths: readonly string[], { json }: Format, { output, errors }: Streams): number {
  const files = paths.map(readTermsAt);
  if (json) {
    const told = files.map((file) =>
      file.state === 'sound'
        ? { file: file.file, faults: [], remarks: file.remarks }
        : { file: file.file, faults: file.faults, remarks: [] },
    );
    output.write(`${JSON.stringify(told)}\n`);
  } else {
    for (const file of files) (file.state === 'unreadable' ? errors : output).write(linesOf(file));
  }
  return exitCodeOf(files);
}

/** 0, or as for a check. */
export function explainTerms(path: string, { language, json }: Wording, streams: Streams): number {
  const file = readTermsAt(path);
  tellFaults([file], streams);
  if (file.state !== 'sound') return exitCodeOf([file]);
  const clauses = describeTerms(file.terms, language);
  const column = Math.max(...clauses.map(({ clause }) => clause.length)) + 2;
  const text = clauses
    .flatMap(({ clause, text }) => [...hangingLines({ label: clause, text, column, width: WIDTH }), ''])
    .slice(0, -1)
    .map((line) => `${line}\n`)
    .join('');
  streams.output.write(json ? `${JSON.stringify(clauses)}\n` : text);
  return EXIT_CODES.sound;
}

/** 0 when both are the same terms, 1 when they differ, 2 when one of them cannot be read or has faults. */
export function compareTerms(
  [before, after]: readonly [string, string],
  { language, json }: Wording,
  streams: Streams,
): number {
  const files = [readTermsAt(before), readTermsAt(after)] as const;
  tellFaults(files, streams);
  const [earlier, later] = files;
  if (earlier.state !== 'sound' || later.state !== 'sound') return EXIT_CODES.unreadable;
  const difference = termsDifference(earlier.terms, later.terms, language);
  const { equal, ...told } = difference;
  streams.output.write(json ? `${JSON.stringify(told)}\n` : differenceText(difference, WIDTH));
  return equal ? EXIT_CODES.sound : DIFFERENT;
}

/** As for a check; files without fault are hashed all the same. */
export function hashTerms(
  paths: readonly string[],
  { repertoire, json }: Format & { readonly repertoire?: boolean },
  streams: Streams,
): number {
  const files = paths.map(readTermsAt);
  tellFaults(files, streams);
  const hashes = files.flatMap((file) =>
    file.state === 'sound'
      ? [{ file: file.file, terms: termsHash(file.terms), repertoire: repertoireHash(file.terms) }]
      : [],
  );
  const lines = hashes.map((hash) => `${repertoire ? hash.repertoire : hash.terms}  ${hash.file}\n`);
  streams.output.write(json ? `${JSON.stringify(hashes)}\n` : lines.join(''));
  return exitCodeOf(files);
}
