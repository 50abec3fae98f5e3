import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { applicationDataSource, Database } from '../../src/platform/database/database';
import { freshDatabase, type FreshDatabase } from '../support/database';

let database: FreshDatabase;
let server: Server;
let dying = false;
let rollingBack = false;

/** ReadyForQuery, idle: the last message of a connection's start. */
const ready = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** What PostgreSQL says on each connection when it is stopped (57P01). */
function farewell(): Buffer {
  const fields = Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0');
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

beforeAll(async () => {
  database = await freshDatabase();
  const { hostname, port } = new URL(database.applicationUrl);
  // Between us and PostgreSQL: where it is dying, its farewell comes in one packet with the end of the connection's start.
  server = createServer((near) => {
    const far = connect(Number(port), hostname);
    near.on('error', () => far.destroy());
    near.on('data', (data) => {
      if (!rollingBack || !data.includes('ROLLBACK')) return void far.write(data);
      // The farewell is there first, the end of the connection a moment later.
      near.write(farewell());
      setTimeout(() => far.destroy(), 50);
    });
    near.on('end', () => far.end());
    far.on('close', () => near.destroy());
    far.on('data', (data) => {
      if (!dying || !data.subarray(-ready.length).equals(ready)) return void near.write(data);
      near.end(Buffer.concat([data, farewell()]));
      far.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server?.close();
  await database?.drop();
});

describe('a connection that dies in the instant in which it is there', () => {
  it('ends the transaction that wanted it, and nothing else', async () => {
    const through = new URL(database.applicationUrl);
    through.port = String((server.address() as AddressInfo).port);
    const source = await applicationDataSource(through.href).initialize();
    const own = new Database(source);
    const look = (): Promise<unknown> => own.asSystem((tx) => tx.rows('SELECT 1 AS one'), 'read');
    // Two at once, so that one of them needs a new connection.
    const both = (): Promise<unknown[]> =>
      Promise.all(
        [0, 1].map(() =>
          look().then(
            () => 'read',
            (error: { code: string }) => error.code,
          ),
        ),
      );
    try {
      dying = true;
      expect(await both()).toContain('not-ready');
      dying = false;
      expect(await both()).toEqual(['read', 'read']);
    } finally {
      await source.destroy();
    }
  });

  it('is not left to the next transaction when it dies in one', async () => {
    const through = new URL(database.applicationUrl);
    through.port = String((server.address() as AddressInfo).port);
    const source = await applicationDataSource(through.href).initialize();
    const own = new Database(source);
    try {
      rollingBack = true;
      await expect(own.asSystem(() => Promise.reject(new Error('given up')))).rejects.toThrow('given up');
      rollingBack = false;
      expect(await own.asSystem((tx) => tx.rows('SELECT 1 AS one'), 'read')).toEqual([{ one: 1 }]);
    } finally {
      await source.destroy();
    }
  });
});
