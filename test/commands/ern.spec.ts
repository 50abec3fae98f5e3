import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sampleReleaseMessage } from '../../src/sample/release-message';
import { accordo } from '../support/command';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'accordo-ern-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const sound = sampleReleaseMessage(2);

describe('accordo ern check', () => {
  it('prints one object a file, and ends with the worst of them', async () => {
    const good = await file('good.xml.gz', gzipSync(sound));
    const faulty = await file('faulty.xml', sound.replace('ZZACC2600011', 'ZZACC26000'));
    const { code, stdout, stderr } = await accordo(['ern', 'check', '--json', good, faulty]);
    expect([code, stderr]).toEqual([1, '']);
    const [first, second] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, object[]>);
    expect(first).toEqual({
      file: good,
      version: '4.3',
      message: 'NewReleaseMessage',
      releases: [
        {
          icpn: '2000000000022',
          grid: null,
          title: 'Signal Sessions 2',
          label: 'Polar Lantern Records',
          type: 'Album',
          tracks: 10,
        },
      ],
      recordings: expect.any(Array) as unknown,
      videos: 0,
      deals: 4,
      problems: [],
    });
    expect(first!.recordings).toHaveLength(10);
    expect(first!.recordings![0]).toEqual({
      isrcs: ['ZZACC2600011'],
      title: 'Velvet Harbour',
      artists: ['Kite Season', 'Oskar Vine'],
      durationSeconds: '227',
    });
    expect(second).toMatchObject({
      recordings: [{ isrcs: [] }, ...Array.from({ length: 9 }, () => ({}))],
      problems: [
        {
          code: 'isrc-malformed',
          severity: 'error',
          path: '/NewReleaseMessage/ResourceList[1]/SoundRecording[1]/SoundRecordingEdition[1]/ResourceId[1]/ISRC[1]',
          message: '"ZZACC26000" is not an ISRC',
        },
        { code: 'isrc-missing', severity: 'warning' },
      ],
    });
  });

  it('ends with 2 where a file cannot be read to its end, and tells why', async () => {
    const cut = await file('cut.xml', sound.slice(0, 2000));
    const { code, stdout } = await accordo(['ern', 'check', '--json', cut, join(folder, 'none.xml')]);
    const problems = stdout
      .trimEnd()
      .split('\n')
      .flatMap((line) => (JSON.parse(line) as { problems: { code: string; message: string }[] }).problems);
    expect([code, problems.map((problem) => problem.code)]).toEqual([2, ['xml-truncated', 'file-unreadable']]);
    expect((await accordo(['ern', 'chekc', cut])).code).toBe(2);
  });

  it('tells people what is in a file, from standard input too, and hides nothing of what it is told', async () => {
    const text = sound.replace('Signal Sessions 2', 'Signal\u202e Sessions 2');
    const { code, stdout } = await accordo(['ern', 'check', '-'], {}, text);
    expect([code, stdout]).toEqual([
      0,
      [
        '-: sound',
        '  message   NewReleaseMessage 4.3',
        '  id        SAMPLE-RELEASE-2',
        '  from      Polar Lantern Records',
        '  release   Signal\\u{202e} Sessions 2, 2000000000022, Polar Lantern Records, 10 tracks',
        '  holds     10 recordings, 0 videos, 4 deals, 0 purged',
        '',
      ].join('\n'),
    ]);
  });
});

it('accordo sample release gives what accordo ern check finds nothing wrong with', async () => {
  const { code, stdout } = await accordo(['sample', 'release', '--number', '52']);
  const path = await file('sample.xml', stdout);
  expect([code, stdout]).toEqual([0, sampleReleaseMessage(52)]);
  expect((await accordo(['ern', 'check', path])).stdout).toContain('sample.xml: sound\n');
  expect((await accordo(['sample', 'release', '--number', '53'])).code).toBe(1);
});
