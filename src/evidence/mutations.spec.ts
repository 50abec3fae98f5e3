import { readArchive } from './archive';
import { bundleOf, publishedKeys, repacked, resealed, threeVersions } from './testing/bundles';
import { verifyBundle } from '.';

/** How many changes of each kind; `ACCORDO_MUTATIONS=10000` for the whole measure. */
const mutations = Number(process.env['ACCORDO_MUTATIONS'] ?? 300);
const patience = 60_000 + mutations * 100;

/** Positions from a seed, so that a failure can be had again. */
function positions(count: number, length: number): number[] {
  let state = 20_260_105;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state % length;
  });
}

function changedAt(bytes: Buffer, position: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[position]! ^= 1 << (position % 8);
  return changed;
}

const partsOf = async (bytes: Buffer): Promise<string[]> =>
  (await verifyBundle(bytes, publishedKeys)).faults.map(({ pointer }) => pointer);

let bundle: Buffer;
let files: [string, Buffer][];
beforeAll(async () => {
  bundle = await bundleOf(threeVersions().map(({ version }) => version));
  files = [...(await readArchive(bundle))];
});

/** Changes in files of the bundle, spread over all bytes of those that are wanted. */
function changes(wanted: (name: string) => boolean): { name: string; content: Buffer }[] {
  const among = files.filter(([name]) => wanted(name));
  const total = among.reduce((sum, [, { length }]) => sum + length, 0);
  return positions(mutations, total).map((position) => {
    let offset = position;
    const [name, content] = among.find(([, { length }]) => offset < length || ((offset -= length), false))!;
    return { name, content: changedAt(content, offset) };
  });
}

/** The record and its seal prove each other: a change of either is told of the record. */
const named = (name: string): string => (name === 'evidence.jws' ? 'evidence.json' : name);

describe('one changed byte', () => {
  it(
    `at ${mutations} positions of the bundle is noticed, and where a file holds it that file is named`,
    async () => {
      const places = files.map(([name, content]) => {
        const from = bundle.indexOf(Buffer.concat([Buffer.from(name), content])) + name.length;
        return { name, from, until: from + content.length };
      });
      for (const position of positions(mutations, bundle.length)) {
        const holder = places.find(({ from, until }) => from <= position && position < until);
        const parts = await partsOf(changedAt(bundle, position));
        const expected = holder === undefined ? 'container' : named(holder.name);
        if (!parts.includes(expected)) throw new Error(`${position} (${expected}): ${parts.join()}`);
      }
    },
    patience,
  );

  it(
    `at ${mutations} positions of the files, packed again, is noticed, and the file is named`,
    async () => {
      for (const { name, content } of changes(() => true)) {
        const parts = await partsOf(await repacked(bundle, (all) => all.set(name, content)));
        if (!parts.includes(named(name))) throw new Error(`${name}: ${parts.join()}`);
      }
    },
    patience,
  );

  it(
    `at ${mutations} positions of what was signed is noticed, though we seal the record anew`,
    async () => {
      for (const { name, content } of changes((name) => /^v\d/.test(name))) {
        const parts = await partsOf(await resealed(bundle, (all) => all.set(name, content)));
        const [version] = name.split('/');
        if (!parts.some((part) => part.startsWith(`${version}/`))) throw new Error(`${name}: ${parts.join()}`);
      }
    },
    patience,
  );
});
