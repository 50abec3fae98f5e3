import { spawnSync } from 'node:child_process';
import { read, root } from '../support/repository';

const passwords = {
  ACCORDO_SUPERUSER_PASSWORD: 'one',
  ACCORDO_OWNER_PASSWORD: 'two',
  ACCORDO_APPLICATION_PASSWORD: 'three',
};

/** The plugin, or Debian's command; neither needs an engine to check a file. */
const compose = [['docker', 'compose'], ['docker-compose']].find(
  ([command, ...rest]) => spawnSync(command!, [...rest, 'version'], { stdio: 'ignore' }).status === 0,
);

function config(
  environment: Record<string, string>,
  ...options: string[]
): { status: number | null; stdout: string; stderr: string } {
  const [command, ...rest] = compose!;
  return spawnSync(command!, [...rest, '--file', 'docker-compose.yml', 'config', ...options], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment },
  });
}

const whereInstalled = compose === undefined ? it.skip : it;

describe('the containers', () => {
  whereInstalled(
    'are described in a file that compose accepts, and that tells the owner’s password to nothing that serves',
    () => {
      const { status, stdout, stderr } = config({ ...passwords, ACCORDO_OWNER_PASSWORD: 'the-owners-own' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const services = stdout.slice(stdout.indexOf('services:')).split(/\n {2}(?=\w[\w-]*:\n)/);
      const knowing = services
        .filter((text) => text.includes('the-owners-own'))
        .map((text) => text.split(':')[0]!.trim());
      expect(knowing.filter((name) => name !== 'setup').sort()).toEqual(['database', 'migrate']);
    },
  );

  whereInstalled('do not start without passwords', () => {
    const { status, stderr } = config({}, '-q');
    expect({ refused: status !== 0, stderr }).toEqual({
      refused: true,
      stderr: expect.stringMatching(/ACCORDO_\w+_PASSWORD/),
    });
  });

  it('hold no password and offer nothing to the network but loopback', () => {
    const file = read('docker-compose.yml');
    const taken = [...file.matchAll(/\$\{(\w+_PASSWORD)(.{2})/g)];
    expect(new Set(taken.map(([, name]) => name))).toEqual(new Set(Object.keys(passwords)));
    expect(taken.filter(([, , operator]) => operator !== ':?')).toEqual([]);
    for (const [, binding] of file.matchAll(/ports: \['([^']+)'/g)) expect(binding).toMatch(/^127\.0\.0\.1:/);
  });

  it('run on a Node whose decoders are sound, as a user without rights', () => {
    const file = read('Dockerfile');
    const [, major, minor, patch] = /NODE_IMAGE=node:(\d+)\.(\d+)\.(\d+)-/.exec(file)!.map(Number);
    expect([major, minor! > 22 || (minor === 22 && patch! >= 1)]).toEqual([24, true]);
    expect(file).toMatch(/^USER node$/m);
  });
});
