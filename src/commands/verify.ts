import { readFileSync } from 'node:fs';
import { type Command } from 'commander';
import { type PublishedKey, type Verification, verifyBundle, verifyPdf } from '../evidence';
import { hangingLines } from './wrap-text';

const EXIT = { holds: 0, faults: 1, unreadable: 2 } as const;
const WIDTH = 100;
const COLUMN = 13;

/** `accordo verify FILE --keys KEYS`: whether an evidence bundle holds, without a server. */
export function registerVerify(program: Command): void {
  program
    .command('verify')
    .description(
      'check the evidence of an agreement, or a sealed contract, with the marketplace’s published keys alone',
    )
    .argument('<file>', 'the evidence of an agreement (ZIP), or a sealed contract (PDF)')
    .requiredOption('--keys <file>', 'the published keys: /.well-known/jwks.json of the marketplace')
    .option('--json', 'print one object with what was checked and every fault')
    .action(async (file: string, { keys, json }: { keys: string; json?: boolean }) => {
      process.exitCode = await verifyFile(file, keys, json === true);
    });
}

async function verifyFile(file: string, keysFile: string, json: boolean): Promise<number> {
  let bytes: Buffer;
  let keys: readonly PublishedKey[];
  try {
    bytes = readFileSync(file);
    keys = readKeys(readFileSync(keysFile, 'utf8'));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return EXIT.unreadable;
  }
  const verification = bytes.subarray(0, 5).equals(pdfMark)
    ? await verifyPdf(bytes, keys)
    : await verifyBundle(bytes, keys);
  process.stdout.write(json ? `${JSON.stringify({ file, ...verification })}\n` : told(file, verification));
  if (verification.faults.some(({ code }) => code === 'bundle-unreadable')) return EXIT.unreadable;
  return verification.faults.length === 0 ? EXIT.holds : EXIT.faults;
}

const pdfMark = Buffer.from('%PDF-');

function readKeys(text: string): readonly PublishedKey[] {
  const { keys } = JSON.parse(text) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error('the keys are no JSON Web Key Set');
  return keys as PublishedKey[];
}

function told(file: string, { agreement, madeAt, versions, signatures, notes, faults }: Verification): string {
  const lines = [
    `${file}: ${faults.length === 0 ? 'everything holds' : `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`}`,
    ...(agreement === undefined ? [] : [`  agreement  ${agreement}, evidence of ${madeAt}`]),
    ...(versions.length === 0 ? [] : [`  versions   ${versions.join(', ')}`]),
    ...signatures.map(
      ({ version, party, organization, signer, signedAt }) =>
        `  signed     version ${version} by the ${party} ${organization}, ${signer.kind} ${signer.id}, ${signedAt}`,
    ),
    ...notes.flatMap((note) => hangingLines({ label: '  note', text: note, column: COLUMN, width: WIDTH })),
    ...faults.flatMap(({ pointer, code, message }) =>
      hangingLines({ label: '  fault', text: `${pointer}: ${message} (${code})`, column: COLUMN, width: WIDTH }),
    ),
  ];
  return `${lines.join('\n')}\n`;
}
