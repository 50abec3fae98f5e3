import { createReadStream } from 'node:fs';
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { gunzipped, ReportUnreadable } from '../../ddex/threads';
import { StreamPieces } from './line-chunks';

export interface UnpackingOrder {
  /** A gzip file. */
  readonly path: string;
  /** More than this does not come out of it. */
  readonly most: number;
  readonly lineMax: number;
  /** So many pieces may be under way. Whoever reads gives memory back before it asks for more than these. */
  readonly ahead: number;
}

/** `packedBytes`: how many bytes of the file have been read. */
export type UnpackingNews =
  | { readonly kind: 'piece'; readonly piece: Uint8Array<ArrayBuffer>; readonly packedBytes: number }
  | { readonly kind: 'unreadable'; readonly code: ReportUnreadable['code']; readonly message: string }
  | { readonly kind: 'end' };

/** Each chunk is inflated by yet another thread, and twice waits for its turn on cores that the readers keep busy: few and large ones. */
const packedChunk = 1 << 20;
const unpackedChunk = 1 << 21;

if (parentPort !== null) {
  const port = parentPort;
  const { path, most, lineMax, ahead } = workerData as UnpackingOrder;
  const file = createReadStream(path, { highWaterMark: packedChunk });
  const pieces = new StreamPieces(
    gunzipped(file as AsyncIterable<Buffer>, () => most, unpackedChunk),
    lineMax,
  );
  let underWay = 0;
  port.on('message', (memory: ArrayBuffer) => {
    underWay -= 1;
    pieces.giveBack(memory);
  });
  const tell = (news: UnpackingNews, given: ArrayBuffer[] = []): void => port.postMessage(news, given);
  const unpack = async (): Promise<void> => {
    try {
      for await (const piece of pieces) {
        underWay += 1;
        tell({ kind: 'piece', piece, packedBytes: file.bytesRead }, [piece.buffer]);
        while (underWay >= ahead) await once(port, 'message');
      }
      tell({ kind: 'end' });
    } catch (error) {
      if (!(error instanceof ReportUnreadable)) throw error;
      tell({ kind: 'unreadable', code: error.code, message: error.message });
    }
  };
  void unpack().finally(() => port.close());
}
