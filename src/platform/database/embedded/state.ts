import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './errors';

/** Passwords of the three roles; made once, kept beside the cluster, readable by us alone. */
export interface Credentials {
  superuser: string;
  owner: string;
  application: string;
}

/** What the next start wants to know of this one. */
interface Remembered {
  port?: number;
  /** The process that started the server. As long as it is the server's parent, the cluster is in use. */
  launcher?: number;
}

const credentialsFile = (directory: string) => join(directory, 'credentials.json');
const stateFile = (directory: string) => join(directory, 'state.json');

/** The stored passwords, or undefined. */
export async function readCredentials(directory: string): Promise<Credentials | undefined> {
  try {
    return JSON.parse(await readFile(credentialsFile(directory), 'utf8')) as Credentials;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes passwords. Of two starts at the same moment one wins and both read the same. */
export async function createCredentials(directory: string): Promise<Credentials> {
  const password = () => randomBytes(24).toString('base64url');
  const fresh: Credentials = { superuser: password(), owner: password(), application: password() };
  const draft = `${credentialsFile(directory)}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${JSON.stringify(fresh, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  await link(draft, credentialsFile(directory)).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  await rm(draft);
  return (await readCredentials(directory)) ?? fresh;
}

export async function recall(directory: string): Promise<Remembered> {
  return readFile(stateFile(directory), 'utf8').then(
    (text) => JSON.parse(text) as Remembered,
    () => ({}),
  );
}

export async function remember(directory: string, state: Remembered): Promise<void> {
  const draft = `${stateFile(directory)}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(state)}\n`, { mode: 0o600 });
  await rename(draft, stateFile(directory));
}
