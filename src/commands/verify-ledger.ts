import { type Command } from 'commander';
import { type LedgerVerification, type PublishedKey, verifyLedger } from '../evidence';
import { printable } from './printable';
import { type Streams } from './terms-files';
import { EXIT, faultLines, line, outcomeLine, readBytes, readKeys } from './verify-files';

interface Asked {
  readonly keys: string;
  readonly json?: boolean;
}

/** `accordo verify ledger FILE... --keys KEYS`: whether what was downloaded of the ledger holds, and is of one log. Keys and form are options of `verify`. */
export function registerVerifyLedger(verify: Command): void {
  verify
    .command('ledger')
    .description('check bundles, proofs and checkpoints of the ledger, alone and against each other')
    .argument('<files...>', 'answers of the API as they came: bundle, inclusion, consistency, checkpoint')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.holds : EXIT.unreadable))
    .action((files: string[], _: object, command: Command) => {
      const streams = { output: process.stdout, errors: process.stderr };
      process.exitCode = verifyLedgerFiles(files, command.optsWithGlobals(), streams);
    });
}

/** 0 when everything holds, 1 with faults, 2 when files or keys cannot be read. */
function verifyLedgerFiles(files: readonly string[], asked: Asked, { output, errors }: Streams): number {
  let read: { readonly name: string; readonly bytes: Buffer }[];
  let keys: readonly PublishedKey[];
  try {
    read = files.map((name) => ({ name, bytes: readBytes(name) }));
    keys = readKeys(asked.keys);
  } catch (error) {
    errors.write(`${printable((error as Error).message)}\n`);
    return EXIT.unreadable;
  }
  const verification = verifyLedger(read, keys);
  output.write(asked.json ? `${JSON.stringify({ files, ...verification })}\n` : told(files, verification));
  if (verification.faults.some(({ code }) => code === 'ledger-file')) return EXIT.unreadable;
  return verification.faults.length === 0 ? EXIT.holds : EXIT.faults;
}

function told(files: readonly string[], { agreements, checkpoints, proved, faults }: LedgerVerification): string {
  const lines = [
    outcomeLine(files.join(', '), faults),
    ...checkpoints.flatMap(({ size, signedAt, root }) =>
      line('checkpoint', `${size} transactions, ${signedAt}, ${root}`),
    ),
    ...agreements.flatMap(({ agreement, transactions, size }) =>
      line('agreement', `${agreement}, all its ${transactions} transactions among the first ${size}`),
    ),
    ...line('proved', `${proved} ${proved === 1 ? 'transaction' : 'transactions'}`),
    ...faultLines(faults),
  ];
  return `${lines.join('\n')}\n`;
}
