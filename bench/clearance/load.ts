import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export interface LoadPlan {
  readonly url: string;
  /** The requests that connections send in turns, whole: head and body. */
  readonly requests: readonly Buffer[];
  readonly connections: number;
  readonly milliseconds: number;
  /** Absent: as fast as answers come. */
  readonly requestsPerSecond?: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  /** From the moment at which a request was to be sent to its last byte. */
  readonly p50Milliseconds: number;
  readonly p95Milliseconds: number;
  readonly p99Milliseconds: number;
}

/** A POST with a JSON body as bytes. */
export function postRequest(url: string, path: string, body: string, key?: string): Buffer {
  const { host } = new URL(url);
  const authorization = key === undefined ? '' : `authorization: Bearer ${key}\r\n`;
  const head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\n${authorization}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.from(head + body);
}

export function getRequest(url: string, path: string, key: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nhost: ${new URL(url).host}\r\nauthorization: Bearer ${key}\r\n\r\n`);
}

/** Keeps connections busy, one request at a time each; every answer must be a 200. A generator of few instructions, since it shares the cores with what it measures. */
export async function load(plan: LoadPlan): Promise<LoadResult> {
  const until = performance.now() + plan.milliseconds;
  const started = performance.now();
  const latencies: number[] = [];
  const gap = plan.requestsPerSecond === undefined ? 0 : (plan.connections * 1000) / plan.requestsPerSecond;
  await Promise.all(
    Array.from({ length: plan.connections }, async (_, number) => {
      const connection = await Connection.open(plan.url);
      let due = started + (gap * number) / plan.connections;
      for (let place = number; performance.now() < until; place += 1) {
        if (gap > 0) {
          const early = due - performance.now();
          if (early > 0.5) await wait(early);
        }
        const sent = gap > 0 ? due : performance.now();
        await connection.ask(plan.requests[place % plan.requests.length]!);
        latencies.push(performance.now() - sent);
        due += gap;
      }
      connection.close();
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  latencies.sort((a, b) => a - b);
  const quantile = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
  return {
    requestsPerSecond: latencies.length / seconds,
    p50Milliseconds: quantile(0.5),
    p95Milliseconds: quantile(0.95),
    p99Milliseconds: quantile(0.99),
  };
}

class Connection {
  private waiting: { done: () => void; failed: (error: Error) => void } | undefined;
  private missing = -1;
  private head = '';

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.take(chunk));
    socket.on('error', (error) => this.waiting?.failed(error));
    socket.on('close', () => this.waiting?.failed(new Error('the server closed the connection')));
  }

  static open(url: string): Promise<Connection> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => resolve(new Connection(socket)));
      socket.once('error', reject);
    });
  }

  ask(request: Buffer): Promise<void> {
    return new Promise((done, failed) => {
      this.waiting = { done, failed };
      this.socket.write(request);
    });
  }

  close(): void {
    this.waiting = undefined;
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    if (this.missing < 0) {
      this.head += chunk.toString('latin1');
      const end = this.head.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (!this.head.startsWith('HTTP/1.1 200')) return this.waiting?.failed(new Error(this.head));
      const length = Number(/content-length: (\d+)/i.exec(this.head)?.[1]);
      this.missing = length - (this.head.length - end - 4);
      this.head = '';
    } else this.missing -= chunk.length;
    if (this.missing > 0) return;
    const { waiting } = this;
    this.missing = -1;
    this.waiting = undefined;
    waiting?.done();
  }
}
