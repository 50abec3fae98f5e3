import { rm } from 'node:fs/promises';
import { ownedServer } from './server';

/** Nothing in the server is worth a shutdown in order. */
export default async function globalTeardown(): Promise<void> {
  const running = ownedServer();
  if (!running) return;
  await running.server.stop('immediate');
  await rm(running.directory, { recursive: true, force: true });
}
