import { execFileSync, spawn } from 'node:child_process';
import { chmod, chown, cp, lstat, mkdir, readFile, readlink, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EmbeddedPostgres } from '../../src/platform/database/embedded';
import { installedBinaries } from '../../src/platform/database/embedded/binaries';
import { explain } from '../../src/platform/database/embedded/errors';
import { ServerLog } from '../../src/platform/database/embedded/log';
import { allGone, isRunning } from '../../src/platform/database/embedded/processes';
import { Workbench, sql } from '../support/embedded';
import { killed } from '../support/processes';

const bench = new Workbench();
afterEach(() => bench.clear());

const asRoot = process.getuid?.() === 0 ? it : it.skip;

const lasting = new Workbench();
afterAll(() => lasting.clear());
let written: Promise<string> | undefined;

/** A stopped server's folder with a note in it: a copy of one that is made once, for making a cluster takes seconds. */
async function folderWithNote(): Promise<string> {
  const directory = join(await bench.folder(), 'pg');
  execFileSync('cp', ['-a', await (written ??= writtenNote()), directory]);
  return directory;
}

async function writtenNote(): Promise<string> {
  const directory = join(await lasting.folder(), 'pg');
  const server = await lasting.start({ directory });
  await sql(server.ownerUrl, `CREATE TABLE notes (text text); INSERT INTO notes VALUES ('kept')`);
  await server.stop();
  return directory;
}

const notes = (url: string) => sql(url, 'SELECT text FROM notes');
const kept = [{ text: 'kept' }];

