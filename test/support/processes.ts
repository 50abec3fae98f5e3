import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { root } from './repository';

/** For a process of the product: what it needs of this one's environment, and nothing of the caller's own configuration. */
export const bareEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  TMPDIR: process.env.TMPDIR,
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
});

/** A process of the product as in production, told by its environment alone. `npm test` has built what it runs. */
export const launched = (name: 'main' | 'worker', settings: NodeJS.ProcessEnv): ChildProcess =>
  spawn(process.execPath, [join(root, 'dist', 'src', `${name}.js`)], {
    env: { ...bareEnvironment(), ...settings },
    stdio: ['ignore', 'ignore', 'inherit'],
  });

/** SIGKILL, and the wait for the end. */
export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** One of the loopback address that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
