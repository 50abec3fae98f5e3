import { once } from 'node:events';
import { join, sep } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Chunk, ChunkWork, Scanned, ThreadTask } from './thread-work';

/** Threads are of what was built, also where the caller runs from its sources. */
const threadFolder = __filename.endsWith('.ts')
  ? __dirname.replace(`${sep}src${sep}`, `${sep}dist${sep}src${sep}`)
  : __dirname;

export const threadFile = (name: string): string => join(threadFolder, name);

/** What scans chunks in a thread of its own. */
export type ThreadFile = 'delimited-thread.js' | 'record-company-thread.js';

/** So many chunks may wait in a thread: it never runs dry, and memory stays small. */
const inFlightMax = 2;

/** A thread makes few objects, and none that lasts: room for more would only be taken. */
export const youngAndSmall = { maxYoungGenerationSizeMb: 6 };

/** So many chunks are asked for before the memory of the first one is given back. */
export const chunksAhead = (threads: number): number => threads * inFlightMax + 1;

export interface ScanOrder<Order, Result extends Scanned, End> {
  /** What a thread or the caller is given to begin with; a name is added. */
  readonly order: Omit<Order, 'name'>;
  /** The file of the thread, and what it does with the order. */
  readonly thread: ThreadFile;
  readonly work: new (order: Order) => ChunkWork<Result, End>;
  /** 0: in the caller's own. */
  readonly threads: number;
  /** Is given the results in the order of the chunks. Once the promise is kept, their memory is used again. */
  readonly take: (scanned: Result) => Promise<void>;
}

/** Scans chunks, handed out in turn, and answers what each thread says in the end. */
export async function scanChunks<Order, Result extends Scanned, End>(
  chunks: AsyncIterable<Chunk>,
  { order, thread, work, threads, take }: ScanOrder<Order, Result, End>,
): Promise<End[]> {
  const named = (name: string): Order => ({ ...order, name }) as Order;
  if (threads === 0) return scanHere(chunks, new work(named('run')), take);
  const workers = Array.from(
    { length: threads },
    (_, at) => new Thread<Order, Result, End>(started(thread), named(`run-${at}`)),
  );
  try {
    const waiting: Promise<Result>[] = [];
    let [asked, taken] = [0, 0];
    const takeNext = async (): Promise<void> => {
      const scanned = await waiting.shift()!;
      await take(scanned);
      workers[taken % threads]!.giveBack(scanned.held.buffer as ArrayBuffer);
      taken += 1;
    };
    for await (const chunk of chunks) {
      if (waiting.length === threads * inFlightMax) await takeNext();
      waiting.push(workers[asked % threads]!.scan(chunk));
      asked += 1;
    }
    while (waiting.length > 0) await takeNext();
    return await Promise.all(workers.map((worker) => worker.end()));
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

async function scanHere<Result extends Scanned, End>(
  chunks: AsyncIterable<Chunk>,
  work: ChunkWork<Result, End>,
  take: (scanned: Result) => Promise<void>,
): Promise<End[]> {
  try {
    for await (const chunk of chunks) {
      const scanned = work.scan(chunk);
      await take(scanned);
      work.giveBack(scanned.held.buffer as ArrayBuffer);
    }
    return [work.end()];
  } finally {
    work.close();
  }
}

interface Ahead {
  readonly thread: ThreadFile;
  readonly worker: Worker;
  /** Nobody will take it from here on. */
  readonly forget: () => void;
}

const ahead: Ahead[] = [];
const idleMax = 30_000;

/**
 * Starts threads that are soon to scan: they load what they need while it is still asked what lines are looked up in. What nobody takes within half a
 * minute ends.
 */
export function startAhead(thread: ThreadFile, threads: number): void {
  const waiting = ahead.filter((one) => one.thread === thread).length;
  for (let missing = threads - waiting; missing > 0; missing -= 1) ahead.push(waitingThread(thread));
}

function waitingThread(thread: ThreadFile): Ahead {
  const worker = newWorker(thread);
  const idle = setTimeout(() => {
    forget();
    void worker.terminate();
  }, idleMax);
  const forget = (): void => {
    clearTimeout(idle);
    worker.off('error', forget).off('exit', forget);
    const place = ahead.findIndex((one) => one.worker === worker);
    if (place >= 0) ahead.splice(place, 1);
  };
  worker.on('error', forget).on('exit', forget);
  // Neither keeps the process from ending.
  idle.unref();
  worker.unref();
  return { thread, worker, forget };
}

/** A thread that was started ahead, or a new one. */
function started(thread: ThreadFile): Worker {
  const own = ahead.find((one) => one.thread === thread);
  if (own === undefined) return newWorker(thread);
  own.forget();
  own.worker.ref();
  return own.worker;
}

const newWorker = (thread: ThreadFile): Worker => new Worker(threadFile(thread), { resourceLimits: youngAndSmall });

/** One thread; answers come in the order of what was asked. */
class Thread<Order, Result, End> {
  private readonly asked: { resolve: (answer: never) => void; reject: (error: Error) => void }[] = [];
  private spares: ArrayBuffer[] = [];
  private failure: Error | undefined;

  constructor(
    private readonly worker: Worker,
    order: Order,
  ) {
    this.worker.on('message', (answer) => this.asked.shift()?.resolve(answer as never));
    this.worker.on('error', (error) => this.fail(error as Error));
    this.worker.on('exit', () => this.fail(new Error('a thread ended too early')));
    this.worker.postMessage({ kind: 'order', order } satisfies ThreadTask<Order>);
  }

  scan(chunk: Chunk): Promise<Result> {
    const { spares } = this;
    this.spares = [];
    return this.ask({ kind: 'chunk', chunk, spares }, typeof chunk === 'number' ? spares : [...spares, chunk.buffer]);
  }

  /** Goes along with the next chunk. */
  giveBack(held: ArrayBuffer): void {
    if (held.byteLength > 0) this.spares.push(held);
  }

  end(): Promise<End> {
    return this.ask({ kind: 'end' }, []);
  }

  async stop(): Promise<void> {
    if (this.failure !== undefined) return;
    const exit = once(this.worker, 'exit');
    await this.worker.terminate();
    await exit;
  }

  private ask<Answer>(task: ThreadTask<Order>, transfer: ArrayBuffer[]): Promise<Answer> {
    const answer = new Promise<Answer>((resolve, reject) => {
      if (this.failure !== undefined) return reject(this.failure);
      this.asked.push({ resolve: resolve as (answer: never) => void, reject });
      this.worker.postMessage(task, transfer);
    });
    // Whoever waits hears of it; one that is never waited for must not end the process.
    answer.catch(() => undefined);
    return answer;
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.asked.splice(0)) reject(error);
  }
}