describe('the PostgreSQL that comes with the packages', () => {
  let directory: string;
  let server: EmbeddedPostgres;

  beforeAll(async () => {
    directory = join(await lasting.folder(), 'pg');
    server = await lasting.start({ directory });
  });

  it('gives an owner and an application role that can neither bypass nor create', async () => {
    const rights = `SELECT rolname, rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication AS powerful
                      FROM pg_roles WHERE rolname LIKE 'accordo%' ORDER BY rolname`;
    expect(await sql(server.superuserUrl, rights)).toEqual([
      { rolname: 'accordo_app', powerful: false },
      { rolname: 'accordo_owner', powerful: false },
    ]);
    await expect(sql(server.applicationUrl, 'CREATE TABLE mine (x int)')).rejects.toThrow('permission denied');
    expect((await stat(join(directory, 'credentials.json'))).mode & 0o777).toBe(0o600);
  });

  it('lets in only who has a password, and nobody else into the database', async () => {
    await sql(server.superuserUrl, `CREATE ROLE stranger LOGIN PASSWORD 'stranger'`);
    const other = new URL(server.applicationUrl);
    other.password = 'guess';
    await expect(sql(other.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    for (const url of [server.applicationUrl, server.superuserUrl]) {
      const stranger = new URL(url);
      [stranger.username, stranger.password] = ['stranger', 'stranger'];
      await expect(sql(stranger.href, 'SELECT 1')).rejects.toThrow('permission denied for database');
    }
  });

  it('lets the owner install the extensions the product needs, and finds Cyrillic names', async () => {
    for (const name of ['btree_gist', 'intarray', 'pg_trgm', 'pgcrypto']) {
      await sql(server.ownerUrl, `CREATE EXTENSION ${name}`);
    }
    const found = await sql(
      server.applicationUrl,
      `SELECT upper('максим') AS upper, similarity('Максим', 'МАКСИМ') AS alike`,
    );
    expect(found).toEqual([{ upper: 'МАКСИМ', alike: 1 }]);
  });
});

describe('from one start to the next', () => {
  it('keeps contents, passwords and port', async () => {
    const directory = join(await bench.folder(), 'pg');
    const first = await bench.start({ directory, durable: true });
    await sql(first.ownerUrl, `CREATE TABLE notes (text text); INSERT INTO notes VALUES ('kept')`);
    await first.stop();
    const second = await bench.start({ directory, durable: true });
    expect(second.ownerUrl).toBe(first.ownerUrl);
    expect(await notes(second.ownerUrl)).toEqual(kept);
  });

  it.each(['kill', 'immediate'] as const)('recovers what was committed after %s', async (end) => {
    const directory = await folderWithNote();
    const first = await bench.start({ directory });
    await sql(first.ownerUrl, `INSERT INTO notes VALUES ('kept')`);
    await (end === 'kill' ? first.kill() : first.stop('immediate'));
    expect(isRunning(first.pid)).toBe(false);
    const second = await bench.start({ directory });
    expect(await notes(second.ownerUrl)).toEqual([...kept, ...kept]);
  });

  it('runs two servers side by side', async () => {
    const [one, two] = await Promise.all(
      [await bench.folder(), await bench.folder()].map((folder) => bench.start({ directory: join(folder, 'pg') })),
    );
    expect(one!.port).not.toBe(two!.port);
    await sql(one!.ownerUrl, 'CREATE TABLE only_here (x int)');
    await expect(sql(two!.ownerUrl, 'TABLE only_here')).rejects.toThrow('does not exist');
  });
});

describe('when its parent is gone', () => {
  it('goes too, and the next start finds everything', async () => {
    const directory = await folderWithNote();
    const { child, server } = await bench.startInChild({ directory });
    expect(await notes(server.ownerUrl)).toEqual(kept);
    await killed(child);
    expect(await allGone([server.pid], 10_000)).toBe(true);
    expect(await notes((await bench.start({ directory })).ownerUrl)).toEqual(kept);
  });

  it('is stopped by the next start where the kernel could not be asked to end it', async () => {
    const directory = await folderWithNote();
    const brokenTools = await bench.folder();
    await writeFile(join(brokenTools, 'setpriv'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const { child, server } = await bench.startInChild(
      { directory },
      { path: `${brokenTools}:${process.env['PATH']}` },
    );
    await killed(child);
    await sleep(300);
    expect(isRunning(server.pid)).toBe(true);

    const next = await bench.start({ directory });
    expect(isRunning(server.pid)).toBe(false);
    expect(await notes(next.ownerUrl)).toEqual(kept);
  });

  it('is left alone while the process that started it still runs', async () => {
    const directory = await folderWithNote();
    const { child, server } = await bench.startInChild({ directory });
    await expect(bench.start({ directory })).rejects.toThrow(`in use by process ${child.pid}`);
    expect(await notes(server.ownerUrl)).toEqual(kept);
  });

  it('does not touch a stranger that was given the pid in its pid file', async () => {
    const directory = await folderWithNote();
    const cluster = join(directory, 'data');
    const { uid, gid } = await stat(cluster);
    const stranger = spawn('sleep', ['60'], { uid, gid, cwd: '/' });
    try {
      const file = join(cluster, 'postmaster.pid');
      await writeFile(file, `${stranger.pid}\n${cluster}\n1700000000\n5432\n\n127.0.0.1\n\nready\n`, { mode: 0o600 });
      await chown(file, uid, gid);
      const server = await bench.start({ directory });
      expect(await notes(server.ownerUrl)).toEqual(kept);
      expect(isRunning(stranger.pid!)).toBe(true);
    } finally {
      await killed(stranger);
    }
  });
});

describe('where it may not read or write', () => {
  asRoot('runs for root below a folder that is closed to everyone else', async () => {
    const [closed, store] = [await bench.folder(), await bench.folder()];
    const native = join(closed, 'package', 'native');
    await cp(join(installedBinaries(), '..', 'package.json'), join(closed, 'package', 'package.json'));
    await copyBinaries(native);
    await chmod(closed, 0o700);

    const directory = join(closed, 'pg');
    const options = { directory, binaries: native, store };
    const first = await bench.start(options);
    await sql(first.ownerUrl, `CREATE TABLE notes (text text); INSERT INTO notes VALUES ('kept')`);
    await first.stop();
    expect(await readlink(join(directory, 'data'))).toContain(store);
    expect(await notes((await bench.start(options)).ownerUrl)).toEqual(kept);
  });

  asRoot('refuses a place that another user could have prepared', async () => {
    const [closed, planted] = [await bench.folder(), await bench.folder()];
    await chmod(closed, 0o700);
    await chown(planted, 65534, 65534);
    await expect(bench.start({ directory: join(closed, 'pg'), store: planted })).rejects.toThrow('folder of our own');
  });

  it('restores the library links that an install without scripts leaves out', async () => {
    const folder = await bench.folder();
    const native = join(folder, 'package', 'native');
    await copyBinaries(native);
    await expect(lstat(join(native, 'lib', 'libpq.so.5'))).rejects.toThrow('ENOENT');
    const server = await bench.start({ directory: join(folder, 'pg'), binaries: native });
    expect(await sql(server.ownerUrl, 'SELECT 1 AS up')).toEqual([{ up: 1 }]);
    expect(await readlink(join(native, 'lib', 'libpq.so.5'))).toBe('libpq.so.5.18');
  });

  asRoot('runs for an ordinary user whose packages are read-only and without links', async () => {
    const user = { uid: 65534, gid: 65534 };
    const [packages, home] = [await bench.folder(), await bench.folder()];
    const native = join(packages, 'linux', 'native');
    await cp(join(installedBinaries(), '..', 'package.json'), join(packages, 'linux', 'package.json'));
    await copyBinaries(native);
    await chown(home, user.uid, user.gid);
    const { server } = await bench.startInChild({ directory: join(home, 'pg'), binaries: native }, user);
    expect(server.error).toBeUndefined();
    expect(await sql(server.ownerUrl, 'SELECT 1 AS up')).toEqual([{ up: 1 }]);
    expect((await stat(join(home, 'pg', 'data'))).uid).toBe(user.uid);
    await expect(lstat(join(native, 'lib', 'libpq.so.5'))).rejects.toThrow('ENOENT');
  });
});

describe('what it cannot do is said in one line', () => {
  it('a port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    await expect(bench.start({ directory: await folderWithNote(), port })).rejects.toThrow(
      `port ${port} on 127.0.0.1 is taken`,
    );
    taken.close();
  });

  it('files of another version, files without their passwords, passwords of other files', async () => {
    const directory = await folderWithNote();
    const version = join(directory, 'data', 'PG_VERSION');
    await writeFile(version, '17\n');
    await expect(bench.start({ directory })).rejects.toThrow('was written by PostgreSQL 17, these packages bring 18');
    await writeFile(version, '18\n');

    const credentials = join(directory, 'credentials.json');
    const right = await readFile(credentials, 'utf8');
    await writeFile(credentials, right.replace(/"superuser": "[^"]+"/, '"superuser": "wrong"'));
    await expect(bench.start({ directory })).rejects.toThrow(
      'the password in credentials.json is not that of the cluster',
    );
    await rm(credentials);
    await expect(bench.start({ directory })).rejects.toThrow('credentials.json is missing');

    await writeFile(credentials, right, { mode: 0o600 });
    expect(await notes((await bench.start({ directory })).ownerUrl)).toEqual(kept);
  });

  it('a folder that cannot be made', async () => {
    const file = join(await bench.folder(), 'file');
    await writeFile(file, '');
    await expect(bench.start({ directory: join(file, 'pg') })).rejects.toThrow(
      /^the database folder .* cannot be used \(ENOTDIR/,
    );
  });

  it('a platform without binaries', () => {
    expect(() => installedBinaries('sunos-x64')).toThrow(
      'no PostgreSQL comes with the packages for sunos-x64: set DATABASE_URL',
    );
  });

  it('the reason PostgreSQL itself gave', () => {
    const output =
      'LOG: starting\nFATAL:  could not write to file "pg_wal/xlogtemp.7": No space left on device\nchild exited\n';
    expect(explain('PostgreSQL did not start', output).message).toBe(
      'PostgreSQL did not start: no space is left on the device (FATAL:  could not write to file "pg_wal/xlogtemp.7": No space left on device)',
    );
  });
});

it('keeps its log within bounds and can tell what was printed since it was opened', async () => {
  const folder = await bench.folder();
  const file = join(folder, 'postgres.log');
  await writeFile(file, 'old\n');
  await truncate(file, 17 * 1024 * 1024);
  const log = new ServerLog(file, undefined);
  execFileSync('sh', ['-c', `echo new >> ${file}`]);
  expect(log.tail()).toBe('new\n');
  expect((await stat(`${file}.1`)).size).toBe(17 * 1024 * 1024);
  log.close();
});

/** The programs as npm unpacks them: without the links that the package's install script makes. */
async function copyBinaries(native: string): Promise<void> {
  await mkdir(native, { recursive: true });
  await cp(installedBinaries(), native, {
    recursive: true,
    filter: async (source) => !(await lstat(source)).isSymbolicLink(),
  });
}
