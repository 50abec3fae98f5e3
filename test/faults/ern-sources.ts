import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleReleaseMessage } from '../../src/sample/release-message';
import { seededRandom } from '../../src/sandbox/stripe/seeded-random';
import { anyMessage, ernVersions } from '../support/ern-messages';
import { sharedFile } from '../support/shared-files';

const GENERATED_OF_EACH = 5;
/** Real ones are longer, and so are slower to compare. */
const REAL_BYTES_MAX = 25_000;

/** Messages to be damaged: a plain one of ours, and some of every layout. */
export const generated = (seed: number): Buffer[] => [
  Buffer.from(sampleReleaseMessage(1)),
  ...ernVersions.flatMap((version, place) =>
    Array.from({ length: GENERATED_OF_EACH }, (_, index) =>
      Buffer.from(anyMessage(seededRandom(seed + place * GENERATED_OF_EACH + index), version)),
    ),
  ),
];

/** And, where they are, real ones. */
export function realFiles(): Buffer[] {
  const folder = sharedFile('data/ern');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.xml'))
    .map((name) => readFileSync(join(folder, name)))
    .filter(({ length }) => length <= REAL_BYTES_MAX);
}
