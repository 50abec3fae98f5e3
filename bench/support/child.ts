import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Belongings } from './belongings';

/** A script of ours in a process of its own, talked to by messages: what it uses is its own and nobody else's. */
export class Child {
  private constructor(private readonly child: ChildProcess) {}

  static start(belongings: Belongings, script: string, order: object): Child {
    const child = fork(script, [], { stdio: ['ignore', 2, 2, 'ipc'] });
    belongings.add(() => child.kill('SIGKILL'));
    child.send(order);
    return new Child(child);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  say(message: string): void {
    this.child.send(message);
  }

  /** The next message. Rejects when the process ends instead. */
  async answer<Answer>(): Promise<Answer> {
    const stop = new AbortController();
    const { signal } = stop;
    const message = once(this.child, 'message', { signal }).then(([answer]) => answer as Answer);
    const end = once(this.child, 'exit', { signal }).then(([code, name]): Answer => {
      throw new Error(`the measured process ended early (${String(code ?? name)})`);
    });
    try {
      return await Promise.race([message, end]);
    } finally {
      stop.abort();
      await Promise.allSettled([message, end]);
    }
  }

  async ended(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
  }
}

/** The other side: waits for the order, works, and ends. */
export function runAsChild<Order>(work: (order: Order) => Promise<void>): void {
  const end = (code: number): void => {
    process.disconnect();
    process.exitCode = code;
  };
  process.once('message', (order) => {
    work(order as Order).then(
      () => end(0),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
        end(1);
      },
    );
  });
  // An orphan has nobody to measure for.
  process.once('disconnect', () => setTimeout(() => process.exit(), 2_000).unref());
}

export const tell = (message: unknown): void => void process.send?.(message);
export const told = async (): Promise<void> => void (await once(process, 'message'));
