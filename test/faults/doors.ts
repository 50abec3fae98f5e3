import { once } from 'node:events';
import { createServer, type Server, Socket } from 'node:net';
import type { Belongings } from '../../bench/support/belongings';

/** A point between two things that a process does: it has been told of the first one, or would be, and has not begun the second. */
export interface Failpoint {
  readonly name: string;
  readonly victim: 'worker' | 'api';
  readonly door: 'database' | 'provider';
  /** What the transaction, or the request, has said before. */
  readonly about: RegExp;
}

/** Where the answer to a commit, or of the provider, does not reach the process any more. */
export const failpoints: readonly Failpoint[] = [
  {
    name: 'a close is committed, its caller not told',
    victim: 'api',
    door: 'database',
    about: /period\.close-requested|INSERT INTO operations/,
  },
  {
    name: 'a statement is issued, its caller not told',
    victim: 'api',
    door: 'database',
    about: /INSERT INTO statements\b/,
  },
  { name: 'a payout is planned, its caller not told', victim: 'api', door: 'database', about: /INSERT INTO payouts\b/ },
  {
    name: 'a payout is released, its caller not told',
    victim: 'api',
    door: 'database',
    about: /UPDATE payouts SET state/,
  },
  {
    name: 'a webhook is kept, the provider not told',
    victim: 'api',
    door: 'database',
    about: /INSERT INTO stripe_events\b/,
  },
  {
    name: 'a month is drafted, its worker not told',
    victim: 'worker',
    door: 'database',
    about: /INSERT INTO statement_drafts\b/,
  },
  {
    name: 'a receipt is booked, its worker not told',
    victim: 'worker',
    door: 'database',
    about: /INSERT INTO receipts\b/,
  },
  {
    name: 'an intent to pay is noted, nothing sent',
    victim: 'worker',
    door: 'database',
    about: /SET first_attempt_at/,
  },
  {
    name: 'a transfer is noted, its worker not told',
    victim: 'worker',
    door: 'database',
    about: /UPDATE payouts SET state = 'sent'/,
  },
  { name: 'a transfer is made, nothing noted', victim: 'worker', door: 'provider', about: /^POST \/v1\/transfers / },
  {
    name: 'an invoice is made, nothing noted',
    victim: 'worker',
    door: 'provider',
    about: /^POST \/v1\/invoices\/\w+\/finalize /,
  },
];

/** What PostgreSQL says of a transaction that has been committed. */
const committed = Buffer.from('COMMIT\0');
const begun = Buffer.from('BEGIN');
const saidMax = 200_000;

/** Ways from a process to what it talks to. Shut at a point, nothing comes back through it, and whoever waits there can be killed at leisure. */
export class Doors {
  private shut: { readonly point: Failpoint; readonly reached: () => void } | undefined;

  private constructor(private readonly servers: Record<string, Server>) {}

  /** A door of their own for each process, to the database and to the provider at these ports of this machine. */
  static async open(belongings: Belongings, ports: Record<Failpoint['door'], number>): Promise<Doors> {
    const doors = new Doors({});
    for (const victim of ['worker', 'api'] as const) {
      for (const door of ['database', 'provider'] as const) {
        const server = createServer({ allowHalfOpen: true }, (client) =>
          doors.pass(client, { victim, door, port: ports[door] }),
        );
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        doors.servers[`${victim} ${door}`] = server;
        belongings.add(() => server.close());
      }
    }
    return doors;
  }

  /** Where the process finds it. */
  port(victim: Failpoint['victim'], door: Failpoint['door']): number {
    return (this.servers[`${victim} ${door}`]!.address() as { port: number }).port;
  }

  /** Shuts the door at the point, and gives whether somebody came there before `patience` was over. It is open again to all others. */
  async untilReached(point: Failpoint, patience: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const reached = new Promise<boolean>((resolve) => {
      this.shut = { point, reached: () => resolve(true) };
      timer = setTimeout(() => resolve(false), patience);
    });
    const is = await reached;
    clearTimeout(timer);
    this.shut = undefined;
    return is;
  }

  private pass(client: Socket, { victim, door, port }: Pick<Failpoint, 'victim' | 'door'> & { port: number }): void {
    const server = new Socket({ allowHalfOpen: true }).connect(port, '127.0.0.1');
    let said = '';
    let isHeld = false;
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    client.on('data', (chunk) => {
      // A connection to the provider has one request.
      if (door === 'database' && chunk.includes(begun)) said = '';
      if (said.length < saidMax) said += chunk.toString('latin1');
      server.write(chunk);
    });
    server.on('data', (chunk) => {
      const { shut } = this;
      const isTold = door === 'provider' || chunk.includes(committed);
      if (isHeld) return;
      if (shut?.point.victim === victim && shut.point.door === door && isTold && shut.point.about.test(said)) {
        isHeld = true;
        shut.reached();
        return;
      }
      client.write(chunk);
    });
    client.on('end', () => server.end());
    server.on('end', () => (isHeld ? undefined : client.end()));
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
  }
}
