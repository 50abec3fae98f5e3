import { createServer } from 'node:net';
import { EmbeddedPostgresError } from './errors';

const loopback = '127.0.0.1';

/** The port the system gives us when asked for this one (0: any); undefined when it is taken. */
function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen({ port, host: loopback, exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => resolve(address && typeof address === 'object' ? address.port : undefined));
    });
  });
}

/** The port asked for, or an error in one line; without one, that of the last start if it is still free, else any free one. */
export async function choosePort(wanted: number | undefined, remembered: number | undefined): Promise<number> {
  if (wanted) {
    if (await listenOnce(wanted)) return wanted;
    throw new EmbeddedPostgresError(
      `port ${wanted} on ${loopback} is taken by another program: choose another for the database`,
    );
  }
  const port = (remembered && (await listenOnce(remembered))) || (await listenOnce(0));
  if (!port) throw new EmbeddedPostgresError(`no free port on ${loopback}`);
  return port;
}
