import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './errors';

const run = promisify(execFile);

/** A system user that programs of the server run as. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** Nothing of ours but the path: PGPORT, PGOPTIONS and the like would change what the server does. */
export const cleanEnvironment = {
  PATH: `${process.env['PATH'] ?? ''}:/usr/bin:/bin`,
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
};

/**
 * The user the server runs as: undefined for ourselves. PostgreSQL refuses root, so root lends it an existing unprivileged user:
 * the owner of the cluster where there is one, else `postgres`, else `nobody`.
 */
export function serverAccount(dataDirectory: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(dataDirectory, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { name: `user ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  const account = systemAccount('postgres') ?? systemAccount('nobody');
  if (!account) {
    throw new EmbeddedPostgresError(
      'PostgreSQL does not run as root and there is no user `postgres` or `nobody`: start as another user or set DATABASE_URL',
    );
  }
  return account;
}

function systemAccount(name: string): Account | undefined {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [user, , uid, gid] = line.split(':');
    if (user === name && uid !== '0') return { name, uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

/** Options for node:child_process that make a program run as the account, from a folder everyone can enter. */
export function runningAs(account: Account | undefined) {
  return { cwd: '/', env: cleanEnvironment, ...(account && { uid: account.uid, gid: account.gid }) };
}

/** Runs a program to its end as the account; rejects with `stderr` when it fails. */
export async function runAs(account: Account | undefined, program: string, args: string[]): Promise<string> {
  const { stdout } = await run(program, args, { ...runningAs(account), maxBuffer: 1 << 24 });
  return stdout;
}

/** Whether the account may enter a folder (`-x`) or read a file (`-r`): asked as that user, so every folder above counts too. */
export async function canReach(account: Account | undefined, flag: '-x' | '-r', path: string): Promise<boolean> {
  return runAs(account, 'test', [flag, path]).then(
    () => true,
    () => false,
  );
}
