import type { MessagePort } from 'node:worker_threads';

/** Whole lines: the bytes of a stream, or the number of a part of a file. */
export type Chunk = Uint8Array<ArrayBuffer> | number;

/** What a scanned chunk comes to: besides its own findings, memory that can be filled again. */
export interface Scanned {
  readonly held: Uint32Array;
  /** The memory of a chunk that came as bytes. */
  readonly memory: ArrayBuffer | undefined;
}

/** Scans chunks one after another and keeps what they add up to; the same in a thread of its own and in the caller's. */
export interface ChunkWork<Result extends Scanned, End> {
  scan(chunk: Chunk): Result;
  /** Rows that `scan` gave and nobody reads any more. */
  giveBack(held: ArrayBuffer): void;
  end(): End;
  close(): void;
  /** Memory that goes along with an answer, and is not copied. */
  given(answer: Result | End): ArrayBuffer[];
}

/** `spares`: memory of held rows that nobody reads any more. */
export type ThreadTask<Order> =
  | { readonly kind: 'order'; readonly order: Order }
  | { readonly kind: 'chunk'; readonly chunk: Chunk; readonly spares: readonly ArrayBuffer[] }
  | { readonly kind: 'end' };

/** Does what a thread is asked: first it is given its order, then chunks, and in the end it says what they come to. */
export function workFor<Order, Result extends Scanned, End>(
  port: MessagePort,
  Work: new (order: Order) => ChunkWork<Result, End>,
): void {
  let work: ChunkWork<Result, End>;
  port.on('message', (task: ThreadTask<Order>) => {
    if (task.kind === 'order') {
      work = new Work(task.order);
      return;
    }
    if (task.kind === 'chunk') {
      for (const spare of task.spares) work.giveBack(spare);
      const scanned = work.scan(task.chunk);
      port.postMessage(scanned, work.given(scanned));
      return;
    }
    const end = work.end();
    work.close();
    port.postMessage(end, work.given(end));
    port.close();
  });
}
