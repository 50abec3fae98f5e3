import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postmasterOf, signal } from '../../src/platform/database/embedded/processes';
import { ApiClient } from '../../src/sample/api-client';
import type { SampleCredentials } from '../../src/sample';
import { signIn } from '../../src/sample/parties';
import { accordo, RunningCommand } from '../support/command';

/** `accordo start` on a fresh folder and again, as a newcomer does it. The steps build on each other: loading the sample world takes its time. */
let folder: string;
let running: RunningCommand | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'accordo-start-'));
  await chmod(folder, 0o755);
});
afterAll(async () => {
  await running?.stop('SIGKILL');
  const orphan = postmasterOf(cluster());
  if (orphan) signal(orphan.pid, 'SIGQUIT');
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

const cluster = (): string => join(folder, 'postgres', 'data');
const start = async (): Promise<RunningCommand> => {
  running = RunningCommand.start(['start'], { DATA_FOLDER: folder, PORT: '0' });
  await running.says('Stop with Ctrl-C.');
  return running;
};
const credentials = async (): Promise<SampleCredentials> =>
  JSON.parse(await readFile(join(folder, 'credentials.json'), 'utf8')) as SampleCredentials;
const modeOf = async (name: string): Promise<string> => ((await stat(join(folder, name))).mode & 0o777).toString(8);

it('the first start tells where everything is, and keeps secrets to its user', async () => {
  const first = await start();
  expect(first.stdout).toContain('Loading the sample world');
  expect(first.stdout).toMatch(/API\s+http:\/\/127\.0\.0\.1:\d+\/v1\n/);
  expect(first.stdout).toMatch(/Documentation\s+http:\/\/127\.0\.0\.1:\d+\/docs\n/);
  expect(first.stdout).toContain(join(folder, 'credentials.json'));
  for (const name of ['credentials.json', 'secrets.json', 'keyring.json'])
    expect([name, await modeOf(name)]).toEqual([name, '600']);
  const { operator, label, platform, agreementId } = await credentials();
  for (const { password } of [operator, label.first, label.second, platform.first, platform.second]) {
    expect(password.length).toBeGreaterThan(20);
    expect(first.stdout + first.stderr).not.toContain(password);
  }
  expect((await new ApiClient(first.url).request('GET', '/health/ready')).status).toBe(200);
  const member = await signIn(first.url, label.first);
  expect(await member.get(`/v1/agreements/${agreementId}`)).toMatchObject({ state: 'active' });
});

it('a second start beside it says in one line why it cannot', async () => {
  const { code, stderr } = await accordo(['start'], { DATA_FOLDER: folder, PORT: '0' });
  expect(code).toBe(1);
  expect(stderr.split('\n').filter((line) => line.startsWith('accordo: ') && !line.includes('CVE-'))).toHaveLength(1);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect((await new ApiClient(running!.url).request('GET', '/health/ready')).status).toBe(200);
});

it('SIGTERM ends it in order and leaves no database server behind', async () => {
  expect(postmasterOf(cluster())).toBeDefined();
  expect(await running!.stop('SIGTERM')).toBe(0);
  expect(postmasterOf(cluster())).toBeUndefined();
  expect(running!.stderr).not.toMatch(/^\s+at /m);
});

it('the next start loads nothing and keeps everything, and is not stopped by being killed', async () => {
  const before = await credentials();
  const second = await start();
  expect(second.stdout).not.toContain('Loading the sample world');
  expect(await credentials()).toEqual(before);
  const member = await signIn(second.url, before.platform.first);
  const { id } = await member.post<{ id: string }>('/v1/services', { name: 'Made before the kill' });
  expect(await second.stop('SIGKILL')).toBe('SIGKILL');

  const third = await start();
  const again = await signIn(third.url, before.platform.first);
  expect(JSON.stringify(await again.get('/v1/services'))).toContain(id);
  expect(await again.get(`/v1/agreements/${before.agreementId}`)).toMatchObject({ state: 'active' });
  expect(await third.stop('SIGINT')).toBe(0);
  expect(postmasterOf(cluster())).toBeUndefined();
});
