import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, type Incoming, rateLimited, serverError } from './api';
import { runControl } from './control-routes';
import type { RequestFault } from './faults';
import { inFlight } from './idempotency';
import { StripeRefusal } from './refusal';
import type { DoubleParts } from './assemble';
import { apiVersion } from './world';

const bodyBytesMax = 1024 * 1024;

/** One HTTP exchange: the API under /v1, the control calls under /_control, and what a fault makes of it. */
export async function serve(parts: DoubleParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.on('error', () => response.destroy());
  try {
    const body = await readBody(request);
    const url = new URL(request.url ?? '/', 'http://double');
    const header = (name: string) => {
      const value = request.headers[name];
      return typeof value === 'string' ? value : undefined;
    };
    const method = request.method ?? 'GET';
    if (url.pathname.startsWith('/_control/')) {
      parts.api.authenticate({ header });
      send(response, await controlled(parts, method, url.pathname, body));
      return;
    }
    const pairs = new URLSearchParams(method === 'GET' ? url.search : body);
    await exchange(parts, { method, path: url.pathname, pairs, header }, response);
  } catch (error) {
    send(response, error instanceof StripeRefusal ? error.answer : serverError());
  }
}

async function controlled(parts: DoubleParts, method: string, path: string, body: string): Promise<Answer> {
  const result = await runControl(parts, method, path, body === '' ? {} : JSON.parse(body));
  return { status: 200, body: JSON.stringify(result) };
}

async function exchange(parts: DoubleParts, incoming: Incoming, response: ServerResponse): Promise<void> {
  const fault = parts.faults.strike(incoming.method, incoming.path);
  if (fault?.kind === 'timeout-before-work') return dropAfter(response, fault.delayMs);
  if (fault?.kind === 'rate-limited') return send(response, rateLimited());
  if (fault?.kind === 'in-flight') return send(response, inFlight().answer);
  const slow = fault?.kind === 'slow' ? (fault.delayMs ?? 0) : 0;
  const answer = await parts.api.answer(incoming, fault, () => sleep(slow));
  if (incoming.method === 'POST') await parts.file.saved();
  deliver(answer, fault, response);
}

function deliver(answer: Answer, fault: RequestFault | undefined, response: ServerResponse): void {
  switch (fault?.kind) {
    case 'timeout-after-work':
      return void dropAfter(response, fault.delayMs);
    case 'reset-mid-body': {
      const half = Buffer.from(answer.body).subarray(0, Buffer.byteLength(answer.body) / 2);
      response.writeHead(answer.status, headersOf(answer));
      response.write(half, () => response.destroy());
      return;
    }
    case 'error-after-work':
      return send(response, serverError());
    case 'malformed':
      return send(response, { ...answer, body: `${answer.body.slice(0, -2)}<html>` });
    case undefined:
    default:
      return send(response, answer);
  }
}

function send(response: ServerResponse, answer: Answer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(answer.status, headersOf(answer));
  response.end(answer.body);
}

function headersOf(answer: Answer): Record<string, string | number> {
  return {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(answer.body),
    'stripe-version': apiVersion,
    ...answer.headers,
  };
}

async function dropAfter(response: ServerResponse, delayMs = 0): Promise<void> {
  await sleep(delayMs);
  response.destroy();
}

function sleep(ms: number): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms).unref());
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax)
      throw new StripeRefusal(413, { type: 'invalid_request_error', message: 'Request body too large.' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
