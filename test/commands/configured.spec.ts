import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openParts } from '../../src/app';
import { readConfig } from '../../src/config';
import { sha256Hex } from '../../src/kernel';
import { ISRCS, referenceTermsJson, SOCIAL, STUDIO } from '../../src/kernel/testing/reference-terms';
import { FrozenClock } from '../../src/platform/clock';
import { signIn } from '../../src/sample/parties';
import { accordo, type Ended, RunningCommand } from '../support/command';
import { emptyDatabase, type FreshDatabase, freshDatabase } from '../support/database';
import { sql } from '../support/embedded';

let folder: string;
let database: FreshDatabase;
let running: RunningCommand | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'accordo-command-'));
  database = await emptyDatabase();
  expect(await accordo(['migrate'], settings())).toEqual({ code: 0, stdout: '', stderr: '' });
});
afterAll(async () => {
  await running?.stop('SIGKILL');
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

const settings = (more: Record<string, string> = {}): Record<string, string> => ({
  DATABASE_URL: database.applicationUrl,
  DATABASE_OWNER_URL: database.ownerUrl,
  DATA_FOLDER: folder,
  PORT: '0',
  ...more,
});

/** What it said went wrong: one line, no stack. The warning about this Node's version is none, nor is the log of a start. */
function refusalOf({ code, stderr }: Ended): string {
  const lines = stderr
    .split('\n')
    .filter((line) => line !== '' && !line.includes('CVE-') && !/^\{"level":(10|20|30),/.test(line));
  expect([code, lines]).toEqual([1, [expect.stringMatching(/^accordo: /)]]);
  return lines[0]!;
}

const changed = (url: string, change: (address: URL) => void): string => {
  const address = new URL(url);
  change(address);
  return address.href;
};

describe('a start that cannot be', () => {
  it('says every wrong or missing setting at once', async () => {
    const line = refusalOf(
      await accordo(['start'], {
        DATABASE_URL: 'mysql://somewhere',
        DATABASE_OWNER_URL: 'somewhere',
        DATA_FOLDER: folder,
        PORT: 'abc',
        STRIPE_SECRET_KEY: 'sk',
        LOG_LEVEL: 'loud',
      }),
    );
    expect(line).toMatch(/^accordo: configuration-invalid: /);
    for (const name of ['DATABASE_URL', 'DATABASE_OWNER_URL', 'PORT', 'STRIPE_WEBHOOK_SECRET', 'LOG_LEVEL'])
      expect(line).toContain(name);
    expect(line).not.toContain('mysql://somewhere');
  });

  it('says in one line what is wrong with the database or the address', async () => {
    const nowhere = 'postgresql://a:canary@127.0.0.1:1/x';
    const wrong: [Record<string, string>, RegExp][] = [
      [{ DATABASE_URL: nowhere }, /database-unreachable: DATABASE_URL: .*127\.0\.0\.1:1\/x/],
      [{ DATABASE_OWNER_URL: nowhere }, /database-unreachable: DATABASE_OWNER_URL/],
      [
        { DATABASE_URL: changed(database.applicationUrl, (url) => (url.password = 'canary')) },
        /database-unreachable: .*password authentication failed/,
      ],
      [
        { DATABASE_URL: changed(database.applicationUrl, (url) => (url.pathname = '/nowhere')) },
        /database-unreachable: .*nowhere/,
      ],
      [{ DATABASE_URL: database.superuserUrl }, /database-role-unsafe: .*superuser/],
      [{ DATABASE_URL: database.ownerUrl }, /database-role-unsafe: .*owns tables/],
      [{ HOST: '192.0.2.1' }, /configuration-invalid: HOST/],
    ];
    const lines = await Promise.all(wrong.map(async ([more]) => refusalOf(await accordo(['start'], settings(more)))));
    wrong.forEach(([, expected], index) => expect(lines[index]).toMatch(expected));
    expect(lines.join()).not.toContain('canary');
  });

  it('says that it cannot migrate without the owner', async () => {
    const { DATABASE_OWNER_URL: _, ...more } = settings();
    expect(refusalOf(await accordo(['start'], more))).toMatch(/^accordo: configuration-invalid: DATABASE_OWNER_URL/);
  });

  it('says so in one line where the port is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    try {
      await new Promise((resolve) => holder.once('listening', resolve));
      const { port } = holder.address() as AddressInfo;
      const line = refusalOf(await accordo(['start'], settings({ PORT: String(port) })));
      expect(line.split(': ').slice(1, 2)).toEqual(['port-taken']);
      expect(line).toContain(`port ${port} on 127.0.0.1`);
    } finally {
      holder.close();
    }
  });

  it('says so where the database is not migrated and the process may not migrate it', async () => {
    const empty = await emptyDatabase();
    try {
      const more = { DATABASE_URL: empty.applicationUrl, DATABASE_OWNER_URL: empty.ownerUrl };
      expect(refusalOf(await accordo(['api'], settings(more)))).toMatch(/^accordo: database-not-migrated: /);
    } finally {
      await empty.drop();
    }
  });
});

describe('a configured database', () => {
  it('gets its operator once', async () => {
    const setup = (email: string, ...more: string[]): Promise<Ended> =>
      accordo(['setup', '--email', email, '--name', 'First Operator', ...more], settings());
    const first = await setup('operator@example.org');
    expect([first.code, first.stderr]).toEqual([0, '']);
    const password = /Password \(shown once\): (\S{20,})\n/.exec(first.stdout)![1]!;
    expect(refusalOf(await setup('second@example.org'))).toMatch(/^accordo: operator-exists: /);
    expect(await sql(database.superuserUrl, 'SELECT email FROM members')).toEqual([{ email: 'operator@example.org' }]);

    running = RunningCommand.start(['start'], settings());
    await running.says('Accordo is ready.');
    expect(running.stdout).not.toMatch(/sample|Credentials/);
    const operator = await signIn(running.url, { email: 'operator@example.org', password });
    expect(await operator.get('/v1/organizations')).toMatchObject({ rows: [{ kind: 'operator' }] });
    expect(await running.stop('SIGTERM')).toBe(0);
    expect(running.stdout + running.stderr).not.toContain(password);
    expect(((await stat(join(folder, 'keyring.json'))).mode & 0o777).toString(8)).toBe('600');
  });

  it('takes the operator’s password from standard input, and not a weak one', async () => {
    const fresh = await freshDatabase();
    try {
      const more = settings({ DATABASE_URL: fresh.applicationUrl, DATABASE_OWNER_URL: fresh.ownerUrl });
      const words = ['setup', '--email', 'operator@example.org', '--name', 'First', '--password-stdin'];
      const weak = await accordo(words, more, 'password\n');
      expect(refusalOf(weak)).toMatch(/^accordo: request-invalid: /);
      const good = await accordo(words, more, 'a-lighthouse-at-noon\n');
      expect([good.code, good.stdout.includes('lighthouse')]).toEqual([0, false]);
    } finally {
      await fresh.drop();
    }
  });

  it('a production process refuses an injected clock', async () => {
    const config = readConfig(settings());
    expect(config.environment).toBe('production');
    await expect(openParts(config, new FrozenClock(new Date('2026-01-01T00:00:00Z')))).rejects.toMatchObject({
      code: 'injected-clock-refused',
    });
    const parts = await openParts(config);
    await parts.close();
  });
});

describe('the command line', () => {
  it('does not guess what an unknown command or option means', async () => {
    const wrong = [['strat'], ['start', '--no-such-option'], ['rate']];
    const ended = await Promise.all(wrong.map((words) => accordo(words)));
    for (const [index, { code, stdout, stderr }] of ended.entries()) {
      const words = wrong[index];
      expect([words, code, stdout]).toEqual([words, 1, '']);
      expect(stderr).toMatch(/^error: /);
      expect(stderr).not.toMatch(/^\s+at /m);
    }
  });

  it('explains itself', async () => {
    const { code, stdout } = await accordo(['--help']);
    expect(code).toBe(0);
    for (const name of ['start', 'api', 'worker', 'setup', 'migrate', 'keys', 'openapi', 'rate', 'terms'])
      expect(stdout).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'));
  });

  it('makes new signing keys and keeps the old', async () => {
    const file = join(folder, 'rotated.json');
    const rotated = await accordo(['keys', 'rotate', '--purpose', 'seal'], settings({ KEYRING_FILE: file }));
    expect([rotated.code, rotated.stderr]).toEqual([0, '']);
    const before = await readFile(file, 'utf8');
    expect(before).toContain(rotated.stdout.trim());
    await accordo(['keys', 'rotate', '--purpose', 'seal'], settings({ KEYRING_FILE: file }));
    const ids = (text: string): string[] => [...text.matchAll(/seal-[0-9a-f]+/g)].map(([id]) => id);
    expect(ids(before).length).toBeGreaterThan(0);
    expect(ids(await readFile(file, 'utf8'))).toEqual(expect.arrayContaining(ids(before)));
  });

  it('rates files without a server', async () => {
    const write = async (name: string, content: unknown): Promise<string> => {
      const path = join(folder, name);
      await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
      return path;
    };
    const terms = await write('terms.json', referenceTermsJson());
    const usage = await write(
      'usage.csv',
      `isrc,service,territory,use,model,quantity,returns\n${ISRCS[0]},${SOCIAL},RU,OnDemandStream,AdvertisementSupportedModel,3120000,0\n`,
    );
    const services = [SOCIAL, STUDIO].map((service) => ({
      service,
      allPlays: '31200000',
      netMusicAdvertisingRevenue: '0',
    }));
    const context = await write('context.json', { period: '2026-01', services });
    const words = ['rate', '--terms', terms, '--usage', usage, '--context', context];
    const plain = await accordo(words);
    expect([plain.code, plain.stderr]).toEqual([0, '']);
    const json = await accordo([...words, '--json']);
    // 3,120,000 plays at 0.0020; the advance of 12,000.00 takes it all.
    expect(JSON.parse(json.stdout)).toMatchObject({
      period: '2026-01',
      total: '6240.00',
      recouped: '6240.00',
      payable: '0.00',
      sha256: sha256Hex(plain.stdout),
    });

    const missing = await accordo([
      'rate',
      '--terms',
      join(folder, 'none.json'),
      '--usage',
      usage,
      '--context',
      context,
    ]);
    expect([missing.code, missing.stdout]).toEqual([1, '']);
    expect(missing.stderr).toContain('none.json');
    expect(missing.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
