import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bundleOf,
  publishedKeys,
  repacked,
  resealed,
  sealed,
  stranger,
  threeVersions,
} from '../../src/evidence/testing/bundles';
import { LABEL } from '../../src/kernel/testing/reference-terms';
import { accordo, type Ended } from '../support/command';
import { root } from '../support/repository';

let folder: string;
let keys: string;
let bundle: Buffer;
let sound: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'accordo-verify-'));
  keys = join(folder, 'jwks.json');
  await writeFile(keys, JSON.stringify({ keys: publishedKeys }));
  bundle = await bundleOf(threeVersions().map(({ version }) => version));
  sound = join(folder, 'sound.zip');
  await writeFile(sound, bundle);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function verified(name: string, bytes: Buffer, ...more: string[]): Promise<Ended> {
  const file = join(folder, name);
  await writeFile(file, bytes);
  return accordo(['verify', file, '--keys', keys, ...more]);
}

describe('accordo verify', () => {
  it('says that everything holds, and who signed what and when', async () => {
    const [plain, json] = await Promise.all([verified('a.zip', bundle), verified('b.zip', bundle, '--json')]);
    expect([plain.code, plain.stderr]).toEqual([0, '']);
    expect(plain.stdout).toMatch(/^\S+a\.zip: everything holds\n {2}agreement {2}1111/);
    expect(plain.stdout).toContain(`signed     version 3 by the label ${LABEL}, key `);
    expect(plain.stdout).toContain('2025-12-10T09:00:00.000Z');
    expect([json.code, JSON.parse(json.stdout)]).toEqual([
      0,
      expect.objectContaining({ faults: [], notes: [], versions: [1, 2, 3] }),
    ]);
  });

  it('names every part that does not hold, and ends with 1', async () => {
    const broken = await repacked(bundle, (files) => {
      files.delete('v1/prose.ru.txt');
      files.set('v2/terms.json', Buffer.from('{}'));
    });
    const { code, stdout } = await verified('broken.zip', broken);
    expect([code, stdout]).toEqual([1, expect.stringContaining('broken.zip: 2 faults\n')]);
    expect(stdout).toMatch(/fault +v1\/prose\.ru\.txt: .*\(file-missing\)\n/);
    expect(stdout).toMatch(/fault +v2\/terms\.json: .*\(file-changed\)\n/);
  });

  it('lets no bundle write lines of its own on the terminal', async () => {
    const record = JSON.stringify({ agreement: 'x', schema: '\x1b[2J\neverything holds' });
    const hostile = await repacked(bundle, (files) => files.set('evidence.json', Buffer.from(record)));
    const renamed = Buffer.from(bundle.toString('latin1').replaceAll('v1/terms.json', 'v1/\x1b[2J\nx.js'), 'latin1');
    for (const bytes of [hostile, renamed]) {
      const { stdout } = await verified('hostile.zip', bytes);
      expect(stdout).not.toContain('\x1b');
      expect(stdout).not.toMatch(/^everything holds/m);
    }
  });

  it('ends with 2 where a file is none of the kind, the keys are none, or the words are wrong', async () => {
    const none = join(folder, 'none.json');
    const bad = join(folder, 'bad.json');
    await writeFile(bad, 'null');
    const ended = await Promise.all([
      verified('text.zip', Buffer.from('no archive')),
      accordo(['verify', none, '--keys', keys]),
      accordo(['verify', sound, '--keys', none]),
      accordo(['verify', sound, '--keys', bad]),
      accordo(['verify', sound]),
      accordo(['verify', '--keys', keys]),
    ]);
    expect(ended.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2]);
    expect(ended[0].stdout).toContain('bundle-unreadable');
    expect(ended[3].stderr).toMatch(/bad\.json: is no JSON Web Key Set\n$/);
    expect((await accordo(['verify', '--help'])).code).toBe(0);
  });
});

const tools = [
  ['openssl', 'version'],
  ['jq', '--version'],
  ['unzip', '-v'],
  ['xxd', '--version'],
  ['basenc', '--version'],
];
const installed = tools.every(([tool, ...words]) => spawnSync(tool!, words, { stdio: 'ignore' }).status === 0);

describe('the evidence, checked with OpenSSL and without Accordo', () => {
  const checked = async (name: string, bytes: Buffer): Promise<Ended> => {
    const file = join(folder, name);
    await writeFile(file, bytes);
    const { status, stdout, stderr } = spawnSync('examples/verify-evidence.sh', [file, keys], {
      cwd: root,
      encoding: 'utf8',
    });
    return { code: status ?? 'killed', stdout, stderr };
  };
  const whereInstalled = installed ? it : it.skip;

  whereInstalled('holds, signatures by keys of both kinds included', async () => {
    const { code, stdout, stderr } = await checked('script.zip', bundle);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.match(/^signed: version \d by the (label|platform), (key|member) /gm)).toHaveLength(6);
  });

  whereInstalled('does not hold where `accordo verify` says so, either', async () => {
    const [one, two, three] = threeVersions().map(({ version }) => version);
    const without = { ...two!, signatures: two!.signatures.slice(1) };
    const swapped = {
      ...three!,
      signatures: three!.signatures.map((given) => ({
        ...given,
        signature: given.signature && one!.signatures[1]!.signature,
      })),
    };
    const broken = [
      await repacked(bundle, (files) => files.set('v2/terms.json', Buffer.from('{}'))),
      await repacked(bundle, (files) => files.set('v2/more.txt', Buffer.from('!'))),
      await resealed(
        bundle,
        () => undefined,
        (text) => sealed(text, stranger.privateKey),
      ),
      await resealed(bundle, (files) => files.set('v1/prose.ru.txt', Buffer.from('!'))),
      await bundleOf([one!, three!]),
      await bundleOf([one!, without]),
      await bundleOf([one!, two!, swapped]),
    ];
    for (const bytes of broken) {
      const [script, command] = [await checked('broken.zip', bytes), await verified('same.zip', bytes)];
      expect([script.code, script.stderr, command.code]).toEqual([1, expect.stringContaining('does not hold: '), 1]);
    }
  });
});
