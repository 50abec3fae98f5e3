import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../../../src/sandbox/stripe/seeded-random';
import { sampleTracks } from '../../../src/sample/names';
import { releaseCount, sampleReleaseMessage } from '../../../src/sample/release-message';
import { readByUs } from '../../support/ern-digest';
import { anyMessage, ernVersions } from '../../support/ern-messages';
import { ErnOracle } from '../../support/ern-oracle';
import { sharedFile, whereShared } from '../../support/shared-files';

let oracle: ErnOracle;
beforeAll(async () => void (oracle = await ErnOracle.load()));

const errorsOf = (bytes: Buffer): string[] =>
  readByUs([bytes])
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ code, path, message }) => `${path} ${code}: ${message}`);

describe('release notifications', () => {
  it.each(ernVersions)('of layout %s are read as another parser reads them', (version) => {
    for (let seed = 1; seed <= 25; seed += 1) {
      const bytes = Buffer.from(anyMessage(seededRandom(seed), version));
      expect(errorsOf(bytes)).toEqual([]);
      const expected = oracle.parsed(bytes, (document) => document.digest());
      expect(readByUs([bytes]).digest).toEqual(expected);
    }
  });

  it('of the sample world have nothing wrong with them, and all of its catalogue in them', () => {
    const isrcs: string[] = [];
    for (let number = 1; number <= releaseCount; number += 1) {
      const { problems, digest } = readByUs([Buffer.from(sampleReleaseMessage(number))]);
      expect(problems).toEqual([]);
      const recordings = digest.resources as readonly { readonly isrcs: readonly string[] }[];
      isrcs.push(...recordings.flatMap((recording) => recording.isrcs));
    }
    expect(isrcs).toEqual(sampleTracks().map(({ isrc }) => isrc));
    const bytes = Buffer.from(sampleReleaseMessage(17));
    expect(readByUs([bytes]).digest).toEqual(oracle.parsed(bytes, (document) => document.digest()));
  });
});

const realFiles = (folder: string): [name: string, bytes: Buffer][] => {
  const path = sharedFile(folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.xml'))
    .map((name) => [name, readFileSync(join(path, name))]);
};

describe('real release notifications', () => {
  whereShared('data/ern')('are counted as another parser counts them, whatever is wrong with them', () => {
    for (const [name, bytes] of [...realFiles('data/ern'), ...realFiles('data/nasty')]) {
      const { summary, problems } = readByUs([bytes]);
      const counts = oracle.parsed(bytes, (document) => {
        const paths = problems.filter(({ path }) => path !== '').map(({ path }) => [path, document.nodesAt(path)]);
        return {
          SoundRecording: document.count('ResourceList/SoundRecording'),
          Video: document.count('ResourceList/Video'),
          deals: document.count('DealList/ReleaseDeal/Deal'),
          lost: paths.filter(([, count]) => count !== 1),
        };
      });
      const { SoundRecording = 0, Video = 0 } = summary.resources;
      const ours = { SoundRecording, Video, deals: summary.deals, lost: [] };
      if (name === 'billion-laughs.xml') expect(problems.map(({ code }) => code)).toEqual(['doctype-forbidden']);
      else expect([name, ours]).toEqual([name, counts]);
    }
  });

  whereShared('data/ern')('are read as another parser reads them, where nothing is wrong with them', () => {
    const sound = realFiles('data/ern').filter(([, bytes]) => errorsOf(bytes).length === 0);
    expect(sound.map(([name]) => name)).toHaveLength(13);
    for (const [, bytes] of sound) {
      expect(readByUs([bytes]).problems.filter(({ code }) => code === 'element-unknown')).toEqual([]);
    }
    for (const [name, bytes] of sound) {
      const expected = oracle.parsed(bytes, (document) => document.digest());
      expect([name, readByUs([bytes]).digest]).toEqual([name, expected]);
    }
  });

  whereShared('data/mead')('of another standard are refused by name', () => {
    for (const [name, bytes] of realFiles('data/mead')) {
      expect([name, readByUs([bytes]).problems.map(({ code }) => code)]).toEqual([name, ['not-ern']]);
    }
  });
});
