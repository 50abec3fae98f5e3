import { randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  mkdir,
  readFile,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Account, canReach, runAs } from './account';
import { type Binaries, trustedStore } from './binaries';
import { EmbeddedPostgresError, codeOf, explain } from './errors';
import { isRunning } from './processes';

/** Where the cluster of a directory is, or will be once it is made: `data` in it, which may be a link to elsewhere. */
export async function clusterPath(directory: string): Promise<string> {
  const entry = join(directory, 'data');
  const target = await readlink(entry).catch(() => undefined);
  return target ?? join(await realpath(directory), 'data');
}

/** The major version a cluster was made with; undefined when there is none yet. */
export async function clusterVersion(dataDirectory: string): Promise<string | undefined> {
  try {
    return (await readFile(join(dataDirectory, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new EmbeddedPostgresError(`${dataDirectory} belongs to another user: start as the user who made it`);
  }
}

/**
 * Chooses the place of a new cluster. Root's folders are often closed (0700) to the user that PostgreSQL runs as;
 * the cluster then goes to the store and a link is left behind.
 */
export async function placeCluster(directory: string, account: Account | undefined, store: string): Promise<string> {
  const path = await clusterPath(directory);
  if (dirname(path) !== (await realpath(directory)) || (await canReach(account, '-x', directory))) return path;
  const name = `${basename(directory)}-${randomBytes(6).toString('hex')}`;
  const home = await trustedStore(join(await trustedStore(store, account), 'clusters'), account).then((clusters) =>
    join(clusters, name),
  );
  await mkdir(home, { mode: 0o755 });
  await writeFile(join(home, 'belongs-to'), `${directory}\n`);
  await symlink(join(home, 'data'), join(directory, 'data'));
  return join(home, 'data');
}

interface NewCluster {
  dataDirectory: string;
  binaries: Binaries;
  account: Account | undefined;
  superuserPassword: string;
  durable: boolean;
}

/**
 * Makes an empty cluster: UTF-8, the C.UTF-8 collation that is the same on every machine, checksums, passwords for everyone.
 * It appears by one rename, so a start that was cut off leaves no half of it.
 */
export async function initialise(cluster: NewCluster): Promise<void> {
  const { dataDirectory, binaries, account } = cluster;
  await removeAbandonedDrafts(dirname(dataDirectory));
  const draft = join(dirname(dataDirectory), `draft-${process.pid}-${randomBytes(4).toString('hex')}`);
  const passwordFile = join(draft, 'password');
  try {
    await mkdir(draft, { mode: 0o700 });
    await chmod(draft, 0o700);
    await writeFile(passwordFile, cluster.superuserPassword, { mode: 0o600 });
    if (account) for (const path of [draft, passwordFile]) await chown(path, account.uid, account.gid);
    await runAs(account, binaries.initdb, initdbArguments(join(draft, 'data'), passwordFile, cluster.durable));
    await rename(join(draft, 'data'), dataDirectory);
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) return;
    throw explain(
      'PostgreSQL could not set up its files',
      (error as { stderr?: string }).stderr || (error as Error).message,
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function initdbArguments(dataDirectory: string, passwordFile: string, durable: boolean): string[] {
  return [
    `--pgdata=${dataDirectory}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    // Not plain C: pg_trgm asks the system which characters are letters, and in C no Cyrillic one is.
    '--locale=C.UTF-8',
    '--data-checksums',
    ...(durable ? [] : ['--no-sync']),
  ];
}

async function removeAbandonedDrafts(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const maker = /^draft-(\d+)-/.exec(name)?.[1];
    if (maker && !isRunning(Number(maker))) await rm(join(parent, name), { recursive: true, force: true });
  }
}
