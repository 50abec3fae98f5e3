import { Worker } from 'node:worker_threads';
import { ReportUnreadable } from '../../ddex';
import type { Pieces } from './line-chunks';
import type { Progress } from './reading';
import { threadFile, youngAndSmall } from './scan-threads';
import type { UnpackingNews, UnpackingOrder } from './unpacking-thread';

/** Pieces of a gzip file, unpacked by a thread of its own: memory that comes and goes there is no burden to anybody else. */
export class UnpackedPieces implements Pieces {
  private worker: Worker | undefined;

  constructor(
    private readonly order: UnpackingOrder,
    private readonly progress?: Progress,
  ) {}

  giveBack(memory: ArrayBuffer): void {
    this.worker?.postMessage(memory, [memory]);
  }

  /** Refuses by ReportUnreadable, as `gunzipped` does. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer<ArrayBuffer>> {
    const worker = new Worker(threadFile('unpacking-thread.js'), {
      workerData: this.order,
      resourceLimits: youngAndSmall,
    });
    this.worker = worker;
    const news = new News(worker);
    try {
      for (let next = await news.next(); next.kind !== 'end'; next = await news.next()) {
        if (next.kind === 'unreadable') throw new ReportUnreadable(next.code, next.message);
        await this.progress?.atBytes(next.packedBytes);
        yield Buffer.from(next.piece.buffer, next.piece.byteOffset, next.piece.byteLength);
      }
    } finally {
      this.worker = undefined;
      await worker.terminate();
    }
  }
}

/** What a thread tells, one after another. */
class News {
  private readonly told: UnpackingNews[] = [];
  private failure: Error | undefined;
  private wake: () => void = () => undefined;

  constructor(worker: Worker) {
    worker.on('message', (news) => {
      this.told.push(news as UnpackingNews);
      this.wake();
    });
    worker.on('error', (error) => this.fail(error as Error));
    worker.on('exit', () => this.fail(new Error('a thread ended too early')));
  }

  async next(): Promise<UnpackingNews> {
    while (this.told.length === 0) {
      if (this.failure !== undefined) throw this.failure;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    return this.told.shift()!;
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.wake();
  }
}
