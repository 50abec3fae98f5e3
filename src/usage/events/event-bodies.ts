import { isUtf8 } from 'node:buffer';
import { PassThrough, pipeline } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DomainError } from '../../platform/errors/domain-error';
import { eventsMax } from './take-events';
import { type EventReading, fault, readUsageEvent } from './usage-event';

const batchBytesMax = 2 * 1024 * 1024;
const lineBytesMax = 16 * 1024;
/** What arrives while a batch is written is the next one. */
const readAheadBytes = 1024 * 1024;

/** A JSON body of CloudEvents' own types, as one value. Refuses with body-too-large and request-invalid. */
export async function readJsonBody(body: AsyncIterable<Buffer>): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > batchBytesMax) throw new DomainError('body-too-large');
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  const json = parsed(bytes);
  if (json === undefined) throw new DomainError('request-invalid', 'the body is not JSON in UTF-8');
  return json;
}

/** The events of a batch. Refuses with request-invalid what is no list of 1 to 1,000. */
export function readBatch(json: unknown): EventReading[] {
  if (Array.isArray(json) && json.length >= 1 && json.length <= eventsMax) return json.map(readUsageEvent);
  const message = `a batch is a list of 1 to ${eventsMax} events`;
  throw new DomainError('request-invalid', undefined, [{ pointer: '', code: 'field-array-size', message }]);
}

/**
 * The events of an NDJSON stream, as many together as have arrived, at most 1,000. A line that cannot be read is an event with a fault;
 * empty lines are none. Memory does not grow with the stream, nor with a line that never ends.
 */
export async function* readLines(body: NodeJS.ReadableStream): AsyncGenerator<EventReading[]> {
  const input = new PassThrough({ highWaterMark: readAheadBytes });
  // A stream that breaks off ends the reading with its error; there is nobody left to tell.
  pipeline(body, input, () => undefined);
  let rest: Buffer = Buffer.alloc(0);
  let batch: EventReading[] = [];
  for await (const chunk of input as AsyncIterable<Buffer>) {
    // What is longer than any line need not be kept whole to be refused.
    const text =
      rest.length > lineBytesMax
        ? Buffer.concat([rest.subarray(0, lineBytesMax + 1), chunk])
        : Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10, from)) {
      const reading = readLine(text.subarray(from, end));
      from = end + 1;
      if (reading !== undefined) batch.push(reading);
      if (batch.length < eventsMax) continue;
      yield batch;
      batch = [];
    }
    rest = text.subarray(from);
    if (batch.length === 0 || input.readableLength > 0) continue;
    await nextTurn();
    // The sender waits for these: nothing else has arrived.
    if (input.readableLength === 0) {
      yield batch;
      batch = [];
    }
  }
  const last = readLine(rest);
  if (last !== undefined) batch.push(last);
  if (batch.length > 0) yield batch;
}

function readLine(line: Buffer): EventReading | undefined {
  if (line.length > lineBytesMax) return unreadable(`a line has at most ${lineBytesMax} bytes`);
  if (line.length === 0 || (line.length === 1 && line[0] === 13)) return undefined;
  const json = parsed(line);
  return json === undefined ? unreadable('the line is not JSON in UTF-8') : readUsageEvent(json);
}

const unreadable = (message: string): EventReading => ({
  source: null,
  id: null,
  faults: [fault('', 'field-json', message)],
});

/** Undefined for what is no JSON. Bytes that are no UTF-8 would be read as other text than was sent. */
export function parsed(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
