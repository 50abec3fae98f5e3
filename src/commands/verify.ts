import { type Command } from 'commander';
import {
  type PublishedKey,
  type StatementVerification,
  type Verification,
  verifyBundle,
  verifyPdf,
  verifyStatement,
} from '../evidence';
import { printable } from './printable';
import { type Streams } from './terms-files';
import { EXIT, faultLines, line, outcomeLine, readBytes, readKeys } from './verify-files';
import { registerVerifyLedger } from './verify-ledger';
import { registerVerifyStatements } from './verify-statements';

interface Asked {
  readonly keys: string;
  readonly lines?: string;
  readonly json?: boolean;
}

/** `accordo verify FILE --keys KEYS`: whether an evidence bundle, a sealed PDF or a statement holds, without a server. */
export function registerVerify(program: Command): void {
  const verify = program
    .command('verify')
    .description(
      'check the evidence of an agreement, a sealed contract or a statement with the marketplace’s published keys alone',
    )
    .argument(
      '<file>',
      'the evidence of an agreement (ZIP), a sealed contract or statement (PDF), or a statement (JSON)',
    )
    .requiredOption('--keys <file>', 'the published keys: /.well-known/jwks.json of the marketplace')
    .option('--lines <file>', 'of a statement in JSON: its CSV, to see that these are its lines')
    .option('--json', 'print one object with what was checked and every fault')
    // A script must not take a command that was misspelt for evidence that does not hold.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.holds : EXIT.unreadable))
    .action(async (file: string, asked: Asked) => {
      process.exitCode = await verifyFile(file, asked, { output: process.stdout, errors: process.stderr });
    });
  registerVerifyLedger(verify);
  registerVerifyStatements(verify);
}

/** 0 when everything holds, 1 with faults, 2 when file or keys cannot be read. */
export async function verifyFile(file: string, asked: Asked, { output, errors }: Streams): Promise<number> {
  let bytes: Buffer;
  let keys: readonly PublishedKey[];
  let lines: Buffer | undefined;
  try {
    bytes = readBytes(file);
    keys = readKeys(asked.keys);
    lines = asked.lines === undefined ? undefined : readBytes(asked.lines);
  } catch (error) {
    errors.write(`${printable((error as Error).message)}\n`);
    return EXIT.unreadable;
  }
  if (bytes[0] === openBrace) {
    const checked = verifyStatement(bytes, keys, lines);
    output.write(asked.json ? `${JSON.stringify({ file, ...checked })}\n` : toldOfStatement(file, checked));
    return checked.faults.length === 0 ? EXIT.holds : EXIT.faults;
  }
  const verification = bytes.subarray(0, 5).equals(pdfMark)
    ? await verifyPdf(bytes, keys)
    : await verifyBundle(bytes, keys);
  output.write(asked.json ? `${JSON.stringify({ file, ...verification })}\n` : told(file, verification));
  if (verification.faults.some(({ code }) => code === 'bundle-unreadable')) return EXIT.unreadable;
  return verification.faults.length === 0 ? EXIT.holds : EXIT.faults;
}

const pdfMark = Buffer.from('%PDF-');
const openBrace = 0x7b;

function told(file: string, verification: Verification): string {
  const { agreement, madeAt, files, versions, signatures, notes, faults } = verification;
  const lines = [
    outcomeLine(file, faults),
    ...(agreement === undefined ? [] : line('agreement', `${agreement}, evidence of ${madeAt}`)),
    ...(versions.length === 0 ? [] : line('versions', versions.join(', '))),
    ...(agreement === undefined ? [] : line('checked', checkedText(files, signatures.length))),
    ...signatures.flatMap(({ version, party, organization, name, signer, signedAt }) => [
      `  signed     version ${version} by the ${party} ${organization}, ${signer.kind} ${signer.id}, ${signedAt}`,
      ...line('', name),
    ]),
    ...notes.flatMap((note) => line('note', note)),
    ...faultLines(faults),
  ];
  return `${lines.join('\n')}\n`;
}

function toldOfStatement(file: string, { statement, faults }: StatementVerification): string {
  const said =
    statement && `${statement.id} of ${statement.month}, for the ${statement.for}, payable ${statement.payable}`;
  const lines = [outcomeLine(file, faults), ...(said ? line('statement', said) : []), ...faultLines(faults)];
  return `${lines.join('\n')}\n`;
}

const checkedText = (files: number, signatures: number): string =>
  `${files} files by their hashes, what was signed by its manifests, ${signatures} signatures by their seals and keys`;
