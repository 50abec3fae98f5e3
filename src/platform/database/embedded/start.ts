import { mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type Account, canReach, serverAccount } from './account';
import { type Binaries, installedBinaries, trustedStore, usableBinaries } from './binaries';
import { clusterPath, clusterVersion, initialise, placeCluster } from './cluster';
import { EmbeddedPostgresError, asEmbeddedError, codeOf, explain } from './errors';
import { ServerLog } from './log';
import { choosePort } from './ports';
import { Postmaster } from './postmaster';
import { applicationRole, mainDatabase, ownerRole, prepareCluster, superuserRole } from './roles';
import { clearTheWay } from './stale';
import { type Credentials, createCredentials, readCredentials, recall, remember } from './state';

export interface StartOptions {
  /** Holds the cluster (`data`, or a link to it), credentials.json (0600), state.json and postgres.log. Made where missing. */
  directory: string;
  /** Default: that of the last start if still free, else any free one. */
  port?: number;
  /** false: nothing is forced to disk. A killed server still loses nothing; a power cut would. For throw-away databases. */
  durable?: boolean;
  quiet?: boolean;
  /** PostgreSQL's programs (bin, lib, share); default: the installed platform package. */
  binaries?: string;
  /** Where root keeps what the server's user must reach when the directory or the programs are closed to it. */
  store?: string;
}

export interface EmbeddedPostgres {
  readonly port: number;
  /** Of the postmaster. */
  readonly pid: number;
  readonly directory: string;
  /** Of the role that runs the migrations, on the database `accordo`. */
  readonly ownerUrl: string;
  /** Of the role the product works as, on the database `accordo`. */
  readonly applicationUrl: string;
  /** Of `postgres`, on the database `postgres`: for tests and repairs only. */
  readonly superuserUrl: string;
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** SIGKILL, as when the machine fails; the next start recovers. */
  kill(): Promise<void>;
}

interface Ready {
  directory: string;
  dataDirectory: string;
  binaries: Binaries;
  account: Account | undefined;
  credentials: Credentials;
}

/**
 * Starts the PostgreSQL that came with the packages on 127.0.0.1, making the cluster, its roles and the database `accordo` on the first start.
 * Throws EmbeddedPostgresError: one line that says what is wrong and what to do.
 */
export async function startEmbeddedPostgres(options: StartOptions): Promise<EmbeddedPostgres> {
  return start(options).catch((error: unknown) => {
    throw asEmbeddedError(options.directory, error);
  });
}

async function start(options: StartOptions): Promise<EmbeddedPostgres> {
  const ready = await prepare(options);
  const { directory, dataDirectory } = ready;
  const remembered = await recall(directory);
  await clearTheWay(dataDirectory, remembered.launcher);
  for (let attempt = 1; ; attempt += 1) {
    const port = await choosePort(options.port, remembered.port);
    await remember(directory, { port, launcher: process.pid });
    try {
      return await launch(ready, port, options.durable ?? true);
    } catch (error) {
      // Between asking for a free port and using it somebody may take it; processes of a killed server may need a moment to go.
      if (attempt === 5 || !/taken by another program|pre-existing shared memory/.test((error as Error).message))
        throw error;
      await sleep(attempt * 200);
    }
  }
}

/** Everything up to a complete cluster that the server's account can use. */
async function prepare(options: StartOptions): Promise<Ready> {
  const native = options.binaries ?? installedBinaries();
  await mkdir(resolve(options.directory), { recursive: true, mode: 0o755 });
  const directory = await realpath(options.directory);
  const account = serverAccount(await clusterPath(directory));
  if (!(await canReach(account, '-x', '/'))) {
    throw new EmbeddedPostgresError(
      `root may not start programs as ${account?.name} here: allow SETUID and SETGID or set DATABASE_URL`,
    );
  }
  const store = account ? (options.store ?? '/var/lib/accordo') : directory;
  const storeForCopy = async () => (account ? trustedStore(store, account) : directory);
  const binaries = await usableBinaries({ native, account, store: storeForCopy });
  const place = { directory, dataDirectory: await placeCluster(directory, account, store), binaries, account };
  return { ...place, credentials: await completeCluster(place, options) };
}

/** Makes the cluster if there is none, else sees that it can be used; returns its passwords. */
async function completeCluster(place: Omit<Ready, 'credentials'>, options: StartOptions): Promise<Credentials> {
  const { directory, dataDirectory, binaries, account } = place;
  const version = await clusterVersion(dataDirectory);
  const stored = await readCredentials(directory);
  if (version === undefined) {
    const credentials = stored ?? (await createCredentials(directory));
    if (!options.quiet) process.stderr.write(`Setting up PostgreSQL ${binaries.major} in ${dataDirectory}\n`);
    await initialise({ ...place, superuserPassword: credentials.superuser, durable: options.durable ?? true });
    return credentials;
  }
  if (version !== binaries.major) {
    throw new EmbeddedPostgresError(
      `${dataDirectory} was written by PostgreSQL ${version}, these packages bring ${binaries.major}: use the earlier release to export it`,
    );
  }
  if (!stored) {
    throw new EmbeddedPostgresError(
      `credentials.json is missing in ${directory}: restore it, or remove ${dataDirectory} to start afresh`,
    );
  }
  if (!(await canReach(account, '-x', dataDirectory))) {
    throw new EmbeddedPostgresError(
      `${dataDirectory} cannot be entered by ${account?.name}: open the folders above it`,
    );
  }
  return stored;
}

async function launch(ready: Ready, port: number, durable: boolean): Promise<EmbeddedPostgres> {
  const { directory, dataDirectory, account, credentials } = ready;
  const url = (role: string, password: string, database: string) =>
    `postgresql://${role}:${password}@127.0.0.1:${port}/${database}`;
  const superuserUrl = url(superuserRole, credentials.superuser, 'postgres');
  const log = new ServerLog(join(directory, 'postgres.log'), account);
  const postmaster = await Postmaster.launch({
    postgres: ready.binaries.postgres,
    dataDirectory,
    account,
    port,
    durable,
    log: log.descriptor,
  });
  try {
    const superuser = await firstConnection(postmaster, log, superuserUrl);
    await prepareCluster(superuser, credentials).finally(() => superuser.end());
  } catch (error) {
    await postmaster.stop('fast');
    log.close();
    throw error;
  }
  let open = true;
  const closing = async (end: Promise<void>) => {
    await end;
    if (open) log.close();
    open = false;
  };
  return {
    port,
    pid: postmaster.pid,
    directory,
    ownerUrl: url(ownerRole, credentials.owner, mainDatabase),
    applicationUrl: url(applicationRole, credentials.application, mainDatabase),
    superuserUrl,
    stop: (mode = 'fast') => closing(postmaster.stop(mode)),
    kill: () => closing(postmaster.kill()),
  };
}

/** Up means: a real session works. Recovery after a crash may take long, so only an exit or ten minutes of silence end the wait. */
async function firstConnection(postmaster: Postmaster, log: ServerLog, url: string): Promise<Client> {
  const until = Date.now() + 600_000;
  for (;;) {
    if (postmaster.hasExited) throw explain('PostgreSQL did not start', log.tail());
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (codeOf(error) === '28P01') {
        throw new EmbeddedPostgresError(
          'the password in credentials.json is not that of the cluster: restore the file that belongs to it',
        );
      }
      if (Date.now() > until) throw explain('PostgreSQL does not answer', log.tail());
    }
    await sleep(20);
  }
}
